"""What happens to promises, as other rooms hear it. Each is told once of a promise, however often it is looked at."""

from dataclasses import dataclass

from rapport.backbone.events import Announcement


@dataclass(frozen=True)
class PromiseWarned(Announcement):
    """A promise falls due soon. `kind` is first_answer, next_answer or resolution; `due_at` is text in UTC."""

    conversation: int
    promise: int
    kind: str
    due_at: str


@dataclass(frozen=True)
class PromiseBroken(Announcement):
    """A promise was not kept in time: it is still open, or was kept late."""

    conversation: int
    promise: int
    kind: str
    due_at: str
