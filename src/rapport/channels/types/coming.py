"""What a kind reads from what comes in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, BinaryIO


@dataclass(frozen=True)
class Address:
    name: str
    address: str


@dataclass(frozen=True)
class Part:
    """A file as the sender named it; `body` is what it decodes to."""

    name: str
    content_type: str
    body: bytes
    content_id: str = ""
    inline: bool = False
    # On its way out by a kind with `abilities.links_files`: where the provider finds it, for two weeks.
    address: str = ""


@dataclass(frozen=True)
class Incoming:
    """What a transport hands in, before anybody has looked at it. A large body is an open file, read once."""

    body: bytes | BinaryIO
    source: str = ""
    # Recipients the transport named.
    recipients: tuple[str, ...] = ()
    # Why there is no body: the provider would not hand it over. It is kept as a delivery that needs a look.
    problem: str = ""
    # What reading it needs to know besides; it becomes `Delivery.transport`.
    transport: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class KnownAs:
    """Something else that a writer is known by: kind is "email", "phone" or "external".

    It counts only where it is proven: the provider, or a signature of the company's own, vouches for it.
    """

    kind: str
    value: str
    is_proven: bool = False


@dataclass(frozen=True)
class Event:
    """Something a channel kind read from a delivery."""


@dataclass(frozen=True)
class Consent:
    """Something a person agreed to along with what they sent: `purpose` by its key, and what they had before them, word
    for word. `ip` is where they did from, empty where nobody knows."""

    purpose: str
    way: str
    text: str
    ip: str = ""


@dataclass(frozen=True)
class MessageReceived(Event):
    """A person wrote. `external_id` is the provider's id, without angle brackets for mail; empty if it has none."""

    external_id: str
    author: Address
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    reply_to: tuple[Address, ...] = ()
    subject: str = ""
    text: str = ""
    html: str = ""  # already cleaned
    visible_text: str = ""
    parts: tuple[Part, ...] = ()
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    sent_at: datetime | None = None
    headers: dict[str, str] = field(default_factory=dict)
    # Why it counts as automatic, and the addresses of the mailing lists it came through.
    because: str = ""
    lists: tuple[str, ...] = ()
    # For finding out who really sent it: the domain that the author claims, empty unless there is just one author, and
    # what those who passed it on wrote into it, the last of them first.
    from_domain: str = ""
    trace: tuple[tuple[str, str], ...] = ()
    # Which exchange with its author it belongs to, where the provider or our widget names one; one conversation each.
    exchange: str = ""
    # What else its author is known by, and what the channel tells of them: "language", "time_zone", "location".
    known_as: tuple[KnownAs, ...] = ()
    profile: Mapping[str, str] = field(default_factory=dict)
    # What its author said for the company's own fields of a conversation, by their keys; it counts if this begins one.
    fields: Mapping[str, str] = field(default_factory=dict)
    # What its author agreed to along with it. Nothing of it counts if it is junk.
    consents: tuple[Consent, ...] = ()
    # Why the kind takes it for unwanted. It is kept as junk, where anybody may look, and nobody is told.
    suspicion: str = ""


@dataclass(frozen=True)
class AutoReplied(MessageReceived):
    """A machine answered for a person: out of office, acknowledgement. Recorded, never answered, never reopens."""


@dataclass(frozen=True)
class Undelivered:
    """Somebody a message did not reach: the enhanced status code such as 5.1.1 where there was one, and the words.

    It is final when nobody will try again; whether the address is any good is another question.
    """

    address: str
    status: str
    said: str
    is_final: bool


@dataclass(frozen=True)
class Bounced(Event):
    """Something we sent could not be delivered: to whom first and why, and everybody it did not reach."""

    external_id: str
    about: str  # external id of the message that bounced, if known
    recipient: str
    permanent: bool
    reason: str
    author: Address = Address("", "")
    subject: str = ""
    text: str = ""
    failures: tuple[Undelivered, ...] = ()


@dataclass(frozen=True)
class Reported(Event):
    """What a provider told of something we sent: "delivered", "read", "deferred" or "complained".

    With `up_to` and no `about` it speaks of everything that we sent the recipient until that moment.
    """

    external_id: str
    about: str  # external id of the message, or the provider's id for it
    recipient: str
    state: str
    said: str = ""
    at: datetime | None = None
    up_to: datetime | None = None


@dataclass(frozen=True)
class MessageEdited(Event):
    """The writer changed what they had written."""

    external_id: str  # of the change, so that it happens once
    about: str  # external id of the message
    text: str
    at: datetime | None = None


@dataclass(frozen=True)
class MessageDeleted(Event):
    """The writer took back what they had written: its words and files are forgotten here too."""

    external_id: str
    about: str
    at: datetime | None = None


@dataclass(frozen=True)
class Reacted(Event):
    """Somebody put an emoji to a message; an empty one takes theirs back."""

    external_id: str
    about: str
    author: Address
    emoji: str
    at: datetime | None = None


@dataclass(frozen=True)
class OptedOut(Event):
    """Somebody wants nothing more sent to this address by this kind of channel; with `is_out` false, wants it again.

    Until then nothing leaves for it, whoever writes it. The id is that of the message by which they said so.
    """

    external_id: str
    address: str
    is_out: bool


@dataclass(frozen=True)
class Happened(Event):
    """Something in an exchange that nobody wrote, such as a call that ended: a line among its messages.

    `what` names it for rules and scripts ("call.missed"), `said` is the line. A person who is not known yet, or an
    exchange without a conversation, begins one with `subject`, if `begins`; else nothing comes of it. Nothing does
    either where one of `unless` has happened in the same exchange before: a call that was answered is not missed.
    """

    external_id: str
    author: Address
    exchange: str
    what: str
    said: str
    subject: str = ""
    begins: bool = False
    at: datetime | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)
    parts: tuple[Part, ...] = ()
    known_as: tuple[KnownAs, ...] = ()
    profile: Mapping[str, str] = field(default_factory=dict)
    unless: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answer:
    """What a provider is told in return for a push, where it wants more than a yes."""

    body: str = ""
    content_type: str = "text/plain; charset=utf-8"
    status: int = 200
