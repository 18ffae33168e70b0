"""What every request of a signed-in agent needs: their language, their time zone, and that they are still here."""

import contextlib
import zoneinfo
from collections.abc import Callable
from datetime import timedelta

from django.contrib.auth import SESSION_KEY
from django.db import OperationalError
from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone, translation

from rapport.kit import clock
from rapport.kit.remembering import remembering
from rapport.team.acting import Actor, acting
from rapport.team.models import Agent

SEEN_EVERY = timedelta(minutes=1)


class AgentPreferences:
    """Activates the agent's language and time zone; ends the session of someone who was deactivated."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.user.is_authenticated:
            _prefer(request, request.user)
            _remember_seen(request.user)
        elif SESSION_KEY in request.session:
            # Deactivated, deleted or with a new password: the backend no longer knows this session.
            request.session.flush()
        try:
            # A page reads the same things in several of its parts; what changes something reads them afresh.
            reads = remembering() if request.method in ("GET", "HEAD") else contextlib.nullcontext()
            with acting(_actor(request)), reads:
                return self.get_response(request)
        finally:
            timezone.deactivate()


def _actor(request: HttpRequest) -> Actor:
    address = str(request.META.get("REMOTE_ADDR", ""))
    if not request.user.is_authenticated:
        return Actor(via="page", address=address)
    return Actor(request.user.pk, request.user.name, "page", address)


def _prefer(request: HttpRequest, agent: Agent) -> None:
    if agent.language:
        translation.activate(agent.language)
        request.LANGUAGE_CODE = translation.get_language()
    if agent.time_zone:
        try:
            timezone.activate(zoneinfo.ZoneInfo(agent.time_zone))
        except (zoneinfo.ZoneInfoNotFoundError, ValueError):
            timezone.deactivate()


def _remember_seen(agent: Agent) -> None:
    now = clock.now()
    if agent.last_seen_at and now - agent.last_seen_at < SEEN_EVERY:
        return
    stale = Q(last_seen_at__isnull=True) | Q(last_seen_at__lt=now - SEEN_EVERY)
    # A full disk is no reason not to show a page.
    with contextlib.suppress(OperationalError):
        Agent.objects.filter(stale, pk=agent.pk).update(last_seen_at=now)
        agent.last_seen_at = now
