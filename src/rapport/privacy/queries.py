"""Reading the audit trail: settings and people from its own entries, conversations and customers from the event log."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from rapport.backbone.models import Event
from rapport.conversations.models import Conversation
from rapport.customers.models import Customer
from rapport.privacy.models import Entry
from rapport.team.models import Agent

PAGE = 50
AREAS = ("", "settings", "people", "customers", "conversations")
_PEOPLE = ("team.agent", "team.team", "team.customrole", "team.invitation", "team.apitoken")
_CUSTOMERS = ("customers.customer", "customers.company", "customers.identity")
# What people do to conversations and customers; what machines do is not asked about here.
TOLD = (
    "ConversationAssigned", "ConversationClosed", "ConversationDeleted", "ConversationReopened", "ConversationJunked",
    "ConversationRestored", "ConversationSnoozed",
    "ConversationTagged", "ConversationUntagged", "PriorityChanged", "SubjectChanged", "MessageMoved",
    "ConversationMerged", "ConversationUnmerged", "ConversationFieldsChanged", "ConversationLinked",
    "ConversationUnlinked", "MessageWritten", "NoteWritten", "TagRenamed", "TagDeleted",
)  # fmt: skip
TOLD_OF_CUSTOMERS = ("CustomerChanged", "CompanyAdded")


@dataclass(frozen=True)
class Asked:
    """What a page, or a file, is to hold."""

    area: str = ""
    agent: int | None = None
    words: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Line:
    """One thing somebody did. `event` is the name of an event of the log, empty for an entry of the trail."""

    at: datetime
    id: int
    agent: int | None
    agent_name: str
    via: str
    action: str
    kind: str
    object: int | None
    label: str
    changes: dict[str, Any]
    event: str = ""
    address: str = ""

    @property
    def order(self) -> tuple[datetime, str, int]:
        return (self.at, self.event, self.id)


def page(asked: Asked, *, before: datetime | None = None) -> tuple[list[Line], datetime | None]:
    """The newest fifty lines before a moment, and the moment that the next page is before; None at the end."""
    lines = [*_entry_lines(asked, before), *_event_lines(asked, before)]
    lines.sort(key=lambda line: line.order, reverse=True)
    # Lines of one moment stay together, or a page would begin in the middle of them.
    shown = lines[:PAGE]
    while len(shown) < len(lines) and lines[len(shown)].at == shown[-1].at:
        shown.append(lines[len(shown)])
    return _named(shown), shown[-1].at if len(lines) > len(shown) else None


def every(asked: Asked) -> Iterator[Line]:
    """All of them, newest first, page by page."""
    before: datetime | None = None
    while True:
        lines, before = page(asked, before=before)
        yield from lines
        if before is None:
            return


def _entry_lines(asked: Asked, before: datetime | None) -> list[Line]:
    if asked.area == "conversations":
        return []
    found = Entry.objects.order_by("-id")
    if asked.area == "people":
        found = found.filter(kind__in=_PEOPLE)
    elif asked.area == "customers":
        found = found.filter(kind__in=_CUSTOMERS)
    elif asked.area == "settings":
        found = found.exclude(kind__in=(*_PEOPLE, *_CUSTOMERS))
    if asked.agent is not None:
        found = found.filter(agent=asked.agent)
    if asked.words:
        found = found.filter(
            Q(label__icontains=asked.words) | Q(agent_name__icontains=asked.words) | Q(kind__icontains=asked.words)
        )
    return [
        Line(
            each.at, each.pk, each.agent, each.agent_name, each.via, each.action, each.kind, each.object, each.label,
            each.changes, address=each.address,
        )
        for each in _between(found, asked, before)[: PAGE * 2]
    ]  # fmt: skip


def _event_lines(asked: Asked, before: datetime | None) -> list[Line]:
    names = {"": (*TOLD, *TOLD_OF_CUSTOMERS), "conversations": TOLD, "customers": TOLD_OF_CUSTOMERS}.get(asked.area, ())
    if not names:
        return []
    found = Event.objects.filter(name__in=names, payload__by__isnull=False).order_by("-id")
    if asked.agent is not None:
        found = found.filter(payload__by=asked.agent)
    if asked.words:
        found = found.filter(_about(asked.words))
    return [
        Line(
            each.at, each.pk, each.payload.get("by"), "", "", "", *_subject(each.subject), "", each.payload, each.name
        )
        for each in _between(found, asked, before)[: PAGE * 2]
    ]  # fmt: skip


def _between(found: QuerySet[Any], asked: Asked, before: datetime | None) -> QuerySet[Any]:
    if before is not None:
        found = found.filter(at__lt=before)
    if asked.since is not None:
        found = found.filter(at__gte=asked.since)
    return found.filter(at__lt=asked.until) if asked.until is not None else found


def _about(words: str) -> Q:
    """Events name what they are about by its id: a conversation by its number, or whatever these words name."""
    number = words.lstrip("#")
    conversations = Conversation.objects.filter(subject__icontains=words)
    if number.isdecimal() and len(number) < 10:
        conversations = Conversation.objects.filter(number=int(number))
    customers = Customer.objects.filter(Q(name__icontains=words) | Q(email__icontains=words))
    agents = Agent.objects.filter(name__icontains=words).values_list("pk", flat=True)
    subjects = [f"conversation:{pk}" for pk in conversations.order_by("-id").values_list("pk", flat=True)[:200]]
    subjects += [f"customer:{pk}" for pk in customers.order_by("-id").values_list("pk", flat=True)[:200]]
    return Q(subject__in=subjects) | Q(payload__by__in=list(agents[:200]))


def _subject(said: str) -> tuple[str, int | None]:
    kind, _colon, pk = said.partition(":")
    return kind, int(pk) if pk.isdecimal() else None


def _named(lines: list[Line]) -> list[Line]:
    """With the names of agents, conversations and customers that events know by id. Three queries a page."""
    agents = dict(Agent.objects.filter(pk__in=[line.agent for line in lines if line.agent]).values_list("pk", "name"))
    talks = {line.object for line in lines if line.object and line.event and line.kind == "conversation"}
    people = {line.object for line in lines if line.object and line.event and line.kind == "customer"}
    numbers = dict(Conversation.objects.filter(pk__in=talks).values_list("pk", "number"))
    names = {each.pk: each.display_name for each in Customer.objects.filter(pk__in=people)}
    named = []
    for line in lines:
        if line.event:
            label = _label(line, numbers, names)
            line = Line(
                line.at, line.id, line.agent, agents.get(line.agent or 0, ""), line.via, line.action, line.kind,
                line.object, label, line.changes, line.event,
            )  # fmt: skip
        named.append(line)
    return named


def _label(line: Line, numbers: dict[int, int], names: dict[int, str]) -> str:
    if line.kind == "conversation":
        number = numbers.get(line.object or 0, line.changes.get("number"))
        return f"#{number}" if number else ""
    return names.get(line.object or 0, "")
