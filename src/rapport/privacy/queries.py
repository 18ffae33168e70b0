"""Reading the audit trail: settings and people from its own entries, conversations and customers from the event log."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Model, Q

from rapport.backbone.models import Event
from rapport.conversations.models import Conversation
from rapport.customers.models import Customer
from rapport.privacy.models import Entry
from rapport.privacy.searching import Asked, between, done_by
from rapport.sales.models import Deal, Order, Stage, Subscription
from rapport.team.models import Agent

PAGE = 50
AREAS = ("", "settings", "people", "customers", "sales", "conversations")
_PEOPLE = ("team.agent", "team.team", "team.customrole", "team.invitation", "team.apitoken")
_CUSTOMERS = ("customers.customer", "customers.company", "customers.identity", "customers.customerimport")

_SALES = ("sales.deal", "sales.quote", "sales.product")


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
    elif asked.area == "sales":
        found = found.filter(kind__in=_SALES)
    elif asked.area == "settings":
        found = found.exclude(kind__in=(*_PEOPLE, *_CUSTOMERS, *_SALES))
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
    """With the names of what events know by id: one query a noun. That a deal moved to its end is told once, as won."""
    agents = dict(Agent.objects.filter(pk__in=[line.agent for line in lines if line.agent]).values_list("pk", "name"))
    names = {noun: _names_of(noun, lines) for noun in _NOUNS}
    stages = _stages([line for line in lines if line.event == "DealMoved"])
    named = []
    for line in lines:
        if line.event == "DealMoved":
            if line.changes.get("stage") in stages.ends:
                continue
            line = replace(line, changes=stages.named(line.changes))
        if line.event:
            label = names.get(line.kind, {}).get(line.object or 0, "") or _last_known(line)
            line = replace(line, agent_name=agents.get(line.agent or 0, ""), label=label)
        named.append(line)
    return named


# What events are about, by the first word of their subject, and what each is called.
_NOUNS: dict[str, tuple[type[Model], Callable[[Any], str]]] = {
    "conversation": (Conversation, lambda each: f"#{each.number}"),
    "customer": (Customer, lambda each: str(each.display_name)),
    "deal": (Deal, lambda each: str(each.title)),
    "order": (Order, lambda each: str(each.number)),
    "subscription": (Subscription, lambda each: str(each.plan or each.external_id)),
}


def _names_of(noun: str, lines: list[Line]) -> dict[int, str]:
    wanted = {line.object for line in lines if line.object and line.event and line.kind == noun}
    model, called = _NOUNS[noun]
    return {each.pk: called(each) for each in model._base_manager.filter(pk__in=wanted)} if wanted else {}


def _last_known(line: Line) -> str:
    """What it was called where it is no longer there, if the event says so."""
    number = line.changes.get("number")
    if not number:
        return ""
    return f"#{number}" if line.kind == "conversation" else str(number)


@dataclass(frozen=True)
class _Stages:
    names: dict[int, str]
    ends: frozenset[int]

    def named(self, said: dict[str, Any]) -> dict[str, Any]:
        told = {name: self.names.get(said.get(name, 0), "") for name in ("origin", "stage")}
        return {**said, "from": told["origin"], "to": told["stage"]}


def _stages(moves: list[Line]) -> _Stages:
    ids = {int(line.changes.get(name) or 0) for line in moves for name in ("origin", "stage")}
    rows = list(Stage.objects.filter(pk__in=ids)) if moves else []
    return _Stages({row.pk: row.name for row in rows}, frozenset(row.pk for row in rows if not row.is_open))
