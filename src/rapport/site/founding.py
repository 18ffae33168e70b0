"""The tables of a new database, made from the models as they are today.

Walking through all migrations takes Django thirteen seconds of computing, of which the database sees none: it renders
every model again after each of them. A new database has no rows that a migration could change, so its tables can be
made at once, and the migrations noted as applied. A test holds the two ways against each other on both databases.
"""

from typing import cast

from django.apps import apps
from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.operations import RunPython
from django.db.migrations.recorder import MigrationRecorder
from django.db.migrations.state import StateApps


def is_empty(database: BaseDatabaseWrapper) -> bool:
    """Whether nobody has made a table in it yet."""
    return not database.introspection.table_names()


def found(database: BaseDatabaseWrapper) -> None:
    """Make every table of this version, all of them or none."""
    executor = MigrationExecutor(database)
    plan = [migration for migration, _backwards in executor.migration_plan(executor.loader.graph.leaf_nodes())]
    with database.schema_editor() as editor:
        for model in apps.get_models():
            if model._meta.can_migrate(database):
                editor.create_model(model)
        for migration in plan:
            for operation in migration.operations:
                # Those that move rows are elidable, or belong to packages whose tables are empty by now.
                if isinstance(operation, RunPython) and not operation.elidable and _is_ours(migration.app_label):
                    operation.code(cast(StateApps, apps), editor)
    recorder = MigrationRecorder(database)
    recorder.ensure_schema()
    with transaction.atomic(using=database.alias):
        for migration in plan:
            recorder.record_applied(migration.app_label, migration.name)


def _is_ours(label: str) -> bool:
    return apps.get_app_config(label).name.startswith("rapport.")
