"""What a rule would have done, without doing it: over the last thirty days, as the conversations are now."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice

from django.db.models import F, Q

from rapport.automation.actions.timing import fallen_due
from rapport.automation.conditions import Conditions, Letter
from rapport.automation.models import Rule
from rapport.automation.triggers import events_for, triggers_of
from rapport.backbone.events import UnknownAnnouncement, restore
from rapport.backbone.models import Event
from rapport.conversations.models import Conversation, Message
from rapport.conversations.queries import visible_to
from rapport.conversations.types import Direction, Status
from rapport.kit import clock
from rapport.team.models import Agent

DAYS = 30
# How many events or conversations are looked at, how many of those that fit are shown, and for how long.
MOST_LOOKED_AT = 5_000
MOST_SHOWN = 100
SECONDS = 5.0
_BATCH = 200


@dataclass(frozen=True)
class Fitting:
    """A conversation that the rule would have met, and when."""

    conversation: Conversation
    at: datetime


@dataclass
class Trial:
    """What came of it. `is_whole` when everything was looked at; `count` is how many fit, shown or not."""

    looked: int = 0
    count: int = 0
    is_whole: bool = True
    fitting: list[Fitting] = field(default_factory=list)


def dry_run(rule: Rule, *, by: Agent) -> Trial:
    """Which of the conversations this agent may see the rule would have met, newest first. Nothing is changed.

    Raises Mistaken for conditions that make no sense. What other rules would have done meanwhile is not reckoned with.
    """
    conditions = Conditions.parse(rule.conditions)
    until = clock.monotonic() + SECONDS
    trial = Trial()
    moments = _due(rule) if rule.is_by_time else _happened(rule)
    while batch := list(islice(moments, _BATCH)):
        if trial.looked >= MOST_LOOKED_AT or clock.monotonic() > until:
            trial.is_whole = False
            break
        trial.looked += len(batch)
        for found in _fitting(batch, conditions, by):
            trial.count += 1
            if len(trial.fitting) < MOST_SHOWN:
                trial.fitting.append(found)
    return trial


@dataclass(frozen=True)
class _Moment:
    conversation: int
    at: datetime
    message: int | None = None


def _happened(rule: Rule) -> Iterator[_Moment]:
    """The events that would have set it off, newest first."""
    since = clock.now() - timedelta(days=DAYS)
    named = Event.objects.filter(name__in=events_for(rule.trigger), at__gt=since).order_by("-pk")
    for row in named.iterator(chunk_size=_BATCH):
        # What a rule did sets no rule off in a dry run: it may never have happened.
        if row.payload.get("cause", {}).get("rule"):
            continue
        try:
            event = restore(row)
        except UnknownAnnouncement:
            continue
        if rule.trigger in triggers_of(event):
            yield _Moment(row.payload["conversation"], row.at, row.payload.get("message"))


def _due(rule: Rule) -> Iterator[_Moment]:
    """Conversations whose hours were over within the time, the latest first."""
    now, hours = clock.now(), timedelta(hours=rule.hours or 0)
    rows = fallen_due(rule.trigger, now - timedelta(days=DAYS) - hours, now - hours, also_closed=True)
    was_open = ~Q(status=Status.CLOSED) | Q(closed_at__gt=F("since") + hours)
    for pk, since in rows.filter(was_open).order_by("-since", "-pk").values_list("pk", "since").iterator():
        yield _Moment(pk, since + hours)


def _fitting(batch: Sequence[_Moment], conditions: Conditions, by: Agent) -> list[Fitting]:
    """Those of a batch that fit, in three queries."""
    ids = {moment.conversation for moment in batch}
    seen = visible_to(by).filter(pk__in=ids).select_related("customer", "inbox")
    every = {conversation.pk: conversation for conversation in seen}
    if conditions.filter.conditions:
        meant = set(conditions.filter.apply(visible_to(by).filter(pk__in=ids), None).values_list("pk", flat=True))
    else:
        meant = set(every) if conditions.match == "all" or not conditions.lines else set()
    letters = _letters(batch, every) if conditions.lines else {}
    return [
        Fitting(every[moment.conversation], moment.at)
        for moment in batch
        if moment.conversation in every
        and _is_so(conditions, moment.conversation in meant, letters.get(moment, Letter()))
    ]


def _is_so(conditions: Conditions, is_meant: bool, letter: Letter) -> bool:
    if conditions.match == "any":
        return is_meant or any(line.holds(letter) for line in conditions.lines)
    return is_meant and all(line.holds(letter) for line in conditions.lines)


def _letters(batch: Sequence[_Moment], every: dict[int, Conversation]) -> dict[_Moment, Letter]:
    received = Message.objects.filter(direction=Direction.IN, conversation__in=every).order_by("pk")
    by_id = {message.pk: message for message in received.defer("html", "references")}
    last = {message.conversation_id: message for message in by_id.values() if not message.is_automatic}
    return {
        moment: Letter.of(every[moment.conversation], by_id.get(moment.message or 0) or last.get(moment.conversation))
        for moment in batch
        if moment.conversation in every
    }
