"""What a line means to the database.

A custom field with few such values is asked by `pk IN (its values)`, one with many by `EXISTS`, conversation by
conversation in the order of the list: at 100,000 either way is slow for the other's case, 90 ms and 200 ms against 2.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from rapport.backbone import search
from rapport.conversations.fields import FIELDS as OWN_FIELDS
from rapport.conversations.filtering.reading import AGE
from rapport.conversations.filtering.subjects import OWN_FIELD, PRIORITY_WORDS, Subject
from rapport.conversations.models import Follow, Mention, Message, Tagging
from rapport.conversations.querysets import unread_by
from rapport.conversations.types import Status
from rapport.customers.fields import FIELDS as CUSTOMER_FIELDS
from rapport.customers.models import Customer
from rapport.customers.queries import called
from rapport.kit import clock
from rapport.team.models import Agent, Team

Means = Callable[[str, Any, Agent | None], Q]
NOTHING = Q(pk__in=[])
COMMON = 1000
# How many matching messages a search looks at, newest first.
FOUND_AT_MOST = 1000
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


def of(subject: Subject, op: str, value: Any, agent: Agent | None) -> Q:
    """The line as a condition of the ORM. `is_not` and `has_not` are true where nothing is said, too."""
    if op in ("is_not", "has_not"):
        return ~of(subject, op.removesuffix("_not"), value, agent)
    if subject.field is not None:
        return _custom(subject, op, value, "pk" if subject.name.startswith(OWN_FIELD) else "customer")
    return _MEANS[subject.name](op, value, agent)


def of_customers(subject: Subject, op: str, value: Any, agent: Agent | None = None) -> Q:
    """The same where customers are asked for: their own fields, their company, their language, who looks after them."""
    if op in ("is_not", "has_not"):
        return ~of_customers(subject, op.removesuffix("_not"), value, agent)
    if subject.field is not None:
        return _custom(subject, op, value, "pk")
    if subject.name == "owner":
        return _owned("owner", value, agent)
    if subject.name == "language":
        return _spoken("language", value)
    if op == "is":
        return Q(company__in=[int(word) for word in value])
    return Q(company__name__icontains=value)


def length(age: str) -> timedelta:
    """The length of time an age such as "4h" says."""
    found = AGE.fullmatch(age)
    return int(found[1]) * _UNITS[found[2]] if found else timedelta()


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


def _tag(_op: str, value: Sequence[str], _agent: Agent | None) -> Q:
    names = [name for name in value if name != "none:"]
    made = Q(pk__in=Tagging.objects.filter(tag__name__in=names).values("conversation")) if names else NOTHING
    if "none:" in value:
        made |= ~Q(Exists(Tagging.objects.filter(conversation=OuterRef("pk"))))
    return made


def _subject(_op: str, value: str, _agent: Agent | None) -> Q:
    made = Q()
    for word in value.split()[:8]:
        made &= Q(subject__icontains=word)
    return made


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


def _unread(_op: str, value: bool, agent: Agent | None) -> Q:
    unread = Q(unread_by(agent)) if agent else NOTHING
    return unread if value else ~unread


def _mentioned(_op: str, value: bool, agent: Agent | None) -> Q:
    named = Q(pk__in=Mention.objects.filter(agent=agent).values("message__conversation")) if agent else NOTHING
    return named if value else ~named


def _followed(_op: str, value: bool, agent: Agent | None) -> Q:
    follows = Q(pk__in=Follow.objects.filter(agent=agent, ended_at=None).values("conversation")) if agent else NOTHING
    return follows if value else ~follows


def _waiting(op: str, value: str | None, _agent: Agent | None) -> Q:
    waits = Q(status=Status.OPEN, waiting_since__isnull=False)
    if value is None:
        return waits if op == "filled" else ~waits
    since = clock.now() - length(value)
    return waits & (Q(waiting_since__lt=since) if op == "longer_than" else Q(waiting_since__gte=since))


def _owner(_op: str, value: Sequence[str], agent: Agent | None) -> Q:
    return _owned("customer__owner", value, agent)


def _language(_op: str, value: Sequence[str], _agent: Agent | None) -> Q:
    return _spoken("customer__language", value)


def _spoken(column: str, value: Sequence[str]) -> Q:
    """English is British English too."""
    made = Q((f"{column}__in", list(value)))
    for code in value:
        made |= Q((f"{column}__startswith", f"{code}-"))
    return made


def _owned(column: str, value: Sequence[str], agent: Agent | None) -> Q:
    people = {int(word) for word in value if word.isdecimal()}
    people |= {agent.pk} if "me" in value and agent else set()
    made = Q((f"{column}__in", people)) if people else NOTHING
    return made | Q((f"{column}__isnull", True)) if "nobody" in value else made


def _satisfaction(op: str, value: Any, _agent: Agent | None) -> Q:
    return _compared("satisfaction", op, value)


def _moment(column: str, op: str, value: str | None, _agent: Agent | None) -> Q:
    if op in ("filled", "empty"):
        return Q((f"{column}__isnull", op == "empty"))
    now = clock.now()
    if op in ("older_than", "newer_than"):
        # Newer than three days ago is not in the future.
        return Q((f"{column}__{'lt' if op == 'older_than' else 'gte'}", now - length(value or "")))
    if op == "within":
        return Q((f"{column}__lte", now + length(value or "")))
    return Q((f"{column}__lt", _begins(value or ""))) if op == "before" else Q((f"{column}__gte", _ends(value or "")))


def _begins(said: str) -> datetime:
    moment = parse_datetime(said) if len(said) > 10 else None
    return moment or timezone.make_aware(datetime.combine(parse_date(said) or date.min, time()))


def _ends(said: str) -> datetime:
    """After a day is after its last minute."""
    return (
        _begins(said) if len(said) > 10 else _begins(((parse_date(said) or date.min) + timedelta(days=1)).isoformat())
    )


def _custom(subject: Subject, op: str, value: Any, owner: str) -> Q:
    """`owner` is what the noun that is asked for calls the one whose field it is."""
    field = subject.field
    is_own = subject.name.startswith(OWN_FIELD)
    values: Any = (OWN_FIELDS if is_own else CUSTOMER_FIELDS).values.filter(field=field)
    if op not in ("filled", "empty") and field is not None:
        values = values.filter(_said(field.column, op, value))
    if values.order_by()[:COMMON].count() < COMMON:
        made = Q((f"{owner}__in", values.values("owner")))
    else:
        made = Q(Exists(values.filter(owner=OuterRef(owner))))
    return ~made if op == "empty" else made


def _said(column: str, op: str, value: Any) -> Q:
    if op == "has":
        made = Q()
        for word in value.split()[:8]:
            made &= Q((f"{column}__icontains", word))
        return made
    if column == "date":
        return _on_days(op, value)
    if op == "is" and isinstance(value, tuple):
        return Q((f"{column}__in", list(value)))
    return _compared(column, op, value)


def _on_days(op: str, value: str) -> Q:
    today = timezone.localdate(clock.now())
    if op in ("older_than", "newer_than"):
        day = today - length(value)
        return Q(date__lt=day) if op == "older_than" else Q(date__gte=day)
    day = parse_date(value[:10]) or date.min
    return {"is": Q(date=day), "before": Q(date__lt=day), "after": Q(date__gt=day)}[op]


def _compared(column: str, op: str, value: Any) -> Q:
    if op in ("filled", "empty"):
        return Q((f"{column}__isnull", op == "empty"))
    return Q((f"{column}{ {'is': '', 'at_least': '__gte', 'at_most': '__lte'}[op] }", value))


_MEANS: dict[str, Means] = {
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
    "owner": _owner,
    "language": _language,
    "unread": _unread,
    "mentioned": _mentioned,
    "followed": _followed,
    "waiting": _waiting,
    "due": partial(_moment, "due_at"),
    "satisfaction": _satisfaction,
    "created": partial(_moment, "created_at"),
    "updated": partial(_moment, "updated_at"),
    "last_message": partial(_moment, "last_at"),
}
