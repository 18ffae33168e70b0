"""The index by which customers are found among many."""

from django.db import migrations

from rapport.customers.finding import pairs


def create(apps, schema_editor):
    pairs.create(schema_editor)


def drop(apps, schema_editor):
    pairs.drop(schema_editor)


class Migration(migrations.Migration):
    dependencies = [("customers", "0008_segments")]

    operations = [migrations.RunPython(create, drop)]
