"""What happened in one conversation, told before anything is written down."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from rapport.site.demo.cast import Person


@dataclass(frozen=True)
class Turn:
    """Something written at a moment: by the customer when `by` is empty, else by the colleague of this key."""

    at: datetime
    by: str
    text: str
    quote: str = ""
    is_note: bool = False
    is_automatic: bool = False
    in_html: bool = False
    files: tuple[str, ...] = ()


@dataclass
class Story:
    """One conversation from its first mail to how it stands now."""

    person: Person
    subject: str
    turns: list[Turn]
    inbox: Literal["support", "trade"] = "support"
    state: Literal["open", "snoozed", "closed"] = "closed"
    # Who has it now; empty for nobody.
    to: str = ""
    priority: int = 2
    tags: tuple[str, ...] = ()
    is_unread: bool = False
    # Told by hand: what the design shows.
    number: int | None = None
    handed_over_at: datetime | None = None
    handed_over_from: str = ""
    # Pairs of closed and reopened; the last has no reopening when it is closed now.
    closures: list[tuple[datetime, datetime | None]] = field(default_factory=list)
    snoozed_at: datetime | None = None
    snoozed_until: datetime | None = None
    is_asked: bool = False
    rating: int | None = None
    rated_at: datetime | None = None
    comment: str = ""
    # What its mails were filled with, so that fields and orders speak of the same.
    about: Mapping[str, str] = field(default_factory=dict)

    @property
    def began_at(self) -> datetime:
        return self.turns[0].at
