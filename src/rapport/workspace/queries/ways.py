"""The channels that a composer offers, each with what it can carry and what it begins with."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from rapport.channels.actions.ways import Way, ways_to
from rapport.channels.models import Channel
from rapport.conversations.models import Conversation
from rapport.kit import clock
from rapport.team.models import Agent
from rapport.workspace import uploads
from rapport.workspace.queries.channels import face_of
from rapport.workspace.signatures import filled

# What stands for a channel where a sender is named.
_PREFIX = "channel:"


@dataclass(frozen=True)
class Choice:
    """One of them, as JSON holds it. `sender` names it in a form; empty where no channel is connected."""

    sender: str
    kind: str
    label: str
    icon: str
    name: str = ""
    address: str = ""
    is_usual: bool = False
    rich: bool = False
    subject: bool = False
    copies: bool = False
    attachments: bool = True
    max_length: int | None = None
    limit: int = uploads.LIMIT
    signature: str = ""
    # Until when free text is taken, in words; whether that is over, and where templates are chosen.
    session: str = ""
    is_over: bool = False
    templates: str = ""


def choices(conversation: Conversation, usual: Channel | None, *, by: Agent, own: str) -> list[Choice]:
    """The usual way first, also where its channel is paused, gone or was never connected."""
    found = ways_to(conversation, usual=usual)
    made = [_choice(way, conversation, own, by) for way in found]
    if made and (made[0].is_usual or usual is None):
        return made
    face = face_of(usual.kind if usual else conversation.channel)
    return [_bare(face.kind, sender_of(usual) if usual else ""), *made]


def sender_of(channel: Channel) -> str:
    return f"{_PREFIX}{channel.pk}"


def channel_by(sender: str) -> Channel | None:
    """The channel that a form names as its sender; None for an address, and for one that is gone."""
    number = sender.removeprefix(_PREFIX)
    if not sender.startswith(_PREFIX) or not number.isdecimal() or len(number) > 18:
        return None
    return Channel.objects.select_related("inbox").filter(pk=int(number)).first()


def names_channel(sender: str) -> bool:
    return sender.startswith(_PREFIX)


def _choice(way: Way, conversation: Conversation, own: str, by: Agent) -> Choice:
    abilities, channel = way.kind.abilities, way.channel
    templates = reverse("conversation_templates", args=[conversation.pk]) if abilities.templates else ""
    return Choice(
        sender=sender_of(channel),
        kind=way.kind.name,
        label=str(way.kind.label),
        icon=way.kind.icon,
        name=channel.name,
        address=way.address,
        is_usual=way.is_usual,
        rich=abilities.rich_text,
        subject=abilities.subject,
        copies=abilities.copies,
        attachments=abilities.attachments,
        max_length=abilities.max_length,
        limit=min(uploads.LIMIT, abilities.max_attachment_bytes or uploads.LIMIT),
        # The usual one's stands with its addresses.
        signature=_signature(way, own, by) if abilities.rich_text and not way.is_usual else "",
        session=_session(way),
        is_over=way.is_over,
        templates=f"{templates}?sender={sender_of(channel)}" if templates else "",
    )


def _signature(way: Way, own: str, by: Agent) -> str:
    return filled(own or way.channel.inbox.signature, agent=by, inbox=way.channel.inbox)


def _bare(kind: str, sender: str) -> Choice:
    face = face_of(kind)
    can = face.abilities
    return Choice(
        sender=sender, kind=kind, label=face.label, icon=face.icon, is_usual=True, rich=can.rich_text,
        subject=can.subject, copies=can.copies, attachments=can.attachments or can.rich_text,
        max_length=can.max_length, limit=min(uploads.LIMIT, can.max_attachment_bytes or uploads.LIMIT),
    )  # fmt: skip


def _session(way: Way) -> str:
    if way.session_ends is None:
        return ""
    if not way.is_over:
        return _("Free text until %(moment)s.") % {"moment": _near(way.session_ends)}
    said = {"name": way.kind.label, "hours": way.kind.abilities.session_hours}
    if way.kind.abilities.templates:
        return _("%(hours)d hours have passed since the customer last wrote by %(name)s. Choose a template.") % said
    return (
        _(
            "%(hours)d hours have passed since the customer last wrote by %(name)s, which takes answers no longer than "
            "that. Choose another way, or wait until they write."
        )
        % said
    )


def _near(at: datetime) -> str:
    """14:05, 14:05 tomorrow, or a day and a time, in the reader's own time."""
    local, today = timezone.localtime(at), timezone.localtime(clock.now()).date()
    shown = date_format(local, "TIME_FORMAT")
    days = (local.date() - today).days
    if days == 0:
        return shown
    if days == 1:
        return _("%(time)s tomorrow") % {"time": shown}
    return date_format(local, "SHORT_DATETIME_FORMAT")
