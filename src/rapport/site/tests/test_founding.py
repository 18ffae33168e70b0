"""A new database is made in one go; it is the same as one that went through the whole history."""

import os
import re
import subprocess
import sys

import pytest

from tests.database import on_postgresql

_DUMP = """
import django, json, sys
django.setup()
from django.core.management import load_command_class, call_command
from django.db import connection
app = sys.argv[1]
call_command(load_command_class(app, "migrate"), verbosity=0)
with connection.cursor() as cursor:
    if connection.vendor == "sqlite":
        cursor.execute("SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_master")
    else:
        cursor.execute(
            "SELECT 'column', table_name, column_name, concat_ws(' ', data_type, character_maximum_length, is_nullable,"
            " column_default, is_identity, collation_name) FROM information_schema.columns"
            " WHERE table_schema = 'public'"
            " UNION ALL SELECT 'index', tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
            " UNION ALL SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid)"
            " FROM pg_constraint WHERE connamespace = 'public'::regnamespace"
        )
    rows = [[str(value) for value in row] for row in cursor.fetchall()]
    cursor.execute("SELECT app, name FROM django_migrations ORDER BY app, name")
    print(json.dumps({"rows": rows, "applied": cursor.fetchall()}))
"""


@pytest.fixture
def made(tmp_path):
    """What a new database looks like when this app's `migrate` made it."""
    import json

    def dump(app):
        environment = {
            **os.environ,
            "RAPPORT_DATA": str(tmp_path / app),
            "DJANGO_SETTINGS_MODULE": "rapport.site.settings",
        }
        environment.pop("DATABASE_URL", None)
        if on_postgresql():
            from tests.database import new_database

            environment["DATABASE_URL"] = new_database()
        done = subprocess.run([sys.executable, "-c", _DUMP, app], env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[-3000:]
        return json.loads(done.stdout)

    return dump


def described(rows):
    """Each thing by its name, with what it is made of; the order of columns does not matter."""
    things = {}
    for kind, name, table, sql in rows:
        words = re.sub(r"\s+", " ", sql)
        if kind == "table" and " VIRTUAL " not in words:
            inside = words[words.index("(") + 1 : words.rindex(")")]
            things[kind, name] = sorted(_parts(inside))
        else:
            things[kind, name, table] = words
    return things


def _parts(inside):
    """Split at the commas that stand in no brackets."""
    depth, start = 0, 0
    for place, letter in enumerate(inside):
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if letter == "," and depth == 0:
            yield inside[start:place].strip()
            start = place + 1
    yield inside[start:].strip()


# Django's own table has a wider key after its history than after its model.
KNOWN = {("column", "auth_group_permissions", "id")}


@pytest.mark.on_both_databases
def test_a_new_database_is_what_its_history_would_have_made_of_it(made):
    whole, at_once = made("django.core"), made("rapport.site")
    assert whole["applied"] == at_once["applied"]
    ours, theirs = described(at_once["rows"]), described(whole["rows"])
    differing = {key for key in ours | theirs if ours.get(key) != theirs.get(key)} - KNOWN
    assert {key: (theirs.get(key), ours.get(key)) for key in differing} == {}
