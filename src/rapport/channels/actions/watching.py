"""Which worker is told of new messages at once: one a channel, for as long as it renews its hold."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import timedelta

from django.db.models import Q

from rapport.channels.models import Channel
from rapport.kit import clock
from rapport.kit.text import storable

# A worker that dies is followed by another this much later; each renews well before.
HOLD = timedelta(seconds=9)


@dataclass
class Survey:
    """Channels as one worker sees them: those it holds, those nobody holds, those whose holder is gone."""

    ours: set[int] = field(default_factory=set)
    free: list[int] = field(default_factory=list)
    lost: list[int] = field(default_factory=list)


def survey(*, by: str) -> Survey:
    """One that does not work is asked in turn, and is free once it works."""
    now = clock.now()
    found = Survey()
    rows = Channel.objects.filter(paused_at=None).order_by("pk")
    for pk, holder, until, error, failures, worked_at in rows.values_list(
        "pk", "watched_by", "watched_until", "error", "failures", "worked_at"
    ):
        # A hold too far off means that the clock was set back.
        is_held = until is not None and now < until < now + 2 * HOLD
        if holder == by and holder:
            found.ours.add(pk)
        elif until is not None and not is_held:
            found.lost.append(pk)
        elif not is_held and worked_at and not error and not failures:
            found.free.append(pk)
    return found


def watch(channel_id: int, *, by: str) -> Channel | None:
    """Take a channel that nobody watches; none if another worker was quicker."""
    now = clock.now()
    free = Channel.objects.filter(Q(watched_until=None) | Q(watched_until__lte=now), pk=channel_id, paused_at=None)
    if not free.update(watched_by=by, watched_until=now + HOLD):
        return None
    return Channel.objects.get(pk=channel_id)


def keep_watching(channel_ids: Collection[int], *, by: str) -> None:
    ours = Channel.objects.filter(pk__in=channel_ids, watched_by=by)
    ours.update(watched_until=clock.now() + HOLD)


def stop_watching(channel_id: int, *, by: str, problem: str = "") -> None:
    """Let it go. From now on it is asked in turn again, and at once: something may have come meanwhile."""
    Channel.objects.filter(pk=channel_id, watched_by=by).update(
        watched_by="", watched_until=None, watch_problem=storable(problem)[:2000], next_poll_at=clock.now()
    )


def take_over(channel_ids: Collection[int]) -> None:
    """What dead workers watched is asked in turn again."""
    Channel.objects.filter(pk__in=channel_ids).update(watched_by="", watched_until=None, next_poll_at=clock.now())


def hear(channel_id: int) -> None:
    """Something new is there: its turn is now. Whoever polls it at this moment sees that it must look again."""
    Channel.objects.filter(pk=channel_id).update(next_poll_at=clock.now(), watch_problem="")
