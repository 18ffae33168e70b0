"""Whose stream it is, and the words it listens for."""

from collections.abc import MutableMapping
from http.cookies import CookieError, SimpleCookie
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest

from rapport.backbone.events import EVERYONE
from rapport.team.actions import token_for
from rapport.team.models import Agent
from rapport.team.types import Permission, Visibility

# The word of what belongs to no team.
SHARED = "shared"


def authenticate(scope: MutableMapping[str, Any]) -> frozenset[str] | None:
    """The words of the agent behind a session cookie or a bearer token; None for a stranger.

    Reads the database: call it in a thread.
    """
    headers = {name: value.decode("latin-1") for name, value in scope["headers"] if name in _WANTED}
    kind, _, token = headers.get(b"authorization", "").partition(" ")
    agent = _by_token(token.strip()) if kind.lower() == "bearer" else _by_session(headers.get(b"cookie", ""))
    return words_of(agent) if agent and agent.may(Permission.READ) else None


def words_of(agent: Agent) -> frozenset[str]:
    """What an agent listens for; events are announced to such words."""
    words = {EVERYONE, f"agent:{agent.pk}"}
    if agent.visibility == Visibility.OWN:
        return frozenset(words)
    words |= {SHARED, *(f"team:{team}" for team in agent.teams.values_list("pk", flat=True))}
    if agent.visibility == Visibility.ALL:
        words.add("see_everything")
    return frozenset(words)


_WANTED = {b"authorization", b"cookie"}


def _by_token(token: str) -> Agent | None:
    found = token_for(token)
    return found[0] if found else None


def _by_session(header: str) -> Agent | None:
    try:
        morsel = SimpleCookie(header).get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        return None
    if morsel is None:
        return None
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(morsel.value)
    # Django checks here that the password is still the one the session began with.
    user = get_user(request)
    return user if isinstance(user, Agent) and user.is_active else None
