"""Rows of the exchange with other systems; each part of the room has its own."""

from rapport.exchange.exporting.models import Export
from rapport.exchange.importing.models import TableImport, TableMade, TableProblem
from rapport.exchange.moving_in.models import MovedThing, MoveIn, MoveProblem
from rapport.exchange.syncing.models import Connection, SyncedRecord, SyncRun

__all__ = [
    "Connection",
    "Export",
    "MoveIn",
    "MoveProblem",
    "MovedThing",
    "SyncRun",
    "SyncedRecord",
    "TableImport",
    "TableMade",
    "TableProblem",
]
