"""The index on SQLite: FTS5 tables without content or places, 40 MB for a million customers.

Each pair is written as the hexadecimal digits of its bytes, so that no tokenizer parts it; the last letter stands
alone. What changes is taken out at once, by saying it again: without content such a table knows no other way.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from rapport.customers.finding.indexed import INDEXED, Indexed

# A name has at most 200 letters and an address 320.
_LETTERS = """
WITH RECURSIVE letters(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM letters WHERE n < 400)
INSERT INTO customer_letters SELECT n FROM letters
"""
_PAIRS = "(SELECT group_concat(hex(substr(lower({0}), n, 2)), ' ') FROM customer_letters WHERE n <= length({0}))"
FIND = """
SELECT person.id FROM customer_name_pairs CROSS JOIN customers_customer person ON person.id = customer_name_pairs.rowid
WHERE customer_name_pairs MATCH %(pairs)s AND person.name LIKE %(like)s ESCAPE '\\'
UNION ALL
SELECT person.id FROM customer_name_waiting CROSS JOIN customers_customer person ON person.id = customer_name_waiting.id
WHERE person.name LIKE %(like)s ESCAPE '\\'
UNION ALL
SELECT known.customer_id FROM customer_address_pairs
CROSS JOIN customers_identity known ON known.id = customer_address_pairs.rowid
WHERE customer_address_pairs MATCH %(pairs)s AND known.value LIKE %(like)s ESCAPE '\\'
UNION ALL
SELECT known.customer_id FROM customer_address_waiting
CROSS JOIN customers_identity known ON known.id = customer_address_waiting.id
WHERE known.value LIKE %(like)s ESCAPE '\\'
UNION ALL
SELECT id FROM customers_customer
WHERE company_id IN (SELECT id FROM customers_company WHERE name LIKE %(like)s ESCAPE '\\')
{limit}
"""


def create(execute: Callable[[str], Any]) -> None:
    execute("CREATE TABLE customer_letters (n INTEGER PRIMARY KEY)")
    execute(_LETTERS)
    for each in INDEXED:
        options = "content='', detail=none, columnsize=0, tokenize='ascii'"
        execute(f"CREATE VIRTUAL TABLE {each.pairs} USING fts5(pairs, {options})")
        execute(f"CREATE TABLE {each.waiting} (id INTEGER PRIMARY KEY)")
        execute(f"INSERT INTO {each.pairs}(rowid, pairs) {_rows(each)}")
    for statement in triggers():
        execute(statement)


def drop(execute: Callable[[str], Any]) -> None:
    for each in INDEXED:
        for when in ("insert", "update", "delete"):
            execute(f"DROP TRIGGER IF EXISTS {each.pairs}_{when}")
        execute(f"DROP TABLE {each.pairs}")
        execute(f"DROP TABLE {each.waiting}")
    execute("DROP TABLE customer_letters")


def triggers() -> Iterator[str]:
    for each in INDEXED:
        old = _PAIRS.format(f"OLD.{each.column}")
        is_in = f"OLD.{each.column} <> '' AND NOT EXISTS (SELECT 1 FROM {each.waiting} WHERE id = OLD.id)"  # noqa: S608
        take = f"INSERT INTO {each.pairs}({each.pairs}, rowid, pairs) SELECT 'delete', OLD.id, {old} WHERE {is_in};"
        # Not OR IGNORE: the conflict rule of the statement that wrote the row would take its place.
        is_there = f"EXISTS (SELECT 1 FROM {each.waiting} WHERE id = NEW.id)"  # noqa: S608
        wait = f"INSERT INTO {each.waiting}(id) SELECT NEW.id WHERE NOT {is_there};"
        forget = f"DELETE FROM {each.waiting} WHERE id = OLD.id;"  # noqa: S608
        is_new = f"OLD.{each.column} IS NOT NEW.{each.column}"
        start = f"CREATE TRIGGER IF NOT EXISTS {each.pairs}"
        yield f"{start}_insert AFTER INSERT ON {each.table} WHEN NEW.{each.column} <> '' BEGIN {wait} END"
        yield f"{start}_update AFTER UPDATE OF {each.column} ON {each.table} WHEN {is_new} BEGIN {take} {wait} END"
        yield f"{start}_delete AFTER DELETE ON {each.table} BEGIN {take} {forget} END"


def take_up(cursor: Any, each: Indexed, most: int) -> int:
    """Put what waits into the index; answers how many waited."""
    some = f"SELECT id FROM {each.waiting} ORDER BY id LIMIT {int(most)}"  # noqa: S608
    cursor.execute(f"INSERT INTO {each.pairs}(rowid, pairs) {_rows(each)} AND id IN ({some})")
    cursor.execute(f"DELETE FROM {each.waiting} WHERE id IN ({some})")  # noqa: S608
    return int(cursor.rowcount)


def asked(_cursor: Any, word: str, pairs_of: Callable[[str], Iterable[str]]) -> str:
    """A single letter is the beginning of some pair, or the last one. LIKE knows small and big Latin letters only."""
    small = "".join(each.lower() if each.isascii() else each for each in word)
    said = (f'"{pair.encode().hex().upper()}"' + ("*" if len(pair) == 1 else "") for pair in pairs_of(small))
    return " AND ".join(said)


def _rows(each: Indexed) -> str:
    return f"SELECT id, {_PAIRS.format(each.column)} FROM {each.table} WHERE {each.column} <> ''"  # noqa: S608
