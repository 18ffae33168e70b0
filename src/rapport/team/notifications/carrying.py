"""By which ways news leaves the app, and what waits for the end of quiet hours."""

from collections.abc import Callable
from datetime import timedelta

from django.db import transaction

from rapport.backbone.jobs import every
from rapport.kit import clock
from rapport.team.models import Agent, Notification
from rapport.team.notifications.quiet import quiet_until

# Queues whatever takes one piece of news, or several summed up, to an agent. It sends nothing itself.
Carrier = Callable[[Agent, list[Notification]], None]

_carriers: dict[str, Carrier] = {}
_KEPT = timedelta(days=90)


def carries(channel: str, carrier: Carrier) -> None:
    """News by "mail" or "push" is taken along by this."""
    _carriers[channel] = carrier


def carry(channel: str, agent: Agent, rows: list[Notification]) -> None:
    if carrier := _carriers.get(channel):
        carrier(agent, rows)


@every(minutes=2)
def carry_held() -> None:
    """What waited while it was quiet and is still unread goes now, summed up for each agent."""
    for agent in Agent.objects.filter(notifications__held__gt="", deactivated_at=None).distinct():
        if quiet_until(agent, clock.now()) is None:
            _let_go(agent)


@every(hours=24, urgency="background")
def forget_old_news() -> None:
    Notification.objects.filter(at__lt=clock.now() - _KEPT).delete()


@transaction.atomic
def _let_go(agent: Agent) -> None:
    held = Notification.objects.select_for_update().filter(agent=agent).exclude(held="").order_by("id")
    waiting = [(row, row.held.split()) for row in held]
    held.update(held="")
    for channel in sorted({channel for _row, channels in waiting for channel in channels}):
        rows = [row for row, channels in waiting if channel in channels and row.read_at is None]
        if rows:
            carry(channel, agent, rows)
