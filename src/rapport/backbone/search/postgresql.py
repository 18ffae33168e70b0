"""The index on PostgreSQL: one tsvector a message under GIN, its words split by us so that both databases agree.

The newest messages are looked at first; only when too few of them match is the whole index asked. In one step the
planner picks either order for the wrong queries: 0.5-1.5 s at a million messages, against 11 ms (p95 37) in two.
"""

import re
from collections.abc import Sequence

from django.db import connection

from rapport.backbone.search.entries import Entry, rescoped
from rapport.backbone.search.patience import TooSlow, patience
from rapport.backbone.search.words import OneOf, Phrase, Query, words_of

_NEWEST = 8_000
# A tsvector holds a megabyte and counts positions up to 16,383; a phrase beyond is found by its words only.
_MAX_BYTES = 900_000
_LAST_POSITION = 16_383
_POSITIONS_A_WORD = 255
_RARE = re.compile(r"file|d\d{8}$")
_NEWEST_SQL = (
    "WITH newest AS (SELECT message_id, tsv FROM message_search WHERE message_id < %s"
    " ORDER BY message_id DESC LIMIT %s)"
    " SELECT message_id FROM newest WHERE tsv @@ %s::tsquery ORDER BY message_id DESC LIMIT %s"
)
_ALL_SQL = (
    "WITH hits AS MATERIALIZED (SELECT message_id FROM message_search WHERE tsv @@ %s::tsquery)"
    " SELECT message_id FROM hits WHERE message_id < %s ORDER BY message_id DESC LIMIT %s"
)


_AMONG_SQL = (
    "WITH rows AS MATERIALIZED (SELECT message_id, tsv FROM message_search WHERE message_id = ANY(%s))"
    " SELECT message_id FROM rows WHERE tsv @@ %s::tsquery"
)


class PostgresStore:
    def write(self, entries: Sequence[Entry]) -> None:
        rows = [(entry.id, entry.beside, _tsvector(words_of(entry.text), entry.beside)) for entry in entries]
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO message_search(message_id, scope, tsv) VALUES (%s, %s, %s::tsvector)"
                " ON CONFLICT (message_id) DO UPDATE SET scope = EXCLUDED.scope, tsv = EXCLUDED.tsv",
                rows,
            )

    def delete(self, ids: Sequence[int]) -> None:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM message_search WHERE message_id = ANY(%s)", [list(ids)])

    def rescope(self, ids: Sequence[int], scope: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT message_id, scope FROM message_search WHERE message_id = ANY(%s)", [list(ids)])
            rows = cursor.fetchall()
            cursor.executemany(
                "UPDATE message_search SET scope = %s, tsv = ts_delete(tsv, %s::text[]) || %s::tsvector"
                " WHERE message_id = %s",
                [(rescoped(said, scope), _scope_words(said), _scope_vector(scope), id) for id, said in rows],
            )

    def find(
        self, queries: Sequence[Query], *, scopes: Sequence[str] | None, before: int | None, limit: int
    ) -> list[int]:
        wanted = _tsquery(queries, scopes)
        top = before if before is not None else 2**62
        found: list[int] = []
        try:
            with patience(), connection.cursor() as cursor:
                if not all(map(_is_rare, queries)):
                    cursor.execute(_NEWEST_SQL, [top, _NEWEST, wanted, limit])
                    found = [row[0] for row in cursor.fetchall()]
                if len(found) < limit:
                    cursor.execute(_ALL_SQL, [wanted, top, limit])
                    found = [row[0] for row in cursor.fetchall()]
        except TooSlow as error:  # the newest results are better than none
            raise TooSlow(found) from error
        return found

    def among(self, queries: Sequence[Query], ids: Sequence[int]) -> set[int]:
        with connection.cursor() as cursor:
            cursor.execute(_AMONG_SQL, [list(ids), _tsquery(queries, None)])
            return {row[0] for row in cursor.fetchall()}


def _is_rare(query: Query) -> bool:
    """Whether it asks for single days or a file: then the whole index answers sooner than its newest part."""
    asked = [said.phrases if isinstance(said, OneOf) else (said,) for said in query.wanted]
    return any(all(each.is_mark and _RARE.match(each.words[0]) for each in phrases) for phrases in asked)


def _tsvector(words: Sequence[str], said: str) -> str:
    """Words at their places, with an @ before those that stand beside the text."""
    scope, _, marks = said.partition(" . ")
    places = _places(words, _MAX_BYTES) | _places([f"@{mark}" for mark in marks.split()], _MAX_BYTES // 10)
    placed = [f"'{word}':{','.join(map(str, sorted(set(at))))}" for word, at in places.items()]
    return " ".join([*placed, _scope_vector(scope)])


def _places(words: Sequence[str], most_bytes: int) -> dict[str, list[int]]:
    places: dict[str, list[int]] = {}
    size = 0
    for place, word in enumerate(words, start=1):
        positions = places.setdefault(word, [])
        if not positions:
            size += len(word.encode()) + 4
        if len(positions) < _POSITIONS_A_WORD:
            positions.append(min(place, _LAST_POSITION))
            size += 2
        if size > most_bytes:
            break
    return places


def _scope_words(said: str) -> list[str]:
    return [f"@{word}" for word in said.partition(" . ")[0].split()]


def _scope_vector(scope: str) -> str:
    return " ".join(f"'{word}'" for word in _scope_words(scope))


def _tsquery(queries: Sequence[Query], scopes: Sequence[str] | None) -> str:
    wanted = "(" + " | ".join(f"({_expression(query)})" for query in queries) + ")"
    return wanted if scopes is None else f"{wanted} & (" + " | ".join(f"'@{scope}'" for scope in scopes) + ")"


def _expression(query: Query) -> str:
    return " & ".join([*map(_phrase, query.wanted), *(f"!{_phrase(phrase)}" for phrase in query.unwanted)])


def _phrase(phrase: Phrase | OneOf) -> str:
    """Words are letters and digits only, so quoting them needs no escapes."""
    if isinstance(phrase, OneOf):
        return "(" + " | ".join(map(_phrase, phrase.phrases)) + ")"
    *words, last = (f"'@{word}'" if phrase.is_mark else f"'{word}'" for word in phrase.words)
    return "(" + " <-> ".join([*words, last + (":*" if phrase.open_end else "")]) + ")"
