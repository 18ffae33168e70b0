"""Reading the audit trail: settings and people from its own entries, conversations and customers from the event log."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from rapport.backbone.models import Event
from rapport.conversations.models import Conversation
from rapport.customers.models import Customer
from rapport.privacy.models import Entry
from rapport.privacy.searching import Asked, between, done_by
from rapport.team.models import Agent

PAGE = 50
AREAS = ("", "settings", "people", "customers", "conversations")
_PEOPLE = ("team.agent", "team.team", "team.customrole", "team.invitation", "team.apitoken")
_CUSTOMERS = ("customers.customer", "customers.company", "customers.identity", "customers.customerimport")


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


@dataclass(frozen=True)
class Page:
    """Some lines, newest first; `following` is the moment that the next page is before, None at the end.

    `is_cut` when the log is longer than could be searched now: `following` is as far back as it was looked.
    """

    lines: list[Line]
    following: datetime | None = None
    is_cut: bool = False


def page(asked: Asked, *, before: datetime | None = None) -> Page:
    """The newest fifty lines before a moment, or fewer where looking for words takes its time."""
    done = done_by(asked, before, count=PAGE * 2)
    lines = [*_entry_lines(asked, before), *(_line(event) for event in done.events)]
    if done.looked_back_to is not None:
        # What was written down before that comes on a later page, among what was done then.
        lines = [line for line in lines if line.at >= done.looked_back_to]
    lines.sort(key=lambda line: line.order, reverse=True)
    # Lines of one moment stay together, or a page would begin in the middle of them.
    shown = lines[:PAGE]
    while len(shown) < len(lines) and lines[len(shown)].at == shown[-1].at:
        shown.append(lines[len(shown)])
    if len(lines) > len(shown):
        return Page(_named(shown), shown[-1].at)
    return Page(_named(shown), done.looked_back_to, is_cut=done.looked_back_to is not None)


def every(asked: Asked) -> Iterator[Line]:
    """All of them, newest first, page by page."""
    before: datetime | None = None
    while True:
        found = page(asked, before=before)
        yield from found.lines
        before = found.following
        if before is None:
            return


def _entry_lines(asked: Asked, before: datetime | None) -> list[Line]:
    if asked.area == "conversations":
        return []
    found = Entry.objects.order_by("-at", "-id")
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
        for each in between(found, asked, before)[: PAGE * 2]
    ]  # fmt: skip


def _line(event: Event) -> Line:
    kind, pk = _subject(event.subject)
    return Line(event.at, event.pk, event.by or None, "", "", "", kind, pk, "", event.payload, event.name)


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
