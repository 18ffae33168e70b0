"""Updates of the Bot API to events. https://core.telegram.org/bots/api#update"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _

from rapport.channels.errors import CannotRead
from rapport.channels.kinds.telegram import contents
from rapport.channels.parcels import Fetched, unpack
from rapport.channels.types import (
    Address,
    Event,
    Happened,
    KnownAs,
    MessageEdited,
    MessageReceived,
    Reacted,
)

_Dict = Mapping[str, Any]


def update_in(push: bytes) -> dict[str, Any]:
    """The update that was pushed or fetched. Raises CannotRead."""
    try:
        update = json.loads(push)
        if isinstance(update, dict) and isinstance(update.get("update_id"), int):
            return update
    except (ValueError, RecursionError) as error:
        raise CannotRead(_("This is no update of Telegram's: %(error)s") % {"error": error}) from error
    raise CannotRead(_("This is no update of Telegram's: it has no number."))


def read(body: bytes, bot: str = "") -> list[Event]:
    """`bot` is the number of the bot that was told, for what does not say so itself. Raises CannotRead."""
    push, files = unpack(body)
    update = update_in(push)
    bot = str(update.get("bot") or bot)
    try:
        return _read(update, bot, files)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        reason = f"{type(error).__name__}: {error}"
        raise CannotRead(
            _("Something is missing in this update of Telegram's: %(error)s") % {"error": reason}
        ) from error


def _read(update: _Dict, bot: str, files: Mapping[str, Fetched]) -> list[Event]:
    match update:
        case {"message": {"chat": {"type": "private"}} as message}:
            return _message(message, bot, files)
        case {"edited_message": {"chat": {"type": "private"}} as message}:
            return _edit(message, bot)
        case {"message_reaction": {"chat": {"type": "private"}} as reaction}:
            return _reaction(reaction, update["update_id"], bot)
        case {"my_chat_member": {"chat": {"type": "private"}} as change}:
            return _membership(change, update["update_id"], bot)
    return []


def _message(message: _Dict, bot: str, files: Mapping[str, Fetched]) -> list[Event]:
    author = _author(message["from"])
    own = _name(bot, message)
    began = contents.start_in(message)
    if began is not None:
        return [_start(began, message, author, own)]
    if contents.is_silent(message):
        return []
    text, parts = contents.said(message, files)
    answered = message.get("reply_to_message")
    return [
        MessageReceived(
            external_id=own,
            author=author,
            text=text,
            visible_text=text,
            parts=parts,
            in_reply_to=_name(bot, answered) if answered else "",
            sent_at=_at(message["date"]),
            known_as=_phone(message),
            profile=_profile(message["from"]),
        )
    ]


def _start(payload: str, message: _Dict, author: Address, own: str) -> Happened:
    """Pressing Start is no question; a link of the company's own that brought them says where they come from."""
    said = _("Opened the chat by the link “%(payload)s”.") % {"payload": payload} if payload else _("Opened the chat.")
    return Happened(
        external_id=own,
        author=author,
        exchange="",
        what="chat.started",
        said=said,
        subject=said,
        begins=bool(payload),
        at=_at(message["date"]),
        detail={"payload": payload},
        profile=_profile(message["from"]),
    )


def _edit(message: _Dict, bot: str) -> list[Event]:
    # A location that is shared live is "edited" every few seconds.
    if "location" in message:
        return []
    text, _parts = contents.said(message, {})
    name, at = _name(bot, message), int(message.get("edit_date") or message["date"])
    return [MessageEdited(external_id=f"{name}:{at}", about=name, text=text, at=_at(at))]


def _reaction(reaction: _Dict, number: int, bot: str) -> list[Event]:
    emoji = next((each["emoji"] for each in reaction["new_reaction"] if each["type"] == "emoji"), "")
    if reaction["new_reaction"] and not emoji:
        # One of Telegram's own pictures, of which the Bot API tells no more than a number.
        emoji = "⭐"
    return [
        Reacted(
            external_id=f"telegram:{bot}:update:{number}",
            about=_name(bot, reaction),
            author=_author(reaction["user"]),
            emoji=emoji,
            at=_at(reaction["date"]),
        )
    ]


def _membership(change: _Dict, number: int, bot: str) -> list[Event]:
    is_blocked = change["new_chat_member"]["status"] == "kicked"
    said = (
        _("Blocked this bot: nothing can be sent any more.") if is_blocked else _("Takes messages of this bot again.")
    )
    return [
        Happened(
            external_id=f"telegram:{bot}:update:{number}",
            author=_author(change["from"]),
            exchange="",
            what="contact.blocked_us" if is_blocked else "contact.unblocked_us",
            said=said,
            at=_at(change["date"]),
        )
    ]


def _name(bot: str, message: _Dict) -> str:
    """Message numbers count within one chat of one bot."""
    return f"telegram:{bot}:{message['chat']['id']}:{message['message_id']}"


def _author(person: _Dict) -> Address:
    name = " ".join(str(person[part]) for part in ("first_name", "last_name") if person.get(part))
    return Address(name or str(person.get("username") or ""), str(int(person["id"])))


def _profile(person: _Dict) -> dict[str, str]:
    language = str(person.get("language_code") or "")
    return {"language": language} if language else {}


def _phone(message: _Dict) -> tuple[KnownAs, ...]:
    """Their own number, which Telegram vouches for; another's tells nothing of who writes."""
    contact = message.get("contact") or {}
    number = str(contact.get("phone_number") or "")
    if not number or contact.get("user_id") != message["from"]["id"]:
        return ()
    return (KnownAs("phone", f"+{number.lstrip('+')}", is_proven=True),)


def _at(seconds: Any) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)
