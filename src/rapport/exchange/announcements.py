"""What this room tells the others."""

from rapport.exchange.importing.announcements import TableImported, TableImportUndone
from rapport.exchange.moving_in.announcements import MovedIn, MoveInUndone

__all__ = ["MoveInUndone", "MovedIn", "TableImportUndone", "TableImported"]
