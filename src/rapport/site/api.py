"""The HTTP API, version 1: every room's part behind one door, one limit and one way to say no."""

import json
import logging
import sys
from collections.abc import Callable, Container
from functools import wraps
from http.client import responses
from typing import Any, cast

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver
from ninja import NinjaAPI, Swagger
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.parser import Parser

from rapport.automation.api import router as automation_router
from rapport.backbone import files
from rapport.channels.api import mail_router
from rapport.channels.api import router as conversation_router
from rapport.channels.blocking_api import blocking_router
from rapport.channels.calls_api import calls_router
from rapport.conversations.about_orders_api import about_orders_router
from rapport.conversations.merging_api import merging_router
from rapport.conversations.order_api import order_router
from rapport.customers.api import router as customer_router
from rapport.customers.companies.api import companies_router
from rapport.customers.consent.api import consent_router
from rapport.customers.events.api import events_router
from rapport.customers.importing.api import imports_router
from rapport.customers.lifecycle.api import lifecycle_router
from rapport.customers.profiles.api import profile_router
from rapport.customers.segments.api import segments_router
from rapport.customers.tasks.api import tasks_router
from rapport.exchange.api import exports_router, moves_router, systems_router, table_imports_router
from rapport.kit.rest.problems import (
    MEDIA_TYPE,
    Fault,
    Forbidden,
    Invalid,
    NotFound,
    NotJson,
    NotSignedIn,
    Problem,
    TooLarge,
    problem,
)
from rapport.routing.api import router as routing_router
from rapport.routing.assignment_api import assignment_router
from rapport.sales.deals.api import deals_router
from rapport.sales.orders.api import orders_router
from rapport.sales.products.api import products_router
from rapport.sales.subscriptions.api import subscriptions_router
from rapport.site.documenting import complete
from rapport.site.limiting import limiter
from rapport.site.repeating import HEADER, WRITES, once
from rapport.team.acting import Actor, acting
from rapport.team.api import Session, Token, caller_of
from rapport.team.notifications.api import router as notification_router
from rapport.team.people_api import router as people_router

log = logging.getLogger(__name__)

_PUBLIC = ("openapi-json", "openapi-view")
_limit = limiter()


class JsonOnly(Parser):
    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        if request.content_type != "application/json":
            raise NotJson("Send the body as JSON, with “Content-Type: application/json”.")
        return cast(dict[str, Any], json.loads(request.body, parse_constant=_refuse))


class Api(NinjaAPI):
    def get_openapi_schema(self, **kwargs: Any) -> OpenAPISchema:
        return cast(OpenAPISchema, complete(super().get_openapi_schema(**kwargs)))

    def _get_urls(self) -> list[URLResolver | URLPattern]:
        patterns = super()._get_urls()
        for pattern in patterns:
            if isinstance(pattern, URLPattern) and pattern.name not in _PUBLIC:
                writes = self._methods_at(str(pattern.pattern)).intersection(WRITES)
                pattern.callback = _at_the_door(pattern.callback, writes)
        return patterns

    def _methods_at(self, route: str) -> set[str]:
        return {
            method
            for bound in self._get_bound_routers()
            for path, view in bound.path_operations.items()
            if path.replace("{", "<").replace("}", ">").lstrip("/") == route
            for operation in view.operations
            for method in operation.methods
        }


