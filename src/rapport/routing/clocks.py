"""From what was said and done to the clocks of a conversation: which run, which stand still, which are over.

Pure: no database, no clock. The whole history goes in each time, so that it does not matter how often, how late or in
which order anybody heard of what happened.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from rapport.routing.hours import NOTHING, Hours, NeverOpen, add_working_time, working_time
from rapport.routing.types import Kind, Spent, Warns

# From when, and until when; None for "it still is".
Stretch = tuple[datetime, datetime | None]


@dataclass(frozen=True)
class Said:
    """What a customer or one of us said to the other; no notes, no machines, nothing passed on to others."""

    message: int
    at: datetime
    is_ours: bool


@dataclass(frozen=True)
class Closed:
    """It was closed, and perhaps opened again: by us, which takes the closing back, or because the customer wrote."""

    at: datetime
    reopened_at: datetime | None = None
    by_us: bool = False


@dataclass(frozen=True)
class History:
    said: Sequence[Said]
    closed: Sequence[Closed] = ()
    snoozed: Sequence[Stretch] = ()
    # Whether the customer waits for an answer now.
    waits: bool = True


@dataclass(frozen=True)
class Clock:
    kind: Kind
    message: int
    started_at: datetime
    pauses: tuple[Stretch, ...] = ()
    met_at: datetime | None = None
    dropped_at: datetime | None = None

    @property
    def ended_at(self) -> datetime | None:
        return self.met_at or self.dropped_at


def clocks(history: History, *, pauses_snoozed: bool = False) -> list[Clock]:
    """Every clock of a conversation, in the order they began."""
    asked = [said for said in history.said if not said.is_ours and not _is_unheard(said, history)]
    if not asked:
        return []
    return [*_answers(history, asked), _resolution(history, asked, pauses_snoozed=pauses_snoozed)]


def spent(
    clock: Clock, minutes: int, hours: Hours, *, warns: str = Warns.PERCENT, warns_at: int | None = None
) -> Spent:
    """When a clock falls due that may run for so many minutes of working time, and when somebody should be warned."""
    budget, used = timedelta(minutes=minutes), NOTHING
    warn_after = _warn_after(budget, warns, warns_at)
    warn_at: datetime | None = None
    runs = list(_runs(clock))
    for start, end in runs:
        worked = working_time(hours, start, end) if end else None
        if warn_after is not None and warn_at is None and (worked is None or used + worked >= warn_after):
            warn_at = _at(hours, start, warn_after - used)
        if worked is None or used + worked >= budget:
            return Spent(_at(hours, start, budget - used), warn_at, _paused_since(clock), used)
        used += worked
    return Spent(None, warn_at, _paused_since(clock), used)


def _at(hours: Hours, start: datetime, left: timedelta) -> datetime | None:
    try:
        return add_working_time(hours, start, max(left, NOTHING))
    except NeverOpen:
        return None


def _warn_after(budget: timedelta, warns: str, warns_at: int | None) -> timedelta | None:
    if warns_at is None:
        return None
    if warns == Warns.PERCENT:
        return budget * min(warns_at, 100) / 100
    return max(NOTHING, budget - timedelta(minutes=warns_at))


def _is_unheard(said: Said, history: History) -> bool:
    """A thank-you that came after closing and opened nothing again."""
    for closed in history.closed:
        if said.at <= closed.at or closed.by_us:
            continue
        if closed.reopened_at is None:
            return True
        if said.at <= closed.reopened_at:
            within = [other for other in history.said if not other.is_ours and closed.at <= other.at]
            return said != max(
                (other for other in within if other.at <= closed.reopened_at), key=lambda one: (one.at, one.message)
            )
    return False


def _answers(history: History, asked: Sequence[Said]) -> Iterable[Clock]:
    heard = {said.message for said in asked}
    happened: list[tuple[datetime, int, Said | Closed]] = [
        (said.at, 1, said) for said in history.said if said.is_ours or said.message in heard
    ]
    happened += [(closed.at, 0, closed) for closed in history.closed if not closed.by_us]
    waiting: Said | None = None
    kind = Kind.FIRST_ANSWER
    for at, _order, what in sorted(happened, key=lambda one: one[:2]):
        if isinstance(what, Closed):
            if waiting:
                yield Clock(kind, waiting.message, waiting.at, dropped_at=at)
            waiting = None
        elif not what.is_ours:
            waiting = waiting or what
        else:
            if waiting:
                yield Clock(kind, waiting.message, waiting.at, met_at=at)
            waiting, kind = None, Kind.NEXT_ANSWER
    if waiting and history.waits:
        yield Clock(kind, waiting.message, waiting.at)


def _resolution(history: History, asked: Sequence[Said], *, pauses_snoozed: bool) -> Clock:
    """Stands still from our answer until the customer writes again, and while it is closed."""
    started = asked[0].at
    pauses: list[Stretch] = [(closed.at, closed.reopened_at) for closed in history.closed]
    answered: datetime | None = None
    heard = {said.message for said in asked}
    for said in history.said:
        if said.is_ours and answered is None:
            answered = said.at
        elif answered is not None and said.message in heard:
            pauses.append((answered, said.at))
            answered = None
    if answered is not None:
        pauses.append((answered, None))
    if pauses_snoozed:
        pauses += history.snoozed
    still = [closed.at for closed in history.closed if closed.reopened_at is None]
    return Clock(Kind.RESOLUTION, 0, started, _merged(pauses, started), met_at=max(still, default=None))


def _merged(pauses: Iterable[Stretch], started: datetime) -> tuple[Stretch, ...]:
    """In order and apart, none before the start."""
    merged: list[Stretch] = []
    for start, end in sorted(pauses, key=lambda one: one[0]):
        start = max(start, started)
        if end is not None and end <= start:
            continue
        if merged and ((last := merged[-1][1]) is None or start <= last):
            merged[-1] = (merged[-1][0], None if last is None or end is None else max(last, end))
        else:
            merged.append((start, end))
    return tuple(merged)


def _runs(clock: Clock) -> Iterable[Stretch]:
    """When it ran; the last stretch has no end while nothing says that it ended."""
    start: datetime | None = clock.started_at
    for begins, ends in clock.pauses:
        if start is not None and start < begins:
            yield start, begins
        start = ends
    if start is not None:
        yield start, None


def _paused_since(clock: Clock) -> datetime | None:
    if clock.ended_at or not clock.pauses or clock.pauses[-1][1] is not None:
        return None
    return clock.pauses[-1][0]
