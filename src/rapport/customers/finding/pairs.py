"""The index of pairs of letters, kept by the database itself: whoever writes a name, in whatever way, need not know.

On SQLite two FTS5 tables without content or places (40 MB for a million customers), filled by triggers. Each pair is
written as the hexadecimal digits of its bytes, so that no tokenizer parts it; the last letter stands alone. On
PostgreSQL two GIN indexes over a function, since its wheels lack pg_trgm: nothing there can be forgotten.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connections

# A name has at most 200 letters and an address 320.
_LONGEST = 400
_PAIRS = "(SELECT group_concat(hex(substr(lower({0}), n, 2)), ' ') FROM customer_letters WHERE n <= length({0}))"
# Table of the index, what it is about, and the column.
_INDEXED = (
    ("customer_name_pairs", "customers_customer", "name"),
    ("customer_address_pairs", "customers_identity", "value"),
)
_FUNCTION = """
CREATE OR REPLACE FUNCTION customer_pairs(said text) RETURNS tsvector
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1000 AS $$
    SELECT array_to_tsvector(coalesce(array_agg(one || coalesce(two, '')), '{}'))
    FROM unnest(string_to_array(upper(said), NULL), string_to_array(substr(upper(said), 2), NULL)) AS pairs (one, two)
$$
"""


def create(editor: Any) -> None:
    """Make the index of what there is: a minute for a million customers."""
    if editor.connection.vendor == "postgresql":
        editor.execute(_FUNCTION)
        for index, table, column in _INDEXED:
            # Entries wait in a list before they join the index; a short list keeps searches fast during an import.
            options = "WITH (gin_pending_list_limit = 512)"
            editor.execute(f"CREATE INDEX {index} ON {table} USING gin (customer_pairs({column})) {options}")
        return
    editor.execute("CREATE TABLE customer_letters (n INTEGER PRIMARY KEY)")
    numbers = "WITH RECURSIVE letters(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM letters WHERE n < %s)"
    editor.execute(f"{numbers} INSERT INTO customer_letters SELECT n FROM letters", [_LONGEST])  # noqa: S608
    for index, table, column in _INDEXED:
        options = "content='', detail=none, columnsize=0, tokenize='ascii'"
        editor.execute(f"CREATE VIRTUAL TABLE {index} USING fts5(pairs, {options})")
        rows = f"SELECT id, {_PAIRS.format(column)} FROM {table} WHERE {column} <> ''"  # noqa: S608
        editor.execute(f"INSERT INTO {index}(rowid, pairs) {rows}")
    for statement in _triggers():
        editor.execute(statement)


def drop(editor: Any) -> None:
    if editor.connection.vendor == "postgresql":
        for index, _table, _column in _INDEXED:
            editor.execute(f"DROP INDEX {index}")
        editor.execute("DROP FUNCTION customer_pairs(text)")
        return
    for index, _table, _column in _INDEXED:
        for when in ("insert", "update", "delete"):
            editor.execute(f"DROP TRIGGER IF EXISTS {index}_{when}")
        editor.execute(f"DROP TABLE {index}")
    editor.execute("DROP TABLE customer_letters")


def restore(*, using: str = "default", **_kwargs: Any) -> None:
    """Told after each migration: on SQLite Django changes a table by making another one, and loses its triggers."""
    connection = connections[using]
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT type, name FROM sqlite_master WHERE name LIKE 'customer_%_pairs%'")
        there = cursor.fetchall()
        if ("table", _INDEXED[0][0]) in there and sum(kind == "trigger" for kind, _name in there) < 3 * len(_INDEXED):
            for statement in _triggers():
                cursor.execute(statement)


def _triggers() -> Iterator[str]:
    """What was in the index is taken out by saying it again: without content it knows no other way."""
    for index, table, column in _INDEXED:
        old, new = _PAIRS.format(f"OLD.{column}"), _PAIRS.format(f"NEW.{column}")
        put = f"INSERT INTO {index}(rowid, pairs) SELECT NEW.id, {new} WHERE NEW.{column} <> '';"
        take = f"INSERT INTO {index}({index}, rowid, pairs) SELECT 'delete', OLD.id, {old} WHERE OLD.{column} <> '';"
        for when, event, deeds in _moments(column, put, take):
            yield f"CREATE TRIGGER IF NOT EXISTS {index}_{when} AFTER {event} BEGIN {' '.join(deeds)} END".replace(
                " ON TABLE", f" ON {table}"
            )


def _moments(column: str, put: str, take: str) -> Sequence[tuple[str, str, Sequence[str]]]:
    changes = f"UPDATE OF {column} ON TABLE WHEN OLD.{column} IS NOT NEW.{column}"
    return (
        ("insert", "INSERT ON TABLE", [put]),
        ("update", changes, [take, put]),
        ("delete", "DELETE ON TABLE", [take]),
    )
