"""Rules by time: which conversations fell due since they were last looked at.

Each is looked at when its hours are over, once. A clock that jumps makes no storm: what fell due longer ago than
three days is let go, what was done stays noted by its moment, and a clock that was set back is caught up with.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Max, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from rapport.automation.actions.ruling import Occasion, run_rule
from rapport.automation.conditions import Conditions
from rapport.automation.errors import Mistaken
from rapport.automation.models import Rule
from rapport.automation.queries import rules_on
from rapport.automation.types import BY_TIME, Trigger
from rapport.conversations.models import Assignment, Conversation, Message
from rapport.conversations.types import Direction, Status
from rapport.kit import clock

__all__ = ["BY_TIME", "fallen_due", "run_due"]

# What a worker that was away for a weekend still catches up with.
GRACE = timedelta(days=3)
# Looked at again: a moment may come back, for instance when an answer is taken back.
OVERLAP = timedelta(hours=1)
AT_ONCE = 500
# Conversations with a moment `since`, which no type of the ORM can say.
Annotated = Any


def run_due() -> int:
    """Let every rule by time look at what fell due; how many conversations were looked at."""
    looked = 0
    stopped: set[int] = set()
    for rule in rules_on().filter(trigger__in=BY_TIME):
        found = _due(rule, clock.now())
        for conversation in found:
            if conversation.pk in stopped:
                continue
            if run_rule(rule, conversation, Occasion(since=conversation.since)) and rule.stops:
                stopped.add(conversation.pk)
        looked += len(found)
    return looked


def _due(rule: Rule, now: datetime) -> list[Annotated]:
    """Those that fell due since the last look, oldest first, and note how far this look went."""
    hours = timedelta(hours=rule.hours or 0)
    looked = rule.looked_until if rule.looked_until and rule.looked_until <= now else now - GRACE
    begin = max(looked - OVERLAP, now - GRACE, rule.on_since or now)
    try:
        conditions = Conditions.parse(rule.conditions)
    except Mistaken:
        # The first conversation will pause it with the reason.
        conditions = Conditions()
    due: Annotated = conditions.narrow(fallen_due(rule.trigger, begin - hours, now - hours))
    found = list(due.order_by("since", "pk").select_related("customer__company", "inbox")[:AT_ONCE])
    until = now if len(found) < AT_ONCE else found[-1].since + hours
    Rule.objects.filter(pk=rule.pk).update(looked_until=until)
    return found


def fallen_due(trigger: str, after: datetime, until: datetime, *, also_closed: bool = False) -> Annotated:
    """Conversations whose hours began in this time, each with the moment as `since`; closed ones only if asked.

    What happened before a conversation was moved in from elsewhere sets nothing off here.
    """
    return _fallen_due(trigger, after, until, also_closed=also_closed).filter(
        Q(moved_in_at__isnull=True) | Q(since__gt=F("moved_in_at"))
    )


def _fallen_due(trigger: str, after: datetime, until: datetime, *, also_closed: bool) -> Annotated:
    rows = Conversation.objects.order_by()
    living = rows if also_closed else rows.filter(status__in=(Status.OPEN, Status.SNOOZED))
    match trigger:
        case Trigger.UNANSWERED_FOR:
            return (
                rows.open().filter(waiting_since__gt=after, waiting_since__lte=until).annotate(since=F("waiting_since"))
            )
        case Trigger.SILENT_FOR:
            ours = living.filter(preview_direction=Direction.OUT, waiting_since=None)
            return ours.filter(last_at__gt=after, last_at__lte=until).annotate(since=F("last_at"))
        case Trigger.UNHEARD_FOR:
            heard = Message.objects.filter(conversation=OuterRef("pk"), direction=Direction.IN, is_automatic=False)
            last = heard.order_by().values("conversation").annotate(at=Max("created_at")).values("at")
            return living.filter(last_at__gt=after).annotate(since=Subquery(last)).filter(_between(after, until))
        case Trigger.OPEN_FOR:
            return living.filter(created_at__gt=after, created_at__lte=until).annotate(since=F("created_at"))
        case _:
            given = Assignment.objects.filter(conversation=OuterRef("pk")).order_by()
            newest = given.values("conversation").annotate(last=Max("at")).values("last")
            nobodys = living.unassigned().exclude(status=Status.CLOSED)
            return nobodys.annotate(since=Coalesce(Subquery(newest), F("created_at"))).filter(_between(after, until))


def _between(after: datetime, until: datetime) -> Q:
    return Q(since__gt=after, since__lte=until)
