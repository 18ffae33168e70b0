"""Pages of conversations, as the list of the inbox shows them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.dateparse import parse_datetime

from rapport.conversations.models import Conversation
from rapport.conversations.querysets import ConversationQuerySet
from rapport.conversations.types import Direction, Priority, Status
from rapport.team.models import Agent
from rapport.workspace.queries.channels import Face, face_of
from rapport.workspace.queries.lists import View, conversations_in
from rapport.workspace.queries.saved import cells

PAGE = 30
SORTS = ("newest", "oldest", "waiting", "due")
_SHOWN = (
    "number", "subject", "channel", "status", "priority", "last_at", "waiting_since", "due_at", "snoozed_until",
    "preview", "preview_direction", "satisfaction", "junk_reason", "customer__name", "customer__email",
    "customer__phone", "assignee__name",
)  # fmt: skip


class BadCursor(ValueError):
    """A page address that this list did not give out."""


@dataclass(frozen=True)
class Row:
    """One line of the list."""

    conversation: Conversation
    is_unread: bool
    is_mine: bool
    face: Face
    snippet: str = ""
    # What the columns of a saved view say.
    cells: tuple[str, ...] = ()

    @property
    def is_high(self) -> bool:
        return self.conversation.priority >= Priority.HIGH

    @property
    def mood(self) -> str:
        """How the customer felt when they last rated it: "happy", "sad" or nothing to say."""
        score = self.conversation.satisfaction
        return "" if score is None else "sad" if score <= 2 else "happy" if score >= 4 else ""

    @property
    def is_answered(self) -> bool:
        """We spoke last and now wait for the customer."""
        conversation = self.conversation
        is_ours = conversation.preview_direction == Direction.OUT
        return is_ours and conversation.status == Status.OPEN and conversation.waiting_since is None

    @property
    def wrote_last(self) -> bool:
        return self.conversation.preview_direction == Direction.OUT


@dataclass(frozen=True)
class Page:
    """Rows and the cursor of the page after them, empty at the end."""

    rows: list[Row]
    next: str


def page(agent: Agent, view: View, *, sort: str = "newest", cursor: str = "") -> Page:
    """A page of rows of a view, with its columns. Raises BadCursor."""
    made = _page_of(agent, view, sort, cursor)
    return Page(with_cells(made.rows, view), made.next)


def with_cells(rows: list[Row], view: View) -> list[Row]:
    if not view.columns:
        return rows
    found = cells([row.conversation.pk for row in rows], view.columns)
    return [replace(row, cells=tuple(found.get(row.conversation.pk, ()))) for row in rows]


def _page_of(agent: Agent, view: View, sort: str, cursor: str) -> Page:
    listed = conversations_in(view, agent)
    if sort == "waiting":
        return _waiting_first(agent, listed, cursor)
    if sort == "due":
        return _due_first(agent, listed, cursor)
    at, pk = _read(cursor) if cursor else (None, 0)
    if sort == "oldest":
        listed = listed.order_by("last_at", "id")
        listed = listed.after(at, pk) if at else listed
    else:
        listed = listed.order_by("-last_at", "-id")
        listed = listed.before(at, pk) if at else listed
    found = loaded(listed, agent)[: PAGE + 1]
    return _page(list(found), agent, lambda last: _write(last.last_at, last.pk))


def row_of(agent: Agent, view: View, pk: int) -> Row | None:
    """The row of one conversation, None when it is not in this view."""
    found = loaded(conversations_in(view, agent).filter(pk=pk), agent).first()
    return with_cells([as_row(found, agent)], view)[0] if found else None


def _waiting_first(agent: Agent, listed: ConversationQuerySet, cursor: str) -> Page:
    """Who has waited longest, then those who wait for nothing, newest first."""
    phase, _dash, rest = cursor.partition("-")
    at, pk = _read(rest) if rest else (None, 0)
    found: list[Conversation] = []
    if phase in ("", "w"):
        waiting = listed.filter(status=Status.OPEN, waiting_since__isnull=False).order_by("waiting_since", "id")
        waiting = waiting.waiting_after(at, pk) if at else waiting
        found = list(loaded(waiting, agent)[: PAGE + 1])
        at = None
    if len(found) <= PAGE:
        others = listed.exclude(status=Status.OPEN, waiting_since__isnull=False).order_by("-last_at", "-id")
        others = others.before(at, pk) if at else others
        found += loaded(others, agent)[: PAGE + 1 - len(found)]
    return _page(found, agent, _write_waiting)


def _write_waiting(last: Conversation) -> str:
    if last.status == Status.OPEN and last.waiting_since:
        return "w-" + _write(last.waiting_since, last.pk)
    return "n-" + _write(last.last_at, last.pk)


def _due_first(agent: Agent, listed: ConversationQuerySet, cursor: str) -> Page:
    """What falls due first, then what nothing is promised for, newest first."""
    phase, _dash, rest = cursor.partition("-")
    at, pk = _read(rest) if rest else (None, 0)
    found: list[Conversation] = []
    if phase in ("", "d"):
        due = listed.promised().order_by("due_at", "id")
        due = due.due_after(at, pk) if at else due
        found = list(loaded(due, agent)[: PAGE + 1])
        at = None
    if len(found) <= PAGE:
        others = listed.exclude(status=Status.OPEN, due_at__isnull=False).order_by("-last_at", "-id")
        others = others.before(at, pk) if at else others
        found += loaded(others, agent)[: PAGE + 1 - len(found)]
    return _page(found, agent, _write_due)


def _write_due(last: Conversation) -> str:
    if last.status == Status.OPEN and last.due_at:
        return "d-" + _write(last.due_at, last.pk)
    return "n-" + _write(last.last_at, last.pk)


def loaded(listed: ConversationQuerySet, agent: Agent) -> ConversationQuerySet:
    return listed.select_related("customer", "assignee").only(*_SHOWN).with_unread(agent)


def _page(found: list[Conversation], agent: Agent, cursor_of: Callable[[Conversation], str]) -> Page:
    shown = found[:PAGE]
    return Page([as_row(each, agent) for each in shown], cursor_of(shown[-1]) if len(found) > PAGE else "")


def as_row(conversation: Conversation, agent: Agent, snippet: str = "") -> Row:
    is_unread = bool(getattr(conversation, "is_unread", False))
    is_mine = conversation.assignee_id == agent.pk
    return Row(conversation, is_unread, is_mine, face_of(conversation.channel), snippet)


def _write(at: datetime, pk: int) -> str:
    return f"{at.isoformat()}~{pk}"


def _read(cursor: str) -> tuple[datetime, int]:
    moment, _tilde, pk = cursor.rpartition("~")
    try:
        at = parse_datetime(moment)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None or not pk.isdecimal():
        raise BadCursor(cursor)
    return at, int(pk[:18])
