"""Handing a message to LINE, and what its refusals mean for whom.

https://developers.line.biz/en/reference/messaging-api/#send-push-message and its error responses; repeating a request:
https://developers.line.biz/en/docs/messaging-api/retrying-api-request/
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.utils.translation import gettext as _

from rapport.channels.errors import CannotConnect, CannotDeliver
from rapport.channels.kinds.line.api import Refusal, call
from rapport.channels.kinds.line.media import read_token
from rapport.channels.kinds.line.reading import name_of
from rapport.channels.types import Address, Outgoing, Part, Receipt, Undelivered
from rapport.kit.http import HttpProblem, NotConnected, Refused

LONGEST = 5000
MOST_MESSAGES = 5
# A picture shows where it is small enough to be its own preview; everything else goes as a link.
LARGEST_PICTURE = 1024 * 1024
_PICTURES = ("image/jpeg", "image/png")
_LOADING_SECONDS = 10


def send(message: Outgoing, settings: Mapping[str, Any]) -> Receipt:
    """Raises CannotDeliver."""
    if not message.to:
        raise CannotDeliver(_("There is nobody to send this to."), permanent=True)
    person = message.to[0].address
    told = [{"type": "text", "text": message.text}] if message.text.strip() else []
    told += [_linked(part) for part in message.parts]
    with said_in_our_words(person):
        try:
            asked = {"to": person, "messages": told[:MOST_MESSAGES]}
            answer = call(settings, "POST", "/v2/bot/message/push", asked, once=message.once)
        except Refusal as refusal:
            if not refusal.was_taken:
                raise
            # The try before had arrived after all.
            return Receipt(external_id=f"line:once:{message.once}")
    numbers = [str(each["id"]) for each in answer.get("sentMessages") or () if each.get("id")]
    return Receipt(external_id=name_of(numbers[0]) if numbers else f"line:once:{message.once}")


def show_typing(person: Address, settings: Mapping[str, Any]) -> None:
    """The loading animation; it ends with the next message. Raises CannotConnect."""
    asked = {"chatId": person.address, "loadingSeconds": _LOADING_SECONDS}
    try:
        call(settings, "POST", "/v2/bot/chat/loading/start", asked, seconds=5)
    except (Refusal, HttpProblem) as error:
        raise CannotConnect(str(error)) from error


def show_read(external_id: str, settings: Mapping[str, Any]) -> None:
    """Raises CannotConnect. Nothing where LINE gave no word for it."""
    token = read_token(external_id)
    if not token:
        return
    try:
        call(settings, "POST", "/v2/bot/chat/markAsRead", {"markAsReadToken": token}, seconds=5)
    except (Refusal, HttpProblem) as error:
        raise CannotConnect(str(error)) from error


@contextmanager
def said_in_our_words(person: str) -> Iterator[None]:
    """Whose turn it is when LINE says no."""
    try:
        yield
    except Refusal as refusal:
        raise explained(refusal, person) from refusal
    except (NotConnected, Refused) as error:
        raise CannotDeliver(str(error), permanent=False) from error
    except HttpProblem as error:
        # It has a name, so that a second try cannot show it twice.
        raise CannotDeliver(str(error), permanent=False, in_doubt=True) from error


def explained(refusal: Refusal, person: str) -> CannotDeliver:
    status, said = refusal.status, refusal.said
    if status == 429 and "monthly limit" in said.lower():
        reason = _("The messages of this month are used up. Wait for the next, or an administrator changes the plan.")
        return CannotDeliver(reason, permanent=True)
    if status == 429:
        return CannotDeliver(_("LINE wants fewer messages: %(said)s") % {"said": said}, permanent=False, too_many=True)
    if status == 401:
        reason = _("LINE does not take the access token. An administrator issues a new one and enters it in Settings.")
        return CannotDeliver(reason, permanent=False)
    if status == 403:
        reason = _("This account may not do that at LINE. An administrator looks at its plan there: %(said)s")
        return CannotDeliver(reason % {"said": said}, permanent=False)
    if status == 400 and ("Failed to send messages" in said or "'to'" in said):
        gone = Undelivered(person, "", said, is_final=True)
        reason = _("LINE does not reach this person: they blocked the account, or it is not a friend of theirs.")
        return CannotDeliver(reason, permanent=True, undelivered=(gone,))
    if status >= 500:
        return CannotDeliver(_("LINE is out of order: %(said)s") % {"said": said}, permanent=False)
    return CannotDeliver(_("LINE did not take it: %(said)s") % {"said": said}, permanent=True)


def _linked(part: Part) -> dict[str, str]:
    if not part.address.startswith("https://"):
        reason = _("LINE fetches files from this server, which has no address that begins with https://. Send a link.")
        raise CannotDeliver(reason, permanent=True)
    if part.content_type in _PICTURES and len(part.body) <= LARGEST_PICTURE:
        return {"type": "image", "originalContentUrl": part.address, "previewImageUrl": part.address}
    return {"type": "text", "text": f"{part.name}\n{part.address}"}
