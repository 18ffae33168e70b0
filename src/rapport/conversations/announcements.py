"""What happens to conversations, as other rooms hear it."""

from dataclasses import dataclass

from rapport.backbone.events import Announcement


@dataclass(frozen=True)
class MessageArrived(Announcement):
    conversation: int
    message: int
    is_new: bool
    is_automatic: bool = False


@dataclass(frozen=True)
class MessageWritten(Announcement):
    """An agent, a rule or the bot wrote to the customer; it may still be undone."""

    conversation: int
    message: int
    by: int | None


@dataclass(frozen=True)
class MessageChanged(Announcement):
    """Its way out went on: sent, delivered, read, failed, cancelled. Or it was edited, deleted, reacted to."""

    conversation: int
    message: int
    state: str


@dataclass(frozen=True)
class SentMessageChanged(Announcement):
    """An agent changed what the customer had already got, or took it back."""

    conversation: int
    message: int
    by: int | None
    is_taken_back: bool


@dataclass(frozen=True)
class ChannelHappening(Announcement):
    """Something in its exchange with the customer that nobody wrote: `what` names it ("call.ended"), `said` says it."""

    conversation: int
    what: str
    said: str


@dataclass(frozen=True)
class MessageAuthenticated(Announcement):
    """We have found out whether the author's domain vouches for it."""

    conversation: int
    message: int
    is_proven: bool


@dataclass(frozen=True)
class MessageMoved(Announcement):
    """Messages went to another conversation, or back by undoing; told once in each of the two."""

    conversation: int
    messages: list[int]
    origin: int
    destination: int
    by: int | None
    is_back: bool = False


@dataclass(frozen=True)
class ConversationMerged(Announcement):
    """One became part of another; told once in each of the two."""

    conversation: int
    origin: int
    destination: int
    merge: int
    by: int | None


@dataclass(frozen=True)
class ConversationUnmerged(Announcement):
    """They are two again; told once in each."""

    conversation: int
    origin: int
    destination: int
    merge: int
    by: int | None


@dataclass(frozen=True)
class NoteWritten(Announcement):
    conversation: int
    message: int
    by: int | None


@dataclass(frozen=True)
class ConversationAssigned(Announcement):
    conversation: int
    agent: int | None
    team: int | None
    by: int | None


@dataclass(frozen=True)
class ConversationClosed(Announcement):
    """`without` names the fields that were needed and empty when something closed it by itself, in words."""

    conversation: int
    by: int | None
    without: str = ""


@dataclass(frozen=True)
class ConversationDeleted(Announcement):
    """It is gone for good; its number is not used again."""

    conversation: int
    number: int
    by: int | None


@dataclass(frozen=True)
class ConversationReopened(Announcement):
    conversation: int
    by: int | None


@dataclass(frozen=True)
class ConversationJunked(Announcement):
    """Nobody is bothered with it any more. `reason` is one of JunkReason; by nobody when it came in as junk."""

    conversation: int
    reason: str
    by: int | None


@dataclass(frozen=True)
class ConversationRestored(Announcement):
    """It is no junk after all."""

    conversation: int
    by: int | None


@dataclass(frozen=True)
class ConversationSnoozed(Announcement):
    conversation: int
    by: int | None
    until: str


@dataclass(frozen=True)
class ConversationWoke(Announcement):
    conversation: int


@dataclass(frozen=True)
class ConversationTagged(Announcement):
    conversation: int
    tag: str
    by: int | None


@dataclass(frozen=True)
class ConversationUntagged(Announcement):
    conversation: int
    tag: str
    by: int | None


@dataclass(frozen=True)
class PriorityChanged(Announcement):
    conversation: int
    priority: int
    by: int | None


@dataclass(frozen=True)
class SubjectChanged(Announcement):
    conversation: int
    subject: str
    by: int | None


@dataclass(frozen=True)
class ConversationFieldsChanged(Announcement):
    """Some of the company's own fields say something else now; `fields` are their keys, comma separated."""

    conversation: int
    fields: str
    by: int | None


@dataclass(frozen=True)
class ConversationLinked(Announcement):
    """It is now related to another one, a duplicate of it or its follow-up; told once in each of the two."""

    conversation: int
    other: int
    kind: str
    by: int | None


@dataclass(frozen=True)
class ConversationUnlinked(Announcement):
    conversation: int
    other: int
    by: int | None


@dataclass(frozen=True)
class OrderLinked(Announcement):
    """It is about this order now: `how` is found, by nobody, or chosen."""

    conversation: int
    order: int
    how: str
    by: int | None


@dataclass(frozen=True)
class OrderUnlinked(Announcement):
    """Somebody said that it is not about this order."""

    conversation: int
    order: int
    by: int | None


@dataclass(frozen=True)
class TagRenamed(Announcement):
    """A tag has another name, or went up in another tag: whoever names it by its old name has to know."""

    tag: str
    into: str
    by: int | None


@dataclass(frozen=True)
class TagDeleted(Announcement):
    tag: str
    by: int | None


@dataclass(frozen=True)
class ConversationRated(Announcement):
    conversation: int
    score: int


@dataclass(frozen=True)
class DueTimeChanged(Announcement):
    """The next promise to its customer falls due at another moment, as text in UTC; None when nothing is promised."""

    conversation: int
    due_at: str | None
