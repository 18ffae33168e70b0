"""What happens on channels, as other rooms and visitors hear it."""

from dataclasses import dataclass

from rapport.backbone.events import Announcement


@dataclass(frozen=True)
class VisitorTold(Announcement):
    """Something for one visitor's stream: a message, or that one was read, changed or removed, or how it stands.

    `what` is message, read, changed, removed, state, agent or rate; `about` is the message's external id, `word` the
    rest. What a message says is read when it is streamed, and never in the log.
    """

    visitor: int
    what: str
    conversation: int
    about: str = ""
    word: str = ""


@dataclass(frozen=True)
class RatingGiven(Announcement):
    """A customer rated a conversation where they wrote, rather than on our page."""

    conversation: int
    score: int
    comment: str = ""


@dataclass(frozen=True)
class CallChanged(Announcement):
    """A call began, waits, was answered or is over."""

    call: int
    state: str
