"""The pages that customers open by a link. Whoever holds it may; nobody is signed in, and opening changes nothing."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.core.internal import ratelimit
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from rapport.customers.consent import links, queries, recording
from rapport.customers.consent.models import Purpose
from rapport.customers.consent.types import Channel, How, State
from rapport.customers.models import Customer
from rapport.team.queries import organisation

_LIMITS = {"preferences": "60/10m/ip"}

LinkedView = Callable[[HttpRequest, str], HttpResponse]


def by_link(view: LinkedView) -> LinkedView:
    """Out of caches and search engines, and not for guessing links."""

    # Without the check of CSRF: no cookie gives any right here, the link does.
    @csrf_exempt
    @never_cache
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def opened(request: HttpRequest, token: str) -> HttpResponse:
        if _is_too_much(request):
            answer = _page(request, "busy", status=429)
        elif request.method == "POST" and request.user.is_authenticated:
            # What customers agree to they say themselves; somebody of us notes it on the customer's page.
            answer = _page(request, "ours", status=403)
        else:
            answer = view(request, token)
        answer["X-Robots-Tag"] = "noindex, nofollow"
        answer["Referrer-Policy"] = "no-referrer"
        return answer

    return opened


@by_link
def preferences(request: HttpRequest, token: str) -> HttpResponse:
    """What they want to hear from us, and by which way."""
    customer = links.customer_in(token)
    if customer is None:
        return _page(request, "unknown", status=404)
    with translation.override(recording.language_for(customer)):
        is_saved = request.method == "POST"
        if is_saved and "everything" in request.POST:
            recording.withdraw_everything(
                customer, how=How.PAGE, text=_("Unsubscribe from everything"), ip=_address(request)
            )
        elif is_saved:
            _keep(customer, set(request.POST.getlist("said")), _address(request))
        context: dict[str, Any] = {
            "stances": queries.stances(customer),
            "ways": queries.ways_to(customer),
            "token": token,
            "is_saved": is_saved,
            "address": customer.email or customer.phone,
        }
        return _page(request, "preferences", **context)


@by_link
def confirmation(request: HttpRequest, token: str) -> HttpResponse:
    """The button of a double opt-in; programs that scan mail open links, and press none."""
    asked = links.question_in(token)
    if asked is None:
        return _page(request, "unknown", status=404)
    with translation.override(recording.language_for(asked.customer)):
        if request.method == "POST":
            recording.confirm(asked, ip=_address(request))
        return _page(
            request,
            "confirmation",
            asked=asked,
            is_given=request.method == "POST",
            preferences_url=links.preferences_url(asked.customer),
        )


def _keep(customer: Customer, said: set[str], ip: str | None) -> None:
    """Write down what is different now."""
    for purpose, stances in queries.stances(customer):
        for stance in stances:
            wanted = f"{purpose.key}:{stance.channel}" in said
            if wanted != stance.is_allowed:
                recording.record(
                    customer,
                    purpose=purpose,
                    channel=stance.channel,
                    state=State.GIVEN if wanted else State.WITHDRAWN,
                    how=How.PAGE,
                    text=_shown(purpose, stance.channel),
                    ip=ip,
                )


def _shown(purpose: Purpose, channel: Channel) -> str:
    """The line they had before them."""
    return f"{purpose.label} ({channel.label}): {purpose.about}"


def _page(request: HttpRequest, name: str, *, status: int = 200, **context: Any) -> HttpResponse:
    said = {"company": organisation().name, **context}
    return render(request, f"customers/consent/{name}.html", said, status=status)


def _address(request: HttpRequest) -> str | None:
    return str(request.META.get("REMOTE_ADDR") or "") or None


def _is_too_much(request: HttpRequest) -> bool:
    usage = ratelimit.consume(request, app="rapport.consent", action="preferences", config=_LIMITS, limit_get=True)
    return not usage
