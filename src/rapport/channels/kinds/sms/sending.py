"""Handing a text message to Twilio's Messages resource (twilio.com/docs/messaging/api/message-resource)."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from rapport.channels.errors import CannotDeliver
from rapport.channels.kinds.sms import counting, media, refusing
from rapport.channels.kinds.sms.reading import own_id
from rapport.channels.twilio import TwilioProblem, twilio_of
from rapport.channels.types import Outgoing, Receipt

MAX_TEXT = 1600


def send(message: Outgoing, settings: Mapping[str, Any]) -> Receipt:
    """Raises CannotDeliver."""
    address = recipient_of(message)
    is_linked = settings.get("file_way") == "link"
    links = media.links_of(list(message.parts)) if message.parts and not is_linked else []
    text = worded(message) if is_linked else message.text.strip()
    refuse_unfit(text, has_files=bool(links))
    fields = [("To", address)]
    if settings.get("messaging_service_sid"):
        fields.append(("MessagingServiceSid", str(settings["messaging_service_sid"])))
    else:
        fields.append(("From", str(settings.get("address") or "")))
    fields += [("Body", text)] if text else []
    fields += [("MediaUrl", link) for link in links]
    if settings.get("push_url"):
        fields.append(("StatusCallback", str(settings["push_url"])))
    try:
        told = twilio_of(settings).post("Messages.json", fields)
    except TwilioProblem as error:
        raise refusing.cannot_deliver(error, address) from error
    sid = str(told.get("sid") or "")
    if not sid:
        nameless = TwilioProblem(_("It answered without an id for the message."), in_doubt=True)
        raise refusing.cannot_deliver(nameless, address)
    return Receipt(own_id(sid), {"parts": counting.count(text).parts})


def recipient_of(message: Outgoing) -> str:
    """Raises CannotDeliver for nobody, and for a name that no answer can be sent to."""
    if not message.to:
        raise CannotDeliver(_("There is nobody to send this to."), permanent=True)
    address = message.to[0].address
    if not address.lstrip("+").isdigit():
        raise CannotDeliver(
            _("“%(name)s” is a sender's name and no number: it cannot be answered.") % {"name": address},
            permanent=True,
        )
    return address


def worded(message: Outgoing) -> str:
    """The text, and the address of each file below it."""
    for part in message.parts:
        media.refuse_unlinked(part)
    return "\n".join([*filter(None, [message.text.strip()]), *(part.address for part in message.parts)])


def refuse_unfit(text: str, *, has_files: bool = False) -> None:
    if not text and not has_files:
        raise CannotDeliver(_("There is nothing in it."), permanent=True)
    if len(text) > MAX_TEXT:
        raise CannotDeliver(
            _("A text message holds %(limit)d characters at most. Make it shorter.") % {"limit": MAX_TEXT},
            permanent=True,
        )
