"""What conversations know of a customer, as lines of a filter of customers."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.db.models import Avg, Q, QuerySet
from django.utils.translation import gettext as _

from rapport.backbone.filtering.comparing import compared, how_many, last_moment, length
from rapport.backbone.filtering.subjects import AGE, CHOICE, FILLED, MOMENT, NUMBER, Subject
from rapport.conversations.filtering.subjects import channel_choices, tag_choices
from rapport.conversations.models import Conversation, Tagging
from rapport.conversations.queries import visible_to
from rapport.conversations.types import Status
from rapport.kit import clock
from rapport.team.models import Agent
from rapport.team.types import Permission


def subjects() -> list[Subject]:
    return [
        Subject("talk.last", _("Last contact"), MOMENT, own_ops=(*_WHEN, *FILLED), means=_last),
        Subject("talk.count", _("Conversations"), NUMBER, own_ops=_HOW_MANY, means=partial(_many, Q())),
        Subject("talk.open", _("Open conversations"), NUMBER, own_ops=_HOW_MANY, means=partial(_many, ~_CLOSED)),
        Subject("talk.waiting", _("Waiting for our answer"), AGE, means=_waiting),
        Subject("talk.channel", _("Wrote by"), CHOICE, channel_choices, means=_channel),
        Subject("talk.tag", _("Has a conversation tagged"), CHOICE, tag_choices, means=_tag),
        Subject("talk.rating", _("Average rating"), NUMBER, own_ops=(*_HOW_MANY, *FILLED), means=_rating),
    ]


_WHEN = ("before", "after", "older_than", "newer_than")
_HOW_MANY = ("is", "at_least", "at_most")
_CLOSED = Q(status=Status.CLOSED)


def _talks(agent: Agent | None) -> QuerySet[Conversation]:
    """Those that the one who asks may see; a rule and the size of a segment, which are nobody's, ask of all."""
    seen = visible_to(agent) if agent else Conversation.objects.all()
    return seen.order_by().filter(junk_at=None)


def _of(talks: QuerySet[Conversation]) -> Q:
    return Q(pk__in=talks.values("customer"))


def _last(op: str, value: Any, agent: Any) -> Q:
    """The last of each customer is found along the index of customers, which knows nothing of junk."""
    is_all = agent is None or agent.may(Permission.SEE_EVERYTHING)
    rows = Conversation.objects.order_by() if is_all and op in ("older_than", "before") else _talks(agent)
    return last_moment(rows, "last_at", op, value)


def _many(which: Q, op: str, value: Any, agent: Any) -> Q:
    return how_many(_talks(agent).filter(which), op, value)


def _waiting(op: str, value: str, agent: Any) -> Q:
    waits = _talks(agent).filter(status=Status.OPEN, waiting_since__isnull=False)
    since = clock.now() - length(value)
    return _of(waits.filter(waiting_since__lt=since) if op == "longer_than" else waits.filter(waiting_since__gte=since))


def _channel(_op: str, value: Sequence[str], agent: Any) -> Q:
    return _of(_talks(agent).filter(channel__in=list(value)))


def _tag(_op: str, value: Sequence[str], agent: Any) -> Q:
    tagged = Tagging.objects.order_by().filter(tag__name__in=list(value)).values("conversation")
    return _of(_talks(agent).filter(pk__in=tagged))


def _rating(op: str, value: Any, agent: Any) -> Q:
    rated = _talks(agent).filter(satisfaction__isnull=False)
    if op in FILLED:
        return _of(rated) if op == "filled" else ~_of(rated)
    means = rated.values("customer").annotate(mean=Avg("satisfaction"))
    return Q(pk__in=means.filter(compared("mean", op, value)).values("customer"))
