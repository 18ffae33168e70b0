"""Conversations that a search finds, newest first, each once.

The index answers with messages; these are looked at in growing portions, and those kept whose conversation the agent
may see and which is as asked. Where few conversations are as asked, all of theirs are looked at instead: at a million
messages a rare condition on a common word would else pass by hundreds of thousands.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import reduce
from operator import or_

from django.db.models import Exists, OuterRef, Q
from django.utils.dateparse import parse_datetime

from rapport.backbone import search as index
from rapport.conversations.models import Message
from rapport.conversations.queries import scopes_of, visible_to
from rapport.conversations.querysets import ConversationQuerySet
from rapport.conversations.searching.plans import Way
from rapport.conversations.searching.understanding import Search, read
from rapport.team.models import Agent

# How many messages of the index are looked at, one portion after the other; and how few conversations are few.
PORTIONS = (100, 400, 1500, 3000, 6000)
FEW = 1500
FEW_MESSAGES = 12_000
# So many results a search has that mixes words with other conditions by OR.
MOST_MIXED = 50
# So many conversations a script or a filter gets.
MOST_MATCHING = 1000
_PAGES = 8
_HITS_KEPT = 6
# A word that so many messages have is taken as it stands: what begins like it would cost more than it finds.
_COMMON = 200


@dataclass
class Hit:
    """A conversation, and its messages that were found, newest first; none where no message was asked about."""

    conversation: int
    at: datetime
    messages: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Found:
    """`next` is where the following page begins, empty at the end; `is_cut` when it took too long to find more."""

    hits: list[Hit]
    next: str = ""
    is_cut: bool = False


@dataclass(frozen=True)
class _Portion:
    """Ids of messages, newest first; the last of all when `is_end`."""

    ids: Sequence[int]
    is_end: bool
    is_cut: bool = False


def find(
    agent: Agent, search: Search, *, within: ConversationQuerySet | None = None, cursor: str = "", limit: int = 30
) -> Found:
    """A page of results, none of them junk unless junk was asked for.

    `within` narrows to some conversations, junk or not; begin it at what the agent may see.
    """
    conversations = visible_to(agent).unmerged() if within is None else within
    asking = _Asking(conversations.order_by(), scopes_of(agent), is_narrowed=within is not None)
    try:
        with index.patience():
            ways = [asking.settled(way) for way in search.ways]
            if len(ways) == 1:
                return asking.page(ways[0], cursor, limit)
            return _mixed([asking.page(way, "", MOST_MIXED) for way in ways])
    except index.TooSlow:
        return Found([], is_cut=True)


def matching(agent: Agent, typed: str, *, within: ConversationQuerySet | None = None) -> Q:
    """The search as a condition on conversations; of what asks for words, the newest 1,000. `within` as for `find`."""
    search = read(agent, typed)
    if search.ways and not any(way.queries or way.without for way in search.ways):
        return reduce(or_, (_said_of(way, is_narrowed=within is not None) for way in search.ways))
    found: list[int] = []
    cursor = ""
    for _number in range(_PAGES):
        page = find(agent, search, within=within, cursor=cursor, limit=MOST_MATCHING)
        found += [hit.conversation for hit in page.hits]
        cursor = page.next
        if not cursor or len(found) >= MOST_MATCHING:
            break
    return Q(pk__in=found[:MOST_MATCHING])


def _said_of(way: Way, *, is_narrowed: bool) -> Q:
    """What is asked of a conversation; where nothing else says which, that it is no junk, or that it is."""
    return way.conversations if way.is_junk or is_narrowed else way.conversations & Q(junk_at__isnull=True)


@dataclass(frozen=True)
class _Asking:
    conversations: ConversationQuerySet
    scopes: list[str] | None
    is_narrowed: bool

    def settled(self, way: Way) -> Way:
        """With its unfinished word as it stands, where that is a common one."""
        unfinished = {each for query in way.queries for each in _phrases(query) if each.is_unfinished}
        common = {each for each in unfinished if self._is_common(each)}
        return replace(way, queries=tuple(_finished(query, common) for query in way.queries)) if common else way

    def _is_common(self, phrase: index.Phrase) -> bool:
        whole = index.Query((replace(phrase, open_end=False),))
        try:
            return len(index.find([whole], scopes=self.scopes, limit=_COMMON)) == _COMMON
        except index.TooSlow:
            return False

    def page(self, way: Way, cursor: str, limit: int) -> Found:
        if not way.queries:
            return self._listed(way, cursor, limit)
        return self._said(way, int(cursor) if cursor.isascii() and cursor[:18].isdecimal() else None, limit)

    def _said(self, way: Way, before: int | None, limit: int) -> Found:
        hits: dict[int, Hit] = {}
        looked, portion = before, _Portion((), is_end=True)
        for portion in self._portions(way, before):
            for message, conversation, at in self._allowed(way, portion.ids):
                if conversation not in hits and len(hits) == limit:
                    return Found(self._new(way, hits, before), str(looked))
                hit = hits.setdefault(conversation, Hit(conversation, at))
                hit.messages += [message] if len(hit.messages) < _HITS_KEPT else []
                looked = message
            looked = portion.ids[-1] if portion.ids else looked
        more = "" if portion.is_end or looked is None else str(looked)
        return Found(self._new(way, hits, before), more, portion.is_cut)

    def _portions(self, way: Way, before: int | None) -> Iterator[_Portion]:
        for number, size in enumerate(PORTIONS):
            try:
                ids = index.find(way.queries, scopes=self.scopes, before=before, limit=size)
            except index.TooSlow as slow:
                yield _Portion(slow.found, is_end=not slow.found, is_cut=True)
                return
            yield _Portion(ids, is_end=len(ids) < size)
            if len(ids) < size:
                return
            before = ids[-1]
            if number == 0 and (way.is_narrow or self.is_narrowed):
                few = self._of_few(way, before)
                if few is not None:
                    yield _Portion(few, is_end=True)
                    return

    def _of_few(self, way: Way, before: int) -> list[int] | None:
        """Every message that is found in the conversations that are as asked; None when these are not few."""
        asked = list(self._asked(way).values_list("pk", flat=True)[: FEW + 1])
        if len(asked) > FEW:
            return None
        theirs = Message.objects.order_by().filter(conversation__in=asked, pk__lt=before)
        ids = list(theirs.values_list("pk", flat=True)[: FEW_MESSAGES + 1])
        return sorted(index.among(way.queries, ids), reverse=True) if len(ids) <= FEW_MESSAGES else None

    def _asked(self, way: Way) -> ConversationQuerySet:
        asked = _said_of(way, is_narrowed=self.is_narrowed)
        return self.conversations.filter(asked) if asked else self.conversations

    def _allowed(self, way: Way, ids: Sequence[int]) -> Iterable[tuple[int, int, datetime]]:
        """Of these messages those that are as asked, each with its conversation and moment."""
        theirs = self._asked(way).filter(pk=OuterRef("conversation_id"))
        messages = Message.objects.filter(Exists(theirs), *way.messages, pk__in=ids).order_by("-pk")
        return messages.values_list("pk", "conversation_id", "created_at")

    def _new(self, way: Way, hits: dict[int, Hit], before: int | None) -> list[Hit]:
        """Without the conversations that a page before this one has shown, for a newer message."""
        if before is None or not hits:
            return list(hits.values())
        newer = Message.objects.filter(*way.messages, conversation__in=hits, pk__gte=before).order_by("pk")
        where = dict(newer.values_list("pk", "conversation_id")[:FEW_MESSAGES])
        shown = {where[message] for message in index.among(way.queries, where)}
        return [hit for hit in hits.values() if hit.conversation not in shown]

    def _listed(self, way: Way, cursor: str, limit: int) -> Found:
        """Conversations as they are, by their last message."""
        hits: list[Hit] = []
        rows = self._rows(way)
        at, pk = _read(cursor)
        size = limit * 4 if way.without else limit
        for _number in range(_PAGES):
            page = rows(at, pk, size + 1)
            left_out = self._saying(way, [each for each, _at in page[:size]])
            for pk, at in page[:size]:
                if pk in left_out:
                    continue
                if len(hits) == limit:
                    return Found(hits, _write(hits[-1]))
                hits.append(Hit(pk, at))
            if len(page) <= size:
                return Found(hits)
            if len(hits) == limit:
                return Found(hits, _write(hits[-1]))
        return Found(hits, f"{at.isoformat()}~{pk}" if at else "")

    def _rows(self, way: Way) -> "_Rows | _FewRows":
        asked = self._asked(way)
        if way.is_narrow:
            few = list(asked.values_list("pk", "last_at")[: FEW + 1])
            if len(few) <= FEW:
                return _FewRows(sorted(few, key=lambda row: (row[1], row[0]), reverse=True))
        return _Rows(asked.order_by("-last_at", "-id"))

    def _saying(self, way: Way, conversations: Sequence[int]) -> set[int]:
        """In which of these something is said that shall not be."""
        if not way.without or not conversations:
            return set()
        messages = Message.objects.filter(conversation__in=conversations).order_by("-pk")
        where = dict(messages.values_list("pk", "conversation_id")[:FEW_MESSAGES])
        return {where[message] for message in index.among([index.Query((each,)) for each in way.without], where)}


@dataclass(frozen=True)
class _Rows:
    listed: ConversationQuerySet

    def __call__(self, at: datetime | None, pk: int, count: int) -> list[tuple[int, datetime]]:
        rows = self.listed.before(at, pk) if at else self.listed
        return list(rows.values_list("pk", "last_at")[:count])


@dataclass(frozen=True)
class _FewRows:
    rows: list[tuple[int, datetime]]

    def __call__(self, at: datetime | None, pk: int, count: int) -> list[tuple[int, datetime]]:
        return [row for row in self.rows if at is None or (row[1], row[0]) < (at, pk)][:count]


def _phrases(query: index.Query) -> Iterator[index.Phrase]:
    for said in query.wanted:
        yield from said.phrases if isinstance(said, index.OneOf) else (said,)


def _finished(query: index.Query, common: set[index.Phrase]) -> index.Query:
    def finished(each: index.Phrase) -> index.Phrase:
        return replace(each, open_end=False) if each in common else each

    said = (
        index.OneOf(tuple(map(finished, each.phrases))) if isinstance(each, index.OneOf) else finished(each)
        for each in query.wanted
    )
    return index.Query(tuple(said), query.unwanted)


def _mixed(pages: Iterable[Found]) -> Found:
    """Several ways of finding as one list; it has one page only."""
    pages = list(pages)
    hits: dict[int, Hit] = {}
    for hit in sorted((hit for page in pages for hit in page.hits), key=lambda hit: hit.at, reverse=True):
        kept = hits.setdefault(hit.conversation, hit)
        kept.messages = kept.messages or hit.messages
    is_cut = len(hits) > MOST_MIXED or any(page.next or page.is_cut for page in pages)
    return Found(list(hits.values())[:MOST_MIXED], is_cut=is_cut)


def _write(hit: Hit) -> str:
    return f"{hit.at.isoformat()}~{hit.conversation}"


def _read(cursor: str) -> tuple[datetime | None, int]:
    moment, _tilde, pk = cursor.rpartition("~")
    try:
        at = parse_datetime(moment)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None or not (pk.isascii() and pk.isdecimal()):
        return None, 0
    return at, int(pk[:18])
