"""What importing tells other rooms: once, at its end."""

from dataclasses import dataclass

from rapport.backbone.events import Announcement


@dataclass(frozen=True)
class TableImported(Announcement):
    """A file of `table`, such as orders, has come in; the numbers are rows."""

    source: int
    table: str
    created: int
    changed: int
    wrong: int
    by: int | None


@dataclass(frozen=True)
class TableImportUndone(Announcement):
    """What came with it and was not touched since is gone again; the numbers are records."""

    source: int
    table: str
    taken_back: int
    kept: int
    by: int | None
