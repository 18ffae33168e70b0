"""Handing a message to Telegram, and what its refusals mean for whom."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from rapport.channels.errors import CannotConnect, CannotDeliver
from rapport.channels.kinds.telegram.api import Refusal, bot_of, call
from rapport.channels.piecemeal import hand_over_each
from rapport.channels.types import Address, Outgoing, Part, Receipt, Undelivered
from rapport.kit.http import HttpProblem, NotConnected, Refused

# https://core.telegram.org/bots/api#sendphoto and #sending-files
LONGEST_CAPTION = 1024
LARGEST_PHOTO = 10 * 1024 * 1024
LARGEST_FILE = 50 * 1024 * 1024
_PHOTOS = ("image/jpeg", "image/png", "image/webp")
# 403 and 400 whose words say that this person cannot be reached; the words are all that Telegram gives.
_GONE = (
    "blocked by the user",
    "user is deactivated",
    "chat not found",
    "can't initiate conversation",
    "PEER_ID_INVALID",
)


@dataclass(frozen=True)
class _Piece:
    """One call: Telegram carries one file a message, and a caption of a thousand characters."""

    text: str
    part: Part | None = None


def send(message: Outgoing, settings: Mapping[str, Any]) -> Receipt:
    """Raises CannotDeliver."""
    if not message.to:
        raise CannotDeliver(_("There is nobody to send this to."), permanent=True)
    chat = message.to[0].address
    answered = _number_in(message.in_reply_to, chat)

    def hand_over(place: int, piece: _Piece) -> int:
        with said_in_our_words(chat):
            return _hand_over(piece, chat, None if place else answered, settings)

    numbers = hand_over_each(
        _pieces(message), hand_over, called=lambda piece: piece.part.name if piece.part else _("The text")
    )
    return Receipt(external_id=f"telegram:{bot_of(settings)}:{chat}:{'+'.join(map(str, numbers))}")


def change(person: Address, provider_id: str, text: str, settings: Mapping[str, Any]) -> None:
    """Raises CannotDeliver."""
    given: dict[str, Any] = {"chat_id": person.address, "message_id": _numbers(provider_id)[0]}
    with said_in_our_words(person.address):
        try:
            call(settings, "editMessageText", **given, text=text)
        except Refusal as refusal:
            if "not modified" in refusal.said:
                return
            if "no text in the message" not in refusal.said:
                raise
            call(settings, "editMessageCaption", **given, caption=text)


def take_back(person: Address, provider_id: str, settings: Mapping[str, Any]) -> None:
    """Raises CannotDeliver."""
    for number in _numbers(provider_id):
        with said_in_our_words(person.address):
            try:
                call(settings, "deleteMessage", chat_id=person.address, message_id=number)
            except Refusal as refusal:
                if "message to delete not found" not in refusal.said:
                    raise


def show_typing(person: Address, settings: Mapping[str, Any]) -> None:
    """Telegram shows it for five seconds, or until the next message. Raises CannotConnect."""
    try:
        call(settings, "sendChatAction", seconds=5, chat_id=person.address, action="typing")
    except (Refusal, HttpProblem) as error:
        raise CannotConnect(str(error)) from error


@contextmanager
def said_in_our_words(chat: str) -> Iterator[None]:
    """Whose turn it is when Telegram says no."""
    try:
        yield
    except Refusal as refusal:
        raise _explained(refusal, chat) from refusal
    except (NotConnected, Refused) as error:
        raise CannotDeliver(str(error), permanent=False) from error
    except HttpProblem as error:
        # The Bot API has no word by which it would recognise the second try.
        raise CannotDeliver(
            _("The connection to Telegram broke, and the message may have arrived. Ask before you send it again."),
            permanent=True,
            in_doubt=True,
        ) from error


def _explained(refusal: Refusal, chat: str) -> CannotDeliver:
    said = refusal.said
    if refusal.code == 429:
        reason = _("Telegram wants fewer messages: again in %(seconds)d seconds.") % {"seconds": refusal.retry_after}
        return CannotDeliver(reason, permanent=False, too_many=True)
    if refusal.code in (401, 404):
        reason = _(
            "Telegram does not know this bot any more. An administrator enters a new token in Settings, Channels."
        )
        return CannotDeliver(reason, permanent=False)
    if any(words in said for words in _GONE):
        gone = Undelivered(chat, "", said, is_final=True)
        reason = _("This person blocked the bot or deleted their account. Write to them another way.")
        return CannotDeliver(reason, permanent=True, undelivered=(gone,))
    if refusal.code == 413 or "too big" in said or "Too Large" in said:
        reason = _("Telegram takes files up to 50 MB. Send a link instead.")
        return CannotDeliver(reason, permanent=True)
    if refusal.code >= 500:
        return CannotDeliver(_("Telegram is out of order: %(said)s") % {"said": said}, permanent=False)
    return CannotDeliver(_("Telegram did not take it: %(said)s") % {"said": said}, permanent=True)


def _pieces(message: Outgoing) -> list[_Piece]:
    text, parts = message.text.strip(), list(message.parts)
    for part in parts:
        if len(part.body) > LARGEST_FILE:
            reason = _("%(name)s is larger than the 50 MB that Telegram takes. Send a link instead.")
            raise CannotDeliver(reason % {"name": part.name}, permanent=True)
    if not parts or len(text) > LONGEST_CAPTION:
        return [_Piece(text), *(_Piece("", part) for part in parts)]
    return [_Piece(text, parts[0]), *(_Piece("", part) for part in parts[1:])]


def _hand_over(piece: _Piece, chat: str, answered: int | None, settings: Mapping[str, Any]) -> int:
    """Answers with the number of the message in its chat."""
    given: dict[str, Any] = {"chat_id": chat}
    if answered is not None:
        given["reply_parameters"] = {"message_id": answered, "allow_sending_without_reply": True}
    if piece.part is None:
        return int(call(settings, "sendMessage", **given, text=piece.text)["message_id"])
    if piece.text:
        given["caption"] = piece.text
    file = (piece.part.name, piece.part.body, piece.part.content_type)
    if piece.part.content_type in _PHOTOS and len(piece.part.body) <= LARGEST_PHOTO:
        try:
            return int(call(settings, "sendPhoto", seconds=120, files={"photo": file}, **given)["message_id"])
        except Refusal as refusal:
            # Too wide, too tall, or no picture that it can read: as a file it goes all the same.
            if refusal.code != 400 or not any(word in refusal.said for word in ("PHOTO", "IMAGE", "photo")):
                raise
    return int(call(settings, "sendDocument", seconds=120, files={"document": file}, **given)["message_id"])


def _numbers(provider_id: str) -> list[int]:
    try:
        return [int(number) for number in provider_id.rpartition(":")[2].split("+")]
    except ValueError as error:
        raise CannotDeliver(_("This message is not on Telegram."), permanent=True) from error


def _number_in(name: str, chat: str) -> int | None:
    """The number of the message that is answered, if it is one of this chat."""
    kind, _bot, named, number = [*name.split(":"), "", "", "", ""][:4]
    first = number.partition("+")[0]
    return int(first) if kind == "telegram" and named == chat and first.isdigit() else None
