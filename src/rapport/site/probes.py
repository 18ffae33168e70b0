"""Answers to the machine that watches us: are we up, and can we work?"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from functools import lru_cache
from typing import Any

from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor

from rapport.backbone.live.streaming import answer

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


async def healthz(scope: Scope, receive: Receive, send: Send) -> None:
    """This process answers."""
    await answer(send, 200, b"ok")


async def readyz(scope: Scope, receive: Receive, send: Send) -> None:
    """The database answers too, and has the tables of this version."""
    trouble = await asyncio.get_running_loop().run_in_executor(None, _trouble)
    await answer(send, 503 if trouble else 200, trouble.encode() or b"ready")


def unapplied_migrations() -> list[str]:
    """Names of the migrations that this version brings and the database lacks."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def _trouble() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return "" if _is_migrated() else "The database needs `rapport migrate`."
    except _NotYet:
        return "The database needs `rapport migrate`."
    except Error:
        return "The database does not answer."
    finally:
        connection.close()


class _NotYet(Exception):
    """Not remembered: the next probe looks again."""


@lru_cache(maxsize=1)
def _is_migrated() -> bool:
    """Looked up until it is true once; a running process does not lose tables."""
    if unapplied_migrations():
        raise _NotYet
    return True
