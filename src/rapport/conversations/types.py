"""The words of the heart: states, directions, who wrote."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class Status(models.TextChoices):
    OPEN = "open", _("Open")
    SNOOZED = "snoozed", _("Snoozed")
    CLOSED = "closed", _("Closed")


class JunkReason(models.TextChoices):
    """Why a conversation is junk."""

    MARKED = "marked", _("Marked as junk")
    BLOCKED = "blocked", _("From a blocked sender")
    NOISY = "noisy", _("Too many messages from one sender")
    SUSPECT = "suspect", _("Looks like spam")


class Direction(models.TextChoices):
    IN = "in", _("Received")
    OUT = "out", _("Sent")
    NOTE = "note", _("Note")


class DraftMode(models.TextChoices):
    """What an agent is writing."""

    REPLY = "reply", _("Reply")
    REPLY_ALL = "reply_all", _("Reply all")
    FORWARD = "forward", _("Forward")
    NOTE = "note", _("Note")


class AuthorKind(models.TextChoices):
    CUSTOMER = "customer", _("Customer")
    AGENT = "agent", _("Agent")
    BOT = "bot", _("Assistant")
    RULE = "rule", _("Rule")


class Priority(models.IntegerChoices):
    LOW = 1, _("Low")
    NORMAL = 2, _("Normal")
    HIGH = 3, _("High")
    URGENT = 4, _("Urgent")


class Audience(models.TextChoices):
    """Who finds a saved view in their column."""

    PERSON = "person", _("Only me")
    TEAM = "team", _("A team")
    EVERYONE = "everyone", _("Everyone")


class OrderLinkHow(models.TextChoices):
    """Why a conversation is about an order."""

    FOUND = "found", _("Named in the message")
    CHOSEN = "chosen", _("Chosen by hand")


class LinkKind(models.TextChoices):
    """What one conversation is to the other it is linked with."""

    RELATED = "related", _("Related to")
    DUPLICATE = "duplicate", _("Duplicate of")
    FOLLOW_UP = "follow_up", _("Follow-up to")


class TagColour(models.TextChoices):
    NONE = "", _("Grey")
    BLUE = "blue", _("Blue")
    GREEN = "green", _("Green")
    AMBER = "amber", _("Amber")
    RED = "red", _("Red")
    VIOLET = "violet", _("Violet")


@dataclass(frozen=True)
class Sight:
    """What somebody had before them as they wrote: the last message, and whether it was closed; None never minds."""

    after: int
    is_closed: bool | None = None


@dataclass(frozen=True)
class IncomingFile:
    """A file that came with a message, bytes already stored under `file_id`."""

    file_id: int
    name: str
    content_type: str
    size: int
    sha256: str
    content_id: str = ""
    inline: bool = False


@dataclass(frozen=True)
class Writing:
    """What a message says, whoever wrote it and however it travels."""

    text: str
    html: str = ""
    visible_text: str = ""
    subject: str = ""
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    reply_to: tuple[str, ...] = ()
    files: tuple[IncomingFile, ...] = ()
    external_id: str = ""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    sent_at: datetime | None = None
    is_automatic: bool = False
    # What is known of who really sent it, see `authentication.py`.
    authentication: Mapping[str, Any] = field(default_factory=dict)
    # The message of the same conversation that this one passes on to somebody else.
    forwards: int | None = None
    # The kind of channel it travels by, where that is not the conversation's own.
    channel: str = ""
    extra: dict[str, object] = field(default_factory=dict)
