"""Django's `migrate`, which makes an empty database in one go rather than through its whole history."""

from typing import Any

from django.core.management.commands.migrate import Command as Migrate
from django.db import connections

from rapport.site.founding import found, is_empty


class Command(Migrate):
    def handle(self, *args: Any, **options: Any) -> str | None:
        database = connections[options["database"]]
        wants_everything = not (
            options["app_label"] or options["plan"] or options["fake"] or options["check_unapplied"]
        )
        if wants_everything and is_empty(database):
            found(database)
        result: str | None = super().handle(*args, **options)
        return result
