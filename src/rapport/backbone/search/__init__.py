"""Find messages by their words, in English, Chinese and what lies between, newest first.

Rooms hand in ids, text and a scope word ("team3", "shared"); a search is confined to the scopes the asker may see,
and the asker's room checks the few results again. Plain words must all occur, "quoted words" in this order,
-word must not; the last word may be unfinished once it has four letters. A room that has a language of its own hands
in `Query` objects instead: messages are found that match one of them.
"""

from collections.abc import Iterable, Sequence

from rapport.backbone import gathering
from rapport.backbone.search.entries import Entry, Store
from rapport.backbone.search.patience import TooSlow, patience
from rapport.backbone.search.words import OneOf, Phrase, Query, marked, marks_of, parse, phrase

__all__ = [
    "Entry", "OneOf", "Phrase", "Query", "TooSlow", "among", "find", "index", "marked", "marks_of", "patience",
    "phrase", "remove", "rescope",
]  # fmt: skip


def index(entries: Iterable[Entry]) -> None:
    """Make these findable, replacing what was indexed under the same ids, in the caller's transaction."""
    entries = list(entries)
    if not gathering.collect(_write, entries):
        _write(entries)


def remove(ids: Iterable[int]) -> None:
    """Forget these messages."""
    gathering.write_out()
    _store().delete(list(ids))


def rescope(ids: Iterable[int], scope: str) -> None:
    """Show these messages to another scope, as when a conversation changes its team."""
    gathering.write_out()
    _store().rescope(list(ids), Entry(0, "", scope).scope)


def find(
    wanted: str | Sequence[Query], *, scopes: Sequence[str] | None, before: int | None = None, limit: int = 50
) -> list[int]:
    """Ids of messages that match, newest first, below `before`.

    `scopes` are the words the asker may see; None sees everything. Any input is a valid query: one that asks
    for nothing (empty, only punctuation, only exclusions) finds nothing. Raises TooSlow, with what was found so far.
    """
    parsed = [parse(wanted)] if isinstance(wanted, str) else wanted
    queries = [query for query in parsed if query is not None and query.wanted]
    if not queries or limit < 1 or (scopes is not None and not scopes):
        return []
    seen = None if scopes is None else tuple(Entry(0, "", scope).scope for scope in scopes)
    return _store().find(queries, scopes=seen, before=before, limit=limit)


def among(queries: Sequence[Query], ids: Iterable[int]) -> set[int]:
    """Which of these messages match one of the queries, exclusions alone included. It asks nobody's scope."""
    ids = list(ids)
    return _store().among(queries, ids) if queries and ids else set()


def _write(entries: list[Entry]) -> None:
    if entries:
        # The last word counts where one message was indexed twice.
        _store().write(list({entry.id: entry for entry in entries}.values()))


def _store() -> Store:
    from django.db import connection

    if connection.vendor == "postgresql":
        from rapport.backbone.search.postgresql import PostgresStore

        return PostgresStore()
    from rapport.backbone.search.sqlite import SqliteStore

    return SqliteStore()
