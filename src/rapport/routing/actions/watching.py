"""Finding what falls due: each promise is marked and announced once, in the order it fell due."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from rapport.backbone.events import gathered
from rapport.conversations.models import Conversation
from rapport.conversations.types import Status
from rapport.kit import clock
from rapport.routing.actions.reckoning import reckon
from rapport.routing.actions.telling import tell_broken, tell_warned
from rapport.routing.models import Promise
from rapport.routing.types import Kind

BATCH = 200
# One look announces no more than this; what is left comes with the next.
MOST_BATCHES = 25

# Whether the conversation still owes it. It may have been answered a moment ago, and nobody reckoned it yet.
_OWED = Q(kind=Kind.RESOLUTION) & ~Q(conversation__status=Status.CLOSED) | ~Q(kind=Kind.RESOLUTION) & Q(
    conversation__waiting_since__isnull=False
)


@dataclass(frozen=True)
class _Taken:
    """One batch: how many were announced, and the conversations that owe nothing any more."""

    told: int
    settled: set[int]
    is_full: bool


def look() -> int:
    """Warn of what nearly is too late, then say what is; returns how many were announced. Safe to run at once twice."""
    now = clock.now()
    broken = Promise.objects.filter(Promise.OPEN, breached_at=None, due_at__lte=now).order_by("due_at", "id")
    nearly = Promise.objects.filter(Promise.OPEN, breached_at=None, warned_at=None, paused_at=None, warn_at__lte=now)
    nearly = nearly.filter(Q(due_at__gt=now) | Q(due_at=None)).order_by("warn_at", "id")
    told = _in_batches(nearly, "warned_at", tell_warned, now)
    return told + _in_batches(broken, "breached_at", tell_broken, now)


def _in_batches(
    found: QuerySet[Promise], mark: str, announce: Callable[[Promise, Conversation], None], now: datetime
) -> int:
    told = 0
    for _batch in range(MOST_BATCHES):
        taken = _take(found, mark, announce, now)
        told += taken.told
        # In a transaction of its own: reckoning holds the conversation before its promises, never the other way round.
        for pk in taken.settled:
            reckon(pk)
        if not taken.is_full:
            break
    return told


@transaction.atomic
def _take(
    found: QuerySet[Promise], mark: str, announce: Callable[[Promise, Conversation], None], now: datetime
) -> _Taken:
    # Another worker that looks at the same moment takes others, or none.
    skips = connection.features.has_select_for_update_skip_locked
    batch = list(found.select_for_update(of=("self",), skip_locked=skips)[:BATCH])
    owed = set(Promise.objects.filter(_OWED, pk__in=[row.pk for row in batch]).values_list("pk", flat=True))
    due = [row for row in batch if row.pk in owed]
    Promise.objects.filter(pk__in=owed).update(**{mark: now})
    conversations = Conversation.objects.in_bulk([row.conversation_id for row in due])
    with gathered():
        for row in due:
            announce(row, conversations[row.conversation_id])
    settled = {row.conversation_id for row in batch if row.pk not in owed}
    return _Taken(len(due), settled, is_full=len(batch) == BATCH)
