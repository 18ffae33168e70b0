"""The timeline of a customer or a company as a page shows it: tabs, the part that is asked for, what follows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import groupby
from urllib.parse import urlencode

from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.functional import Promise

from rapport.customers import timeline
from rapport.customers.models import Company, Customer
from rapport.customers.queries import visible_to as customers_visible_to
from rapport.team.models import Agent
from rapport.workspace.queries.lists import shown

# What most people look for first; the rest as the rooms stand.
_FIRST = ("conversations", "orders", "deals", "notes")
# Of these one after the other may be the same.
_REPEATED = ("events", "visits")


@dataclass(frozen=True)
class Asked:
    """Which part of it: of one kind or of all, of certain days, and behind which entry."""

    only: str = ""
    since: date | None = None
    until: date | None = None
    cursor: str = ""

    @classmethod
    def of(cls, said: "dict[str, str]") -> "Asked":
        """What makes no sense is left out."""
        kinds = {source.kind for source in timeline.sources()}
        only = said.get("only", "")
        return cls(
            only if only in kinds else "",
            _day(said.get("since", "")),
            _day(said.get("until", "")),
            said.get("cursor", "")[:500],
        )

    def address(self, **more: str) -> str:
        """The query string; `more` replaces parts of it."""
        said = {
            "only": self.only,
            "since": self.since.isoformat() if self.since else "",
            "until": self.until.isoformat() if self.until else "",
            **more,
        }
        return urlencode({name: value for name, value in said.items() if value})

    @property
    def bounds(self) -> tuple[datetime | None, datetime | None]:
        """From the beginning of the one day to the end of the other, by the reader's clocks."""
        since = _midnight(self.since) if self.since else None
        until = _midnight(self.until + timedelta(days=1)) if self.until and self.until < date.max else None
        return since, until


@dataclass(frozen=True)
class Tab:
    kind: str
    label: str | Promise
    count: str
    address: str


@dataclass(frozen=True)
class Run:
    """An entry, and those right behind it that say the same: somebody signed in nine times in a row."""

    first: timeline.Entry
    again: Sequence[timeline.Entry] = ()


@dataclass(frozen=True)
class History:
    asked: Asked
    runs: Sequence[Run]
    # The query string of what follows; empty at the end.
    following: str
    tabs: Sequence[Tab] = ()
    # Who is meant by each entry, on the page of a company.
    people: Mapping[int, Customer] = field(default_factory=dict)

    @property
    def with_people(self) -> list[tuple[Run, Customer | None]]:
        return [(run, self.people.get(run.first.customer or 0)) for run in self.runs]


def history(of: Customer | Company, *, viewer: Agent, asked: Asked, with_tabs: bool = True) -> History:
    """A page of it. Raises timeline.BadCursor."""
    since, until = asked.bounds
    kinds = [asked.only] if asked.only else []
    page = timeline.read(of, viewer=viewer, kinds=kinds, cursor=asked.cursor, since=since, until=until)
    following = asked.address(cursor=page.next) if page.next else ""
    tabs = _tabs(timeline.Whose(of), viewer, asked, page.missing) if with_tabs else ()
    ids = {entry.customer for entry in page.entries if entry.customer} if isinstance(of, Company) else set()
    people = customers_visible_to(viewer).in_bulk(ids) if ids else {}
    return History(asked, runs_of(page.entries), following, tabs, people)


def runs_of(entries: Sequence[timeline.Entry]) -> list[Run]:
    """Where one thing was done again and again, one entry for all of it."""
    made = []
    for (kind, title, _who), group in groupby(entries, key=lambda entry: (entry.kind, entry.title, entry.customer)):
        rows = list(group)
        if kind in _REPEATED and title and len(rows) > 2:
            made.append(Run(rows[0], rows[1:]))
        else:
            made += [Run(row) for row in rows]
    return made


def _tabs(whose: timeline.Whose, viewer: Agent, asked: Asked, missing: frozenset[str]) -> list[Tab]:
    """Every kind of which there is something, and the one that is looked at. What is missing needs no counting."""
    order = {kind: place for place, kind in enumerate(_FIRST)}
    sources = sorted(timeline.sources(), key=lambda source: order.get(source.kind, len(order)))
    counted = [(source, 0 if source.kind in missing else source.count(whose, viewer=viewer)) for source in sources]
    return [
        Tab(source.kind, source.label, shown(count), asked.address(only=source.kind))
        for source, count in counted
        if count or source.kind == asked.only
    ]


def _day(said: str) -> date | None:
    try:
        return parse_date(said)
    except ValueError:
        return None


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))