def _at_the_door(view: Callable[..., HttpResponse], writes: Container[str]) -> Callable[..., HttpResponse]:
    """Count the request, let a repeated write happen once, and say every failure as a problem document."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            caller = caller_of(request)
            if caller is None:
                return _as_problem(view(request, *args, **kwargs))
            _limit.admit(caller.name)
            with acting(Actor(caller.agent.pk, caller.agent.name, "api", str(request.META.get("REMOTE_ADDR", "")))):
                if request.method in writes and HEADER in request.headers:
                    return once(request, caller.agent, lambda: _as_problem(view(request, *args, **kwargs)))
                return _as_problem(view(request, *args, **kwargs))
        except Exception as error:
            return explain(request, error)

    return answer


def explain(request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    """Any failure, as a problem document."""
    while isinstance(error, HttpError) and isinstance(error.__cause__, Problem | RequestDataTooBig):
        error = error.__cause__  # ninja wraps what the parser raises
    match error:
        case Problem():
            return error.answer()
        case AuthenticationError():
            return NotSignedIn().answer()
        case ValidationError():
            faults = [Fault(field=_place(one["loc"]), message=one["msg"]) for one in error.errors]
            return Invalid("See “errors” for what to mend.", errors=faults).answer()
        case RequestDataTooBig():
            return TooLarge("A body may hold 10 MB.").answer()
        case PermissionDenied():
            return Forbidden().answer()
        case Http404():
            return NotFound().answer()
        case HttpError():
            return problem(error.status_code, responses.get(error.status_code, "Error"), detail=error.message)
        case SuspiciousOperation():
            return problem(400, Problem.title)
    return _failed(request, error)


def _failed(request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    if isinstance(error, Exception) and files.is_full(error):
        return problem(507, "There is no space left", detail="Nothing was changed. Free some space, and try again.")
    log.error("%s %s failed", request.method, request.path, exc_info=sys.exc_info())
    return problem(500, "Something failed on our side", detail="Nothing was changed. Try again in a moment.")


def nothing_here(request: HttpRequest) -> HttpResponse:
    """Whatever no operation answers to."""
    return NotFound(f"The API has no {request.path}.").answer()


def _as_problem(response: HttpResponse) -> HttpResponse:
    """The response, or the problem document for one that only has a status."""
    response.headers.setdefault("Cache-Control", "private, no-store")
    if response.status_code < 400 or response.headers.get("Content-Type", "").startswith(MEDIA_TYPE):
        return response
    kept = {"Allow": response["Allow"]} if "Allow" in response else None
    return problem(response.status_code, responses.get(response.status_code, "Error"), headers=kept)


def _place(location: tuple[Any, ...]) -> str:
    """Where a fault is, without the name of our own parameter: ("body", "body", "text") is `body.text`."""
    source, *rest = [str(part) for part in location]
    return ".".join([source, *(rest[1:] if rest and rest[0] in ("body", "filters", "paging") else rest)])


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _assemble() -> Api:
    made = Api(
        title="Rapport",
        version="1",
        urls_namespace="api",
        description=(
            "Lists answer `{items, next}`; pass `next` as `cursor` for the following page. Times are RFC 3339 in UTC. "
            "Errors are RFC 9457 problem documents."
        ),
        auth=[Token(), Session()],
        parser=JsonOnly(),
        docs=Swagger({"persistAuthorization": False, "defaultModelsExpandDepth": 0}),
    )
    made.add_router("", conversation_router)
    made.add_router("", order_router)
    made.add_router("", about_orders_router)
    made.add_router("", merging_router)
    made.add_router("", blocking_router)
    made.add_router("", calls_router)
    # Before customers, whose addresses have a number where these say "imports".
    made.add_router("", imports_router)
    made.add_router("", segments_router)
    made.add_router("", companies_router)
    made.add_router("", events_router)
    made.add_router("", profile_router)
    made.add_router("", customer_router)
    made.add_router("", products_router)
    made.add_router("", orders_router)
    made.add_router("", subscriptions_router)
    made.add_router("", deals_router)
    made.add_router("", lifecycle_router)
    made.add_router("", tasks_router)
    made.add_router("", consent_router)
    made.add_router("", mail_router)
    made.add_router("", notification_router)
    made.add_router("", people_router)
    made.add_router("", routing_router)
    made.add_router("", assignment_router)
    made.add_router("", automation_router)
    made.add_router("", exports_router)
    made.add_router("", moves_router)
    made.add_router("", systems_router)
    made.add_router("", table_imports_router)
    made.add_exception_handler(Exception, explain)
    for kind in (Http404, HttpError, ValidationError):
        made.add_exception_handler(kind, explain)
    return made


api = _assemble()
