"""What is only of the moment: agents who are writing, as visitors are told; visitors who are here, as agents are."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q

from rapport.backbone.live import Item, of_the_moment
from rapport.channels.guests import Visitor
from rapport.channels.models import Exchange
from rapport.channels.visitors.meeting import LASTS
from rapport.channels.visitors.posting import word_of
from rapport.conversations.actions.telling import audience, subject_of
from rapport.conversations.models import Conversation
from rapport.conversations.types import Status
from rapport.kit import clock
from rapport.team.models import Presence

_PLACE = "conversation:"
# Rows may become visible a little after the moment that they carry.
_OVERLAP = timedelta(seconds=3)
_MOST = 5000


class AgentsThere:
    """Beside a visitor's stream: "Ada is typing", and that somebody has the conversation before them."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, str], str] = {}

    def read(self) -> list[Item]:
        rows = Presence.objects.filter(until__gt=clock.now(), place__startswith=_PLACE).order_by("is_writing")
        # Those who write come last, and it is them that count.
        there = {
            int(place[len(_PLACE) :]): name.split(" ")[0] if is_writing else ""
            for place, name, is_writing in rows.values_list("place", "agent__name", "is_writing")
        }
        now = {(visitor, key): there[pk] for visitor, key, pk in _exchanges(there)} if there else {}
        items = [
            self._item(place, now.get(place))
            for place in sorted(self._known.keys() | now.keys())
            if self._known.get(place) != now.get(place)
        ]
        self._known = now
        return items

    def _item(self, place: tuple[int, str], name: str | None) -> Item:
        visitor, key = place
        said: dict[str, object] = {"exchange": key.partition("/")[2], "by": name or "", "is_there": name is not None}
        subject = f"{word_of(visitor)} {key}"
        return of_the_moment("typing", subject, said, words=[word_of(visitor)], is_over=name is None)


class VisitorsHere:
    """Beside an agent's stream: the visitor of a conversation is on the page, where, and what they are typing."""

    def __init__(self) -> None:
        self._asked_at: datetime | None = None
        # By conversation: the words it is told to, what was told, and when that stops being true by itself.
        self._told: dict[int, tuple[tuple[str, ...], dict[str, object], datetime]] = {}

    def read(self) -> list[Item]:
        now = clock.now()
        since = self._asked_at - _OVERLAP if self._asked_at else now - LASTS
        self._asked_at = now
        over = [pk for pk, (_words, _said, until) in self._told.items() if until <= now]
        talks = Exchange.objects.filter(address=OuterRef("handle")).exclude(conversation__status=Status.CLOSED)
        changed = Visitor.objects.filter(Exists(talks), changed_at__gt=since)
        visitors = {visitor.handle: visitor for visitor in changed[:_MOST]}
        if not visitors and not over:
            return []
        rows = list(_with_conversations(visitors, over))
        for visitor in Visitor.objects.filter(handle__in={row.address for row in rows} - visitors.keys()):
            visitors[visitor.handle] = visitor
        items = [
            item for row in rows if row.address in visitors for item in self._news(row, visitors[row.address], now)
        ]
        # Closed or deleted meanwhile.
        return [*items, *(self._end(pk) for pk in over if pk in self._told and self._told[pk][2] <= now)]

    def _end(self, pk: int) -> Item:
        words, _said, _until = self._told.pop(pk)
        return of_the_moment("Visitor", subject_of(pk), {"is_here": False}, words=words, is_over=True)

    def _news(self, row: Exchange, visitor: Visitor, now: datetime) -> Iterable[Item]:
        said, until = _said(visitor, row.key, now)
        words, pk = tuple(audience(row.conversation)), row.conversation_id
        before = self._told.get(pk)
        if before and before[:2] == (words, said):
            self._told[pk] = (words, said, until)
            return
        if before and before[0] != words:
            yield of_the_moment("Visitor", subject_of(pk), {"is_here": False}, words=before[0], is_over=True)
        if said["is_here"]:
            self._told[pk] = (words, said, until)
        else:
            self._told.pop(pk, None)
        yield of_the_moment("Visitor", subject_of(pk), said, words=words, is_over=not said["is_here"])


def _said(visitor: Visitor, key: str, now: datetime) -> tuple[dict[str, object], datetime]:
    here = visitor.here_until
    typing = visitor.typing_until if visitor.typing_in == key.partition("/")[2] else None
    is_typing = typing is not None and typing > now and visitor.is_here
    said: dict[str, object] = {
        "is_here": visitor.is_here,
        "typing": visitor.typing if is_typing else "",
        "url": visitor.page_url,
        "title": visitor.page_title,
    }
    ends = [moment for moment in (here, typing) if moment is not None and moment > now]
    return said, min(ends, default=now)


def _with_conversations(visitors: Iterable[str], over: Sequence[int]) -> Iterable[Exchange]:
    found = Exchange.objects.filter(Q(address__in=list(visitors)) | Q(conversation__in=over))
    return found.exclude(conversation__status=Status.CLOSED).select_related("conversation").order_by("id")


def _exchanges(conversations: Iterable[int]) -> list[tuple[int, str, int]]:
    """The visitor, the key and the conversation of each exchange that has a visitor."""
    rows = Exchange.objects.filter(conversation__in=list(conversations)).values_list(
        "address", "key", "conversation_id"
    )
    by_handle = dict(Visitor.objects.filter(handle__in={row[0] for row in rows}).values_list("handle", "pk"))
    return [(by_handle[address], key, pk) for address, key, pk in rows if address in by_handle]


def standing_of(conversation: Conversation, visitor: Visitor) -> dict[str, object]:
    """The same for a page that is only being opened."""
    row = Exchange.objects.filter(conversation=conversation, address=visitor.handle).order_by("-id").first()
    return _said(visitor, row.key if row else "", clock.now())[0]
