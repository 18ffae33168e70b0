"""Who may open a view. `@needs(Permission.REPLY)` sends strangers to sign in and answers 403 to everyone else."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast
from urllib.parse import urlsplit

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django_htmx.middleware import HtmxDetails

from rapport.team.models import Agent
from rapport.team.types import Permission


class AgentRequest(HttpRequest):
    """A request of someone who is signed in: what a view behind `needs` receives."""

    user: Agent
    htmx: HtmxDetails


P = ParamSpec("P")
AgentView = Callable[Concatenate[AgentRequest, P], HttpResponseBase]
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def needs(permission: Permission | None = None) -> Callable[[AgentView[P]], View[P]]:
    """Open a view to agents who may do this; without a permission, to everyone who is signed in."""

    def guard(view: AgentView[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return ask_to_sign_in(request)
            if permission is not None and not request.user.may(permission):
                raise PermissionDenied
            return view(request, *args, **kwargs)  # type: ignore[arg-type]

        return cast("View[P]", guarded)

    return guard


def ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    """Off to the sign-in page and back; for htmx as a header, since a redirect would land inside a fragment."""
    if request.headers.get("HX-Request") == "true":
        here = urlsplit(request.headers.get("HX-Current-URL", "/"))
        answer = redirect_to_login(here._replace(scheme="", netloc="").geturl() or "/")
        return HttpResponse(status=401, headers={"HX-Redirect": answer.url})
    return redirect_to_login(request.get_full_path() if request.method in ("GET", "HEAD") else "/")
