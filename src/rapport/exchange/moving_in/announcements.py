"""What moving in tells other rooms: once, at its end. Nothing is told of the single conversations that came."""

from dataclasses import dataclass

from rapport.backbone.events import Announcement


@dataclass(frozen=True)
class MovedIn(Announcement):
    """Everything there was has come; the numbers are those of new ones."""

    move: int
    source: str
    conversations: int
    customers: int
    by: int | None


@dataclass(frozen=True)
class MoveInUndone(Announcement):
    """What came and was not touched since is gone again."""

    move: int
    source: str
    taken_back: int
    kept: int
    by: int | None
