"""What a line about conversations means to the database."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q

from rapport.backbone import search
from rapport.backbone.filtering.comparing import NOTHING, compared, has_words, length, moment
from rapport.conversations.models import Follow, Mention, Message, OrderLink, Tag, Tagging
from rapport.conversations.querysets import unread_by
from rapport.conversations.types import Priority, Status
from rapport.customers.models import Customer
from rapport.customers.queries import called
from rapport.customers.segments import queries as segments
from rapport.customers.segments.vocabulary import owned, spoken
from rapport.kit import clock
from rapport.team.models import Agent, Team

Means = Callable[[str, Any, Agent | None], Q]
# How many matching messages a search looks at, newest first.
FOUND_AT_MOST = 1000
# A tag that more conversations have is looked up at each conversation.
_MANY = 20_000
PRIORITY_WORDS = {"low": Priority.LOW, "normal": Priority.NORMAL, "high": Priority.HIGH, "urgent": Priority.URGENT}


def _plain(column: str, _op: str, value: Sequence[str], _agent: Agent | None) -> Q:
    return Q((f"{column}__in", list(value)))


def _priority(_op: str, value: Sequence[str], _agent: Agent | None) -> Q:
    return Q(priority__in=[PRIORITY_WORDS[word] for word in value])


def _assignee(_op: str, value: Sequence[str], agent: Agent | None) -> Q:
    people = {int(word) for word in value if word.isdecimal()}
    people |= {agent.pk} if "me" in value and agent else set()
    made = Q(assignee__in=people) if people else NOTHING
    teams = [int(word.removeprefix("team:")) for word in value if word.startswith("team:")]
    if teams:
        made |= Q(assignee__in=Team.members.through.objects.filter(team__in=teams).values("agent"))
    return made | Q(assignee=None) if "nobody" in value else made


def _team(_op: str, value: Sequence[str], agent: Agent | None) -> Q:
    made = Q(team__in=[int(word) for word in value if word.isdecimal()])
    if "mine" in value and agent:
        made |= Q(team__in=agent.teams.all())
    return made | Q(team=None) if "none" in value else made


def _tag(_op: str, value: Sequence[str], agent: Agent | None) -> Q:
    names = [name for name in value if name != "none:"]
    made = _tagged(names, is_listed=agent is not None) if names else NOTHING
    if "none:" in value:
        made |= ~Q(Exists(Tagging.objects.filter(conversation=OuterRef("pk"))))
    return made


def _tagged(names: Sequence[str], *, is_listed: bool) -> Q:
    """In a list the tags are looked up first: of a name no database knows how many have the tag.

    SQLite finds all conversations of a tag before it looks at another condition or an order; where tens of thousands
    have it, each conversation is asked instead.
    """
    theirs = Tagging.objects.order_by()
    if not is_listed:
        return Q(pk__in=theirs.filter(tag__name__in=names).values("conversation"))
    theirs = theirs.filter(tag__in=list(Tag.objects.filter(name__in=names).values_list("pk", flat=True)))
    if connection.vendor == "sqlite" and theirs[_MANY : _MANY + 1].exists():
        return Q(Exists(theirs.filter(conversation=OuterRef("pk"))))
    return Q(pk__in=theirs.values("conversation"))


def _subject(_op: str, value: str, _agent: Agent | None) -> Q:
    return has_words("subject", value)


def _words(_op: str, value: str, agent: Agent | None) -> Q:
    """A search as people type it; a rule is nobody and looks for words alone."""
    if agent is not None:
        from rapport.conversations.searching import matching

        return matching(agent, value)
    try:
        found = search.find(value, scopes=None, limit=FOUND_AT_MOST)
    except search.TooSlow as slow:
        found = slow.found
    return Q(pk__in=Message.objects.filter(pk__in=found).values("conversation"))


def _customer(op: str, value: Any, _agent: Agent | None) -> Q:
    if op == "is":
        return Q(customer__in=[int(word) for word in value])
    return Q(customer__in=called(Customer.objects.order_by(), value).values("pk"))


def _company(op: str, value: Any, _agent: Agent | None) -> Q:
    if op == "is":
        return Q(
            customer__in=Customer.objects.order_by().filter(company__in=[int(word) for word in value]).values("pk")
        )
    return Q(customer__in=Customer.objects.order_by().filter(company__name__icontains=value).values("pk"))


def _segment(_op: str, value: Sequence[str], agent: Agent | None) -> Q:
    made = NOTHING
    for segment in segments.present().filter(pk__in=[int(word) for word in value]):
        made |= Q(customer__in=segments.members_of(segment, agent).order_by().values("pk"))
    return made


def _unread(_op: str, value: bool, agent: Agent | None) -> Q:
    unread = Q(unread_by(agent)) if agent else NOTHING
    return unread if value else ~unread


def _mentioned(_op: str, value: bool, agent: Agent | None) -> Q:
    named = Q(pk__in=Mention.objects.filter(agent=agent).values("message__conversation")) if agent else NOTHING
    return named if value else ~named


def _followed(_op: str, value: bool, agent: Agent | None) -> Q:
    follows = Q(pk__in=Follow.objects.filter(agent=agent, ended_at=None).values("conversation")) if agent else NOTHING
    return follows if value else ~follows


def _about_order(_op: str, value: bool, _agent: Agent | None) -> Q:
    about = Q(Exists(OrderLink.objects.filter(conversation=OuterRef("pk"), removed_at=None)))
    return about if value else ~about


def _waiting(op: str, value: str | None, _agent: Agent | None) -> Q:
    waits = Q(status=Status.OPEN, waiting_since__isnull=False)
    if value is None:
        return waits if op == "filled" else ~waits
    since = clock.now() - length(value)
    return waits & (Q(waiting_since__lt=since) if op == "longer_than" else Q(waiting_since__gte=since))


def _owner(_op: str, value: Sequence[str], agent: Agent | None) -> Q:
    return owned("customer__owner", value, agent)


def _language(_op: str, value: Sequence[str], _agent: Agent | None) -> Q:
    return spoken("customer__language", value)


def _satisfaction(op: str, value: Any, _agent: Agent | None) -> Q:
    return compared("satisfaction", op, value)


def _moment(column: str, op: str, value: str | None, _agent: Agent | None) -> Q:
    return moment(column, op, value)


MEANS: dict[str, Means] = {
    "status": partial(_plain, "status"),
    "assignee": _assignee,
    "team": _team,
    "inbox": partial(_plain, "inbox"),
    "channel": partial(_plain, "channel"),
    "tag": _tag,
    "priority": _priority,
    "subject": _subject,
    "words": _words,
    "customer": _customer,
    "company": _company,
    "segment": _segment,
    "owner": _owner,
    "language": _language,
    "unread": _unread,
    "mentioned": _mentioned,
    "followed": _followed,
    "about_order": _about_order,
    "waiting": _waiting,
    "due": partial(_moment, "due_at"),
    "satisfaction": _satisfaction,
    "created": partial(_moment, "created_at"),
    "updated": partial(_moment, "updated_at"),
    "last_message": partial(_moment, "last_at"),
}
