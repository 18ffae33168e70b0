"""Empty the database after a test that commits: only the tables that hold something, and nothing made anew.

Django's own `flush` empties every table and then writes the content types of every model again: up to half a second for
each of hundreds of tests.
"""

from functools import cache

from django.core.management.color import no_style
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import TransactionTestCase

# Django knows nothing of the index of messages, which no trigger empties on SQLite.
SEARCHED = (
    "INSERT INTO message_search(message_search) VALUES ('delete-all')",
    "DELETE FROM message_search_words",
)
# What is known of the models, not of anybody's data.
KEPT = {"django_content_type", "auth_permission", "django_migrations"}


def install() -> None:
    TransactionTestCase._fixture_teardown = _empty_all


def _empty_all(case: TransactionTestCase) -> None:
    for alias in case._databases_names(include_mirrors=False):
        empty(connections[alias])


def empty(connection: BaseDatabaseWrapper) -> None:
    """Take every row out, in one transaction, whatever refers to what."""
    quoted = connection.ops.quote_name
    asked = " UNION ALL ".join(
        f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {quoted(table)})" for table in _tables(connection.alias)
    )
    with connection.cursor() as cursor:
        for statement in SEARCHED if connection.vendor == "sqlite" else ():
            cursor.execute(statement)
        cursor.execute(asked)
        filled = [table for (table,) in cursor.fetchall()]
        if not filled:
            return
        if connection.vendor == "postgresql":
            # Neither references nor triggers have a say; the tables are small, and to truncate one costs a file.
            emptied = "; ".join(f"DELETE FROM {quoted(table)}" for table in filled)
            cursor.execute(f"BEGIN; SET LOCAL session_replication_role = replica; {emptied}; COMMIT")
            return
    connection.ops.execute_sql_flush(connection.ops.sql_flush(no_style(), filled))


@cache
def _tables(alias: str) -> list[str]:
    there = connections[alias].introspection
    if connections[alias].vendor == "postgresql":
        return sorted(set(there.table_names()) - KEPT)
    # What lies inside an index is none of ours; triggers see to it.
    return sorted(set(there.django_table_names(only_existing=True, include_views=False)) - KEPT)
