"""The index on PostgreSQL: GIN over the pairs of a copy of what is written, since its wheels lack pg_trgm.

GIN over the tables themselves would need no triggers, and made imports half as slow again. The pairs are kept beside
the copy: where a word is common the planner walks the rows, and making their pairs again took 15 s.
"""

from collections.abc import Callable, Iterable
from typing import Any

from rapport.customers.finding.indexed import INDEXED, Indexed

FIND = """
WITH named AS MATERIALIZED (
    SELECT id FROM customer_name_paired
    WHERE pairs @@ %(pairs)s::tsquery AND upper(said) LIKE upper(%(like)s) {limit}
), addressed AS MATERIALIZED (
    SELECT id FROM customer_address_paired
    WHERE pairs @@ %(pairs)s::tsquery AND upper(said) LIKE upper(%(like)s) {limit}
)
SELECT id FROM named
UNION ALL
SELECT id FROM customers_customer
WHERE id IN (SELECT id FROM customer_name_waiting) AND upper(name) LIKE upper(%(like)s)
UNION ALL
SELECT customer_id FROM customers_identity WHERE id IN (SELECT id FROM addressed)
UNION ALL
SELECT customer_id FROM customers_identity
WHERE id IN (SELECT id FROM customer_address_waiting) AND upper(value) LIKE upper(%(like)s)
UNION ALL
SELECT id FROM customers_customer
WHERE company_id IN (SELECT id FROM customers_company WHERE upper(name) LIKE upper(%(like)s))
{limit}
"""
_FUNCTION = """
CREATE OR REPLACE FUNCTION customer_pairs(said text) RETURNS tsvector
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1000 AS $$
    SELECT array_to_tsvector(coalesce(array_agg(one || coalesce(two, '')), '{}'))
    FROM unnest(string_to_array(upper(said), NULL), string_to_array(substr(upper(said), 2), NULL)) AS pairs (one, two)
$$
"""
_TRIGGERS = """
CREATE FUNCTION {index}_insert() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN INSERT INTO {waiting} SELECT id FROM fresh WHERE {column} <> ''; RETURN NULL; END $$;
CREATE FUNCTION {index}_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN DELETE FROM {paired} WHERE id = OLD.id; INSERT INTO {waiting} VALUES (NEW.id); RETURN NULL; END $$;
CREATE FUNCTION {index}_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN DELETE FROM {paired} WHERE id = OLD.id; RETURN NULL; END $$;
CREATE TRIGGER {index}_insert AFTER INSERT ON {table} REFERENCING NEW TABLE AS fresh
FOR EACH STATEMENT EXECUTE FUNCTION {index}_insert();
CREATE TRIGGER {index}_update AFTER UPDATE ON {table}
FOR EACH ROW WHEN (OLD.{column} IS DISTINCT FROM NEW.{column}) EXECUTE FUNCTION {index}_update();
CREATE TRIGGER {index}_delete AFTER DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {index}_delete();
"""
# The rows are locked, so that none is taken up that somebody deletes at this moment.
_TAKE_UP = """
WITH gone AS (DELETE FROM {waiting} WHERE ctid IN (SELECT ctid FROM {waiting} LIMIT {most}) RETURNING id),
there AS (SELECT id, {column} AS said FROM {table} WHERE id IN (SELECT id FROM gone) FOR KEY SHARE),
taken AS (
    INSERT INTO {paired} (id, said, pairs) SELECT id, said, customer_pairs(said) FROM there WHERE said <> ''
    ON CONFLICT (id) DO UPDATE SET said = EXCLUDED.said, pairs = EXCLUDED.pairs
)
SELECT count(*) FROM gone
"""


def create(execute: Callable[[str], Any]) -> None:
    execute(_FUNCTION)
    for each in INDEXED:
        execute(f"CREATE TABLE {each.paired} (id bigint PRIMARY KEY, said text NOT NULL, pairs tsvector NOT NULL)")
        # An id may wait twice: were it kept once, a change that is not committed yet could be missed.
        execute(f"CREATE TABLE {each.waiting} (id bigint NOT NULL)")
        copied = f"SELECT id, {each.column}, customer_pairs({each.column}) FROM {each.table} WHERE {each.column} <> ''"  # noqa: S608
        execute(f"INSERT INTO {each.paired} {copied}")
        execute(f"CREATE INDEX {each.pairs} ON {each.paired} USING gin (pairs)")
        execute(_TRIGGERS.format(**each.names))


def drop(execute: Callable[[str], Any]) -> None:
    for each in INDEXED:
        for when in ("insert", "update", "delete"):
            execute(f"DROP FUNCTION {each.pairs}_{when} CASCADE")
        execute(f"DROP TABLE {each.paired}, {each.waiting}")
    execute("DROP FUNCTION customer_pairs(text)")


def take_up(cursor: Any, each: Indexed, most: int) -> int:
    """Put what waits into the index; answers how many waited."""
    cursor.execute(_TAKE_UP.format(most=int(most), **each.names))
    return int(cursor.fetchone()[0])


def asked(cursor: Any, word: str, pairs_of: Callable[[str], Iterable[str]]) -> str:
    """In the database's own upper case, which is that of its index."""
    cursor.execute("SELECT upper(%s)", [word])
    pairs = (pair.replace("\\", "\\\\").replace("'", "''") for pair in pairs_of(cursor.fetchone()[0]))
    return " & ".join(f"'{pair}'" + (":*" if len(pair) == 1 else "") for pair in pairs)
