"""Who calls the API: the bearer of a token, or an agent who is signed in to the browser."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from ninja.security import APIKeyCookie, HttpBearer
from ninja.utils import check_csrf
from pydantic import BaseModel

from rapport.kit.ids import hashed
from rapport.kit.rest.problems import Forbidden, NotSignedIn
from rapport.team import actions
from rapport.team.models import Agent, Team
from rapport.team.types import Permission, TokenScope

_READING = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True)
class Caller:
    """An agent, what the token allows, and the name that requests are counted by."""

    agent: Agent
    scope: TokenScope
    name: str


class ApiRequest(HttpRequest):
    """A request that got past the door."""

    auth: Caller


class Named(BaseModel):
    """Something with a name, by its id."""

    id: int
    name: str


class AgentShape(BaseModel):
    id: int
    name: str
    email: str


def caller_of(request: HttpRequest) -> Caller | None:
    """Who calls, found once a request. Raises NotSignedIn for a token that is not, or no longer, good."""
    if not hasattr(request, "_caller"):
        request._caller = _find_caller(request)  # type: ignore[attr-defined]
    found: Caller | None = request._caller  # type: ignore[attr-defined]
    return found


def agent_of(request: HttpRequest, permission: Permission | None = None) -> Agent:
    """The agent who calls. Raises Forbidden unless they may do this."""
    caller = caller_of(request)
    if caller is None:
        raise NotSignedIn
    if permission is not None and not caller.agent.may(permission):
        raise Forbidden(f"Your role does not allow this: {permission.label}.")
    return caller.agent


class Token(HttpBearer):
    """An API token, made with `rapport token create` or in the settings."""

    def __call__(self, request: HttpRequest) -> Caller | None:
        return _admitted(request) if "Authorization" in request.headers else None

    def authenticate(self, request: HttpRequest, token: str) -> None:
        raise NotImplementedError  # `__call__` answers for it


class Session(APIKeyCookie):
    """The session of a signed-in browser; writes also bring Django's CSRF token."""

    param_name = settings.SESSION_COOKIE_NAME

    def __call__(self, request: HttpRequest) -> Caller | None:
        caller = _admitted(request)
        if caller is not None and check_csrf(request) is not None:
            raise Forbidden("Send the CSRF token in the X-CSRFToken header.")
        return caller

    def authenticate(self, request: HttpRequest, key: str | None) -> None:
        raise NotImplementedError  # `__call__` answers for it


def agent_shape(agent: Agent | None) -> AgentShape | None:
    return AgentShape(id=agent.pk, name=agent.name, email=agent.email) if agent else None


def team_shape(team: Team | None) -> Named | None:
    return Named(id=team.pk, name=team.name) if team else None


def _find_caller(request: HttpRequest) -> Caller | None:
    if "Authorization" not in request.headers:
        if not isinstance(request.user, Agent):
            return None
        return Caller(request.user, TokenScope.ADMIN, f"agent:{request.user.pk}")
    scheme, _, token = request.headers["Authorization"].partition(" ")
    found = actions.token_for(token.strip()) if scheme.lower() == "bearer" else None
    if found is None:
        raise NotSignedIn("This token is not known, or no longer valid.")
    agent, scope = found
    return Caller(agent, scope, f"token:{hashed(token.strip())[:32]}")


def _admitted(request: HttpRequest) -> Caller | None:
    caller = caller_of(request)
    if caller is None:
        return None
    if request.method not in _READING and caller.scope == TokenScope.READ:
        raise Forbidden("This token may only read. Make one with the scope “write”.")
    if not caller.agent.may(Permission.READ):
        raise Forbidden("Your role does not allow this.")
    return caller
