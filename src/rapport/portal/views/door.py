"""What every page of the portal has in common: it is open, somebody is signed in, in their language and time zone."""

import contextlib
import zoneinfo
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache

from rapport.portal import actions
from rapport.portal.queries import Guest, guest_of, policy
from rapport.team.queries import organisation

COOKIE = "rapport_portal"
PATH = "/portal/"

View = Callable[..., HttpResponseBase]


def portal(view: View) -> View:
    """A page that needs nobody signed in; there is none while the portal is closed."""

    @never_cache
    @wraps(view)
    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not policy().is_open:
            raise Http404
        answer = view(request, *args, **kwargs)
        answer["X-Robots-Tag"] = "noindex, nofollow"
        answer["Referrer-Policy"] = "same-origin"
        return answer

    return opened


def guests_only(view: View) -> View:
    """A view(request, guest, …). Everybody else is sent to sign in, wherever they wanted to go."""

    @portal
    @wraps(view)
    def admitted(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        guest = guest_of(request.COOKIES.get(COOKIE, ""))
        if guest is None:
            return redirect("portal_sign_in")
        actions.note_seen(guest.session)
        language = guest.session.language or translation.get_language() or "en"
        with translation.override(language), _in_their_time(guest):
            return view(request, guest, *args, **kwargs)

    return admitted


def page(
    request: HttpRequest, name: str, *, guest: Guest | None = None, status: int = 200, **context: Any
) -> HttpResponse:
    context |= {"guest": guest, "company": organisation().name}
    return render(request, f"portal/{name}.html", context, status=status)


def keep(answer: HttpResponseBase, word: str) -> HttpResponseBase:
    """Let the browser hold what signs it in: no script reads it, no other site sends it along."""
    age = int(actions.SESSION.total_seconds())
    answer.set_cookie(
        COOKIE, word, max_age=age, path=PATH, secure=settings.SECURE, httponly=True, samesite="Lax"
    )  # fmt: skip
    return answer


def forget(answer: HttpResponseBase) -> HttpResponseBase:
    answer.delete_cookie(COOKIE, path=PATH, samesite="Lax")
    return answer


@contextlib.contextmanager
def _in_their_time(guest: Guest) -> Any:
    zone = None
    with contextlib.suppress(zoneinfo.ZoneInfoNotFoundError, ValueError):
        zone = zoneinfo.ZoneInfo(guest.customer.time_zone) if guest.customer.time_zone else None
    with timezone.override(zone or timezone.get_current_timezone()):
        yield
