"""What happens to promises and to who takes what, as other rooms hear it.

Each is told once of a promise, however often it is looked at.
"""

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


@dataclass(frozen=True)
class ConversationQueued(Announcement):
    """Nobody may take it now: it waits for somebody free; `decision` says why."""

    conversation: int
    decision: int


@dataclass(frozen=True)
class AgentWentAway(Announcement):
    """This agent takes nothing new until they are back, at `back_at` if they said when, as text in UTC."""

    agent: int
    back_at: str | None = None


@dataclass(frozen=True)
class AgentCameBack(Announcement):
    agent: int


@dataclass(frozen=True)
class RoomMade(Announcement):
    """Somebody may take more than before: a capacity, a skill or a scheme changed."""

    by: int | None
