"""What a received mail brings besides its text: files as cards, invitations, signatures, pictures that wait."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django import template
from django.template import Context
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from rapport.backbone import files
from rapport.channels.invitations import LARGEST, Invitation, read_invitation
from rapport.conversations.models import Attachment, Message, PicturesWanted
from rapport.workspace.letters import waits_for_pictures

register = template.Library()

_SIGNED = frozenset("application/pkcs7-signature application/x-pkcs7-signature application/pgp-signature".split())
_ENDINGS_SHOWN = 5


@register.simple_tag(takes_context=True)
def pictures_state(context: Context, message: Message) -> str:
    """none, waiting until this agent asks for them, or shown because they always want them from this sender."""
    if not waits_for_pictures(message):
        return "none"
    request: Any = context["request"]
    if not hasattr(request, "pictures_wanted"):
        # One question a page, however many letters are on it.
        found = PicturesWanted.objects.filter(agent=request.user)
        request.pictures_wanted = set(found.values_list("address", flat=True)[:5000])
    return "shown" if message.author_address.strip().lower() in request.pictures_wanted else "waiting"


@register.filter
def sealed(message: Message) -> str:
    """How it is wrapped: signed, encrypted, opaque (signed so that it cannot be read here), or nothing."""
    types = [file.content_type for file in message.attachments.all()]
    if any(kind.endswith("smime-type=signed-data") for kind in types):
        return "opaque"
    wrapped = any("pkcs7-mime" in kind or kind == "application/pgp-encrypted" for kind in types)
    if wrapped or message.text.lstrip().startswith("-----BEGIN PGP MESSAGE-----"):
        return "encrypted"
    is_signed = any(kind in _SIGNED for kind in types) or "-----BEGIN PGP SIGNED MESSAGE-----" in message.text[:2000]
    return "signed" if is_signed else ""


@register.filter
def invitations(attached: Sequence[Attachment]) -> list[Invitation]:
    """The events that came with a message, each once: many programs send the same one twice."""
    found: list[Invitation] = []
    for file in attached:
        if file.content_type not in ("text/calendar", "application/ics") or file.size > LARGEST:
            continue
        try:
            event = read_invitation(files.read(file.file).decode("utf-8", "replace"))
        except (files.Missing, ValueError):
            continue
        if event is not None and event not in found:
            found.append(event)
    return found[:3]


@register.filter
def event_time(event: Invitation) -> str:
    """When it is, in the reader's own zone: a day, days, or a day with two times."""
    start, end = _local(event.start), _local(event.end)
    if start is None:
        return ""
    first = date_format(start, "DATE_FORMAT")
    if not isinstance(start, datetime):
        return first if end is None or end == start else f"{first} – {date_format(end, 'DATE_FORMAT')}"
    said = f"{first}, {date_format(start, 'TIME_FORMAT')}"
    if not isinstance(end, datetime):
        return said
    if end.date() == start.date():
        return f"{said} – {date_format(end, 'TIME_FORMAT')}"
    return f"{said} – {date_format(end, 'DATE_FORMAT')}, {date_format(end, 'TIME_FORMAT')}"


def _local(moment: datetime | date | None) -> datetime | date | None:
    if not isinstance(moment, datetime) or timezone.is_naive(moment):
        return moment
    try:
        return timezone.localtime(moment)
    except (OverflowError, ValueError):
        return moment + timedelta(0)


@register.filter
def file_kind(file: Attachment) -> str:
    """Its kind in a word or by its ending: PDF, ZIP, Mail."""
    kind = file.content_type.partition(";")[0]
    known = {
        "message/rfc822": _("Mail"),
        "text/calendar": _("Invitation"),
        "application/pkcs7-signature": _("Signature"),
        "application/x-pkcs7-signature": _("Signature"),
        "application/pgp-signature": _("Signature"),
    }
    ending = file.name.rpartition(".")[2]
    short = ending.upper() if ending != file.name and ending.isalnum() and len(ending) <= _ENDINGS_SHOWN else ""
    return known.get(kind) or short or _("File")
