"""The language of the channel seam: what a kind reads, sends and can do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, BinaryIO

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class DeliveryState(models.TextChoices):
    STORED = "stored", _("Waiting")
    DONE = "done", pgettext_lazy("delivery", "Read")
    QUARANTINED = "quarantined", _("Could not be read")


class Outcome(models.TextChoices):
    """What became of one delivery, in the words `rapport mail ingest` prints."""

    CREATED = "created", _("New conversation")
    APPENDED = "appended", _("Added to a conversation")
    DUPLICATE = "duplicate", _("Already here")
    AUTO_REPLY = "auto_reply", _("Automatic reply")
    BOUNCE = "bounce", _("Could not be delivered")
    QUARANTINED = "quarantined", _("Could not be read")


class DispatchState(models.TextChoices):
    QUEUED = "queued", _("Waiting")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


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
class Event:
    """Something a channel kind read from a delivery."""


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
    """What a provider told of something we sent that is no failure: "delivered", "deferred" or "complained"."""

    external_id: str
    about: str  # external id of the message, or the provider's id for it
    recipient: str
    state: str
    said: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class Instruction:
    """Something to set up at a provider: where it goes there, what to copy, and a word on it."""

    name: str
    value: str
    hint: str = ""


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


@dataclass(frozen=True)
class Outgoing:
    """A message ready to leave, with every address and id resolved."""

    external_id: str
    sender: Address
    to: Sequence[Address]
    cc: Sequence[Address]
    bcc: Sequence[Address]
    subject: str
    text: str
    html: str
    in_reply_to: str
    references: Sequence[str]
    parts: Sequence[Part]
    is_automatic: bool
    headers: dict[str, str] = field(default_factory=dict)
    # Where answers are to go, if elsewhere than to the sender.
    reply_to: str = ""


@dataclass(frozen=True)
class Receipt:
    """A provider took the message; `external_id` is its name for it."""

    external_id: str
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class SignIn:
    """How a provider lets us in without a password: OAuth 2, an authorisation code with PKCE, a refresh token."""

    # As people know it, such as Google.
    provider: str
    authorize_url: str
    token_url: str
    client_id: str
    client_secret: str
    scope: str
    # The account that should sign in there.
    account: str
    # What this provider wants besides, such as {"access_type": "offline"}.
    extra: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Check:
    """One step of a connection test: what was tried, whether it worked, and what to do if not."""

    name: str
    ok: bool
    remedy: str = ""


@dataclass(frozen=True)
class Limit:
    """At most so many messages may leave within so many seconds, whichever they are."""

    count: int
    seconds: int


@dataclass(frozen=True)
class DnsRecord:
    """Something an administrator publishes in the name service."""

    type: str
    name: str
    value: str
