"""Whether what is to be said fits the channel it is to be said by, and what of it would be lost there."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Q
from django.utils.translation import gettext as _

from rapport.channels.errors import CannotWrite
from rapport.channels.seam import Kind
from rapport.channels.types import Chosen, IdentityOf
from rapport.conversations.models import Conversation, Message
from rapport.conversations.types import Direction, IncomingFile
from rapport.kit import clock

MAX_RECIPIENTS = 100
_FORMATTING = re.compile(r"<(b|strong|i|em|u|s|h[1-6]|ul|ol|blockquote|pre|code|table)\b", re.IGNORECASE)
_LINK = re.compile(r"<a\s[^>]*href=", re.IGNORECASE)
_PICTURE = re.compile(r"<img\b", re.IGNORECASE)


def refuse_unfit(
    kind: Kind, text: str, files: Sequence[IncomingFile], recipients: Sequence[str], copies: Sequence[str]
) -> None:
    """Raises CannotWrite, in words for the agent."""
    abilities = kind.abilities
    if not abilities.writes:
        raise CannotWrite(_("Nothing can be written by this channel. Ring them, or write to them another way."))
    if not text.strip() and not files:
        raise CannotWrite(_("Write something first."))
    if abilities.max_length is not None and len(text) > abilities.max_length:
        excess = len(text) - abilities.max_length
        raise CannotWrite(_("This is %(count)d characters too long for this channel. Shorten it.") % {"count": excess})
    refuse_files(kind, files)
    if copies and not abilities.copies:
        raise CannotWrite(_("This channel has no Cc. Remove it."))
    if not recipients:
        raise CannotWrite(_("There is no address to answer to. Fill in To."))
    if len(recipients) > 1 and not abilities.copies:
        raise CannotWrite(_("This channel reaches one person at a time."))
    if len(recipients) + len(copies) > MAX_RECIPIENTS:
        raise CannotWrite(_("These are more than %(limit)d recipients.") % {"limit": MAX_RECIPIENTS})
    if kind.identity == IdentityOf.EMAIL:
        refuse_bad_addresses([*recipients, *copies])


def refuse_files(kind: Kind, files: Sequence[IncomingFile]) -> None:
    """Raises CannotWrite, in words for the agent."""
    abilities = kind.abilities
    if files and not abilities.attachments:
        raise CannotWrite(_("This channel cannot carry files. Remove them or send a link."))
    if abilities.max_attachments is not None and len(files) > abilities.max_attachments:
        limit = abilities.max_attachments
        raise CannotWrite(_("This channel carries at most %(limit)d files at once. Remove some.") % {"limit": limit})
    refused = next((file for file in files if not _is_carried(kind, file.content_type)), None)
    if refused is not None:
        raise CannotWrite(_("This channel cannot carry “%(name)s”. Send a link instead.") % {"name": refused.name})
    size = sum(file.size for file in files)
    if abilities.max_attachment_bytes is not None and size > abilities.max_attachment_bytes:
        limit = abilities.max_attachment_bytes // 1024 // 1024
        raise CannotWrite(_("The files are larger than %(limit)d MB together. Remove some.") % {"limit": limit})


def _is_carried(kind: Kind, content_type: str) -> bool:
    wanted = kind.abilities.content_types
    return not wanted or content_type.lower().startswith(wanted)


def refuse_bad_addresses(addresses: Sequence[str]) -> None:
    """Raises CannotWrite, naming the first that is no address."""
    for address in addresses:
        try:
            validate_email(address)
        except ValidationError as error:
            raise CannotWrite(_("“%(address)s” is not an email address.") % {"address": address}) from error


def last_heard(kind: Kind, conversation: Conversation) -> datetime | None:
    """When its customer last wrote by this kind of channel, in whichever conversation."""
    theirs = Message.objects.filter(customer=conversation.customer_id, direction=Direction.IN)
    by_kind = theirs.filter(Q(channel=kind.name) | Q(channel="", conversation__channel=kind.name))
    found: datetime | None = by_kind.order_by("-id").values_list("created_at", flat=True).first()
    return found


def session_ends(kind: Kind, conversation: Conversation) -> datetime | None:
    """Until when the provider takes free text; None where it always does. In the past when it is over."""
    hours = kind.abilities.session_hours
    if hours is None:
        return None
    heard = last_heard(kind, conversation)
    return heard + timedelta(hours=hours) if heard else clock.now() - timedelta(seconds=1)


def refuse_outside_session(kind: Kind, conversation: Conversation, template: Chosen | None) -> None:
    """Raises CannotWrite when the provider would refuse free text by now."""
    if template is not None:
        if not kind.abilities.templates:
            raise CannotWrite(_("This channel has no templates."))
        return
    ends = session_ends(kind, conversation)
    if ends is None or ends > clock.now():
        return
    hours = kind.abilities.session_hours
    said = {"name": kind.label, "hours": hours}
    if kind.abilities.templates:
        raise CannotWrite(
            _("%(name)s takes free text only within %(hours)d hours of the customer’s last message. Choose a template.")
            % said
        )
    raise CannotWrite(
        _(
            "%(name)s takes answers only within %(hours)d hours of the customer’s last message. "
            "Use another channel, or wait until they write."
        )
        % said
    )


def losses(kind: Kind, *, html: str, text: str, files: Sequence[IncomingFile], copies: int = 0) -> list[str]:
    """What would not reach the customer by this kind of channel, each as a short phrase."""
    abilities, lost = kind.abilities, []
    if not abilities.rich_text and _FORMATTING.search(html):
        lost.append(_("formatting"))
    if not abilities.rich_text and _LINK.search(html):
        lost.append(_("links behind words (the address is written out)"))
    if not abilities.rich_text and _PICTURE.search(html):
        lost.append(_("pictures in the text"))
    if copies and not abilities.copies:
        lost.append(_("copies to others"))
    carried = [file for file in files if abilities.attachments and _is_carried(kind, file.content_type)]
    if len(carried) < len(files):
        lost.append(_("files"))
    if abilities.max_length is not None and len(text) > abilities.max_length:
        lost.append(_("whatever comes after %(count)d characters") % {"count": abilities.max_length})
    return lost
