"""What a kind sends, and what it can do."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from rapport.channels.types.coming import Address, Part


@dataclass(frozen=True)
class Abilities:
    """What a channel can do. Code outside the kind's folder asks this and nothing else."""

    rich_text: bool = False
    attachments: bool = False
    subject: bool = False
    copies: bool = False
    # It can sign what it sends with a key that is published.
    signing: bool = False
    max_length: int | None = None
    max_attachment_bytes: int | None = None
    # How many files one message carries, and of which content types, such as ("image/", "audio/"); () takes all.
    max_attachments: int | None = None
    content_types: tuple[str, ...] = ()
    # The provider fetches files from us: each one that is sent has an address on the open internet.
    links_files: bool = False
    # One running exchange with each person, rather than many with subjects: what they write goes on in the newest.
    one_exchange: bool = False
    # We may write to somebody who has not written to us.
    begins: bool = True
    # It carries what we write. Where it does not, a channel whose people are known by the same thing answers for it.
    sends: bool = True
    # For so many hours after the customer last wrote anything may be said; later only by a template.
    session_hours: int | None = None
    templates: bool = False
    # The customer sees that somebody is writing, or that what they wrote was read.
    typing: bool = False
    marks_read: bool = False
    # We are told that what we sent arrived, and that it was read.
    delivered: bool = False
    read: bool = False
    # What we sent can be changed or taken back afterwards.
    edits: bool = False
    deletes: bool = False
    # People may ring us and be rung.
    calls: bool = False
    # Words can be sent by it; not so by a phone.
    writes: bool = True
    # Its other side is our own: a page of the company's with our script in it.
    widget: bool = False


@dataclass(frozen=True, kw_only=True)
class Outgoing:
    """A message ready to leave, with every address and id resolved. What a channel does not have is empty."""

    external_id: str = ""
    sender: Address
    to: Sequence[Address]
    cc: Sequence[Address] = ()
    bcc: Sequence[Address] = ()
    subject: str = ""
    text: str
    html: str = ""
    in_reply_to: str = ""
    references: Sequence[str] = ()
    parts: Sequence[Part] = ()
    is_automatic: bool = False
    headers: dict[str, str] = field(default_factory=dict)
    # Where answers are to go, if elsewhere than to the sender.
    reply_to: str = ""
    # A name for this message that stays the same at every try: for providers that send nothing twice under one.
    once: str = ""
    # The exchange it belongs to, where the kind names them, and when its person last wrote.
    exchange: str = ""
    last_heard_at: datetime | None = None
    # Sent in place of free text, outside of the provider's session.
    template: "Chosen | None" = None


@dataclass(frozen=True)
class Template:
    """A text that the provider has approved beforehand. {{1}} or {{name}} stands for what is filled in."""

    name: str
    language: str
    text: str
    blanks: tuple[str, ...] = ()
    category: str = ""


@dataclass(frozen=True)
class Chosen:
    """A template and what is filled in, in the order of its blanks."""

    name: str
    language: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Profile:
    """What a provider tells of a person on being asked."""

    name: str = ""
    language: str = ""
    time_zone: str = ""
    location: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True)
class Receipt:
    """A provider took the message; `external_id` is its name for it."""

    external_id: str
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Limit:
    """At most so many messages may leave within so many seconds, whichever they are."""

    count: int
    seconds: int
