"""The index by which customers are found among many."""

from django.db import migrations

from rapport.customers.finding import keeping


def create(apps, schema_editor):
    keeping.create(schema_editor)


def drop(apps, schema_editor):
    keeping.drop(schema_editor)


class Migration(migrations.Migration):
    dependencies = [("customers", "0009_consent_where")]

    operations = [migrations.RunPython(create, drop)]
