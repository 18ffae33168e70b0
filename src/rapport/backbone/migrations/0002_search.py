"""The search index, in each database's own way."""

from django.db import migrations

SQLITE = (
    "CREATE VIRTUAL TABLE message_search USING fts5"
    "(body, scope, content='', tokenize='unicode61 remove_diacritics 2')",
    "CREATE TABLE message_search_words (id INTEGER PRIMARY KEY, scope TEXT NOT NULL, words BLOB NOT NULL)",
)
POSTGRESQL = (
    "CREATE TABLE message_search (message_id bigint PRIMARY KEY, scope text NOT NULL, tsv tsvector NOT NULL)",
    # Entries wait in a list before they join the index; a short list keeps searches fast while mail pours in.
    "CREATE INDEX message_search_words ON message_search USING gin (tsv) WITH (gin_pending_list_limit = 512)",
)


def create(apps, schema_editor):
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def drop(apps, schema_editor):
    schema_editor.execute("DROP TABLE message_search")
    if schema_editor.connection.vendor != "postgresql":
        schema_editor.execute("DROP TABLE message_search_words")


class Migration(migrations.Migration):
    dependencies = [("backbone", "0001_initial")]

    operations = [migrations.RunPython(create, drop)]
