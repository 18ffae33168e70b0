"""By which ways news leaves the app, and what waits for the end of quiet hours."""

from collections.abc import Callable, Sequence
from datetime import timedelta

from django.db import transaction

from rapport.backbone.jobs import every
from rapport.kit import clock
from rapport.team.models import Agent, Notification
from rapport.team.notifications.quiet import quiet_until

# What one carrying takes to an agent: one piece of news, or several summed up.
Load = tuple[Agent, list[Notification]]
# Queues whatever takes a load to its agent. It sends nothing itself.
Carrier = Callable[[Agent, list[Notification]], None]
# The same for many, with a constant number of reads.
Carriage = Callable[[Sequence[Load]], None]

_carriages: dict[str, Carriage] = {}
_KEPT = timedelta(days=90)


def carries(channel: str, carrier: Carrier) -> None:
    """News by "mail" or "push" is taken along by this, agent by agent."""

    def carriage(loads: Sequence[Load]) -> None:
        for agent, rows in loads:
            carrier(agent, rows)

    _carriages[channel] = carriage


def carries_together(channel: str, carriage: Carriage) -> None:
    """News by this channel is taken along by this, for many agents at once."""
    _carriages[channel] = carriage


def carry(channel: str, loads: Sequence[Load]) -> None:
    if loads and (carriage := _carriages.get(channel)):
        carriage(loads)


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
            carry(channel, [(agent, rows)])
