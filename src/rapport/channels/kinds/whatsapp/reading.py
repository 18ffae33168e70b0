"""From a push of the Cloud API to events. Pure: a push is read the same way years later.

Fields and shapes are those of the pages "messages webhook reference" and those below it, and "Business-scoped user
IDs", as they were in November 2026 (developers.facebook.com/documentation/business-messaging/whatsapp).
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _

from rapport.channels.errors import CannotRead
from rapport.channels.graph import as_dict, dicts_in, push_in, words_in
from rapport.channels.kinds.whatsapp import refusing, saying
from rapport.channels.kinds.whatsapp.naming import address_of, own_id
from rapport.channels.parcels import Fetched, unpack
from rapport.channels.types import (
    Address,
    Bounced,
    Event,
    Happened,
    KnownAs,
    MessageDeleted,
    MessageEdited,
    MessageReceived,
    Part,
    Reacted,
    Reported,
    Undelivered,
)

OBJECT = "whatsapp_business_account"
# "played" is a voice message that was listened to, which is how those are read.
_STATES = {"sent": "sent", "delivered": "delivered", "read": "read", "played": "read"}


@dataclass(frozen=True)
class _Writer:
    """Whoever a message is from, as one push tells of them."""

    name: str
    address: str
    known_as: tuple[KnownAs, ...]

    @property
    def person(self) -> Address:
        return Address(self.name, self.address)


def parcels(body: bytes) -> list[bytes]:
    """A push with several messages and reports as one for each; as it came where there is one, or nothing of ours."""
    try:
        push = push_in(body, (OBJECT,))
    except CannotRead:
        return [body]
    singles = [
        {"object": OBJECT, "entry": [{**entry, "changes": [{**change, "value": {**rest, name: [item]}}]}]}
        for entry, change, value in _values(push)
        for name in ("messages", "statuses", "message_echoes")
        for item in dicts_in(value.get(name))
        for rest in [_without_lists(value)]
    ]
    return [body] if len(singles) <= 1 else [json.dumps(single, ensure_ascii=False).encode() for single in singles]


def read(body: bytes, *, phone_number_id: str = "") -> list[Event]:
    """Everything in a push, bare or packed with its files. With the number's id, that of other numbers is refused."""
    bare, files = unpack(body)
    events: list[Event] = []
    for _entry, _change, value in _values(push_in(bare, (OBJECT,))):
        events += _read_value(value, files, phone_number_id)
    return events


def _values(push: Mapping[str, Any]) -> Iterator[tuple[dict[str, Any], dict[str, Any], dict[str, Any]]]:
    for entry in dicts_in(push["entry"]):
        for change in dicts_in(entry.get("changes")):
            yield entry, change, as_dict(change.get("value"))


def _without_lists(value: Mapping[str, Any]) -> dict[str, Any]:
    return {name: each for name, each in value.items() if name not in ("messages", "statuses", "message_echoes")}


def _read_value(value: Mapping[str, Any], files: Mapping[str, Fetched], phone_number_id: str) -> list[Event]:
    metadata = as_dict(value.get("metadata"))
    their_id = words_in(metadata.get("phone_number_id"))
    if phone_number_id and their_id and their_id != phone_number_id:
        if not value.get("messages"):
            return []
        number = words_in(metadata.get("display_phone_number")) or their_id
        raise CannotRead(
            _("This is for %(number)s, another number of the same app. Connect that as a channel of its own.")
            % {"number": number}
        )
    contacts = dicts_in(value.get("contacts"))
    received = [_read_message(message, contacts, files) for message in dicts_in(value.get("messages"))]
    echoes = [_read_echo(echo) for echo in dicts_in(value.get("message_echoes"))]
    statuses = [_read_status(status) for status in dicts_in(value.get("statuses"))]
    return [event for event in (*received, *echoes, *statuses) if event is not None]


def _read_message(message: Mapping[str, Any], contacts: list[dict[str, Any]], files: Mapping[str, Fetched]) -> Event:
    wamid, kind = words_in(message.get("id")), words_in(message.get("type"))
    writer = _writer(message, contacts)
    if not wamid or not writer.address:
        raise CannotRead(_("A message in it has no id, or nobody sent it."))
    if message.get("group_id"):
        raise CannotRead(_("It was written in a group. Only chats with one person are taken."))
    told, at, name = as_dict(message.get(kind)), _moment(message), own_id(wamid)
    original = own_id(words_in(told.get("original_message_id")))
    match kind:
        case "reaction":
            about = own_id(words_in(told.get("message_id")))
            return Reacted(name, about, writer.person, words_in(told.get("emoji")), at)
        case "edit":
            return MessageEdited(name, original, saying.text_of(as_dict(told.get("message"))), at)
        case "revoke":
            return MessageDeleted(name, original, at)
        case "system":
            return _read_change_of_number(name, writer, told, at)
    parts, troubles = _parts(message, kind, files)
    text = saying.joined(saying.text_of(message), saying.hints(message), *troubles)
    return MessageReceived(
        external_id=name,
        author=writer.person,
        text=text,
        visible_text=text,
        parts=tuple(parts),
        in_reply_to=own_id(words_in(as_dict(message.get("context")).get("id"))),
        sent_at=at,
        known_as=writer.known_as,
    )


def _writer(message: Mapping[str, Any], contacts: list[dict[str, Any]]) -> _Writer:
    phone, user_id = words_in(message.get("from")), words_in(message.get("from_user_id"))
    found = next(
        (
            contact
            for contact in contacts
            if (phone and contact.get("wa_id") == phone) or (user_id and contact.get("user_id") == user_id)
        ),
        contacts[0] if len(contacts) == 1 else {},
    )
    phone = words_in(found.get("wa_id")) or phone
    user_id = user_id or words_in(found.get("user_id"))
    profile = as_dict(found.get("profile"))
    known = [KnownAs("phone", address_of(phone, ""), is_proven=True)] if phone else []
    if user_id:
        known.append(KnownAs("handle", own_id(user_id), is_proven=True))
    name = words_in(profile.get("name")) or words_in(profile.get("username"))
    return _Writer(name, address_of(phone, user_id), tuple(known))


def _read_change_of_number(name: str, writer: _Writer, told: Mapping[str, Any], at: datetime | None) -> Event:
    new = address_of(words_in(told.get("wa_id")) or words_in(told.get("new_wa_id")), "")
    known = (*writer.known_as, *([KnownAs("phone", new, is_proven=True)] if new else []))
    said = words_in(told.get("body")) or _("WhatsApp knows them by another id now.")
    return Happened(name, writer.person, "", "whatsapp.number_changed", said, at=at, known_as=known)


def _read_echo(echo: Mapping[str, Any]) -> Event | None:
    """What a colleague wrote in the WhatsApp Business app, on a number that is used in both places."""
    kind = words_in(echo.get("type"))
    address = address_of(words_in(echo.get("to")), words_in(echo.get("to_user_id")))
    if kind in ("edit", "revoke") or not address:
        return None
    said = _("Written in the WhatsApp Business app: %(text)s") % {"text": saying.text_of(echo) or kind}
    name = own_id(words_in(echo.get("id")))
    return Happened(name, Address("", address), "", "message.sent_elsewhere", said, at=_moment(echo))


def _read_status(status: Mapping[str, Any]) -> Event | None:
    wamid, state = words_in(status.get("id")), words_in(status.get("status"))
    # A message of ours may be several of WhatsApp's: the later ones carry the id of the first.
    about = own_id(words_in(status.get("biz_opaque_callback_data")) or wamid)
    recipient = address_of(words_in(status.get("recipient_id")), words_in(status.get("recipient_user_id")))
    name, at = f"{own_id(wamid)}:{state}", _moment(status)
    if not wamid:
        return None
    if state == "failed":
        verdict = refusing.verdict_on_report(dicts_in(status.get("errors")))
        failure = Undelivered(recipient, str(verdict.code), verdict.reason, is_final=True)
        return Bounced(name, about, recipient, permanent=True, reason=verdict.reason, failures=(failure,))
    return Reported(name, about, recipient, _STATES[state], at=at) if state in _STATES else None


def _parts(message: Mapping[str, Any], kind: str, files: Mapping[str, Fetched]) -> tuple[list[Part], list[str]]:
    """The file of a message, and why it is not here where it is not."""
    media = media_in(message)
    if media is None:
        return [], []
    key = words_in(media.get("id"))
    name = saying.file_name(kind, media)
    fetched = files.get(key)
    problem = fetched.problem if fetched else _("it has not been fetched")
    if fetched is None or problem:
        return [], [_("[The file %(name)s is missing: %(problem)s]") % {"name": name, "problem": problem}]
    return [Part(name, fetched.content_type, fetched.body)], []


def media_in(message: Mapping[str, Any]) -> dict[str, Any] | None:
    kind = words_in(message.get("type"))
    media = as_dict(message.get(kind))
    return media if kind in saying.FILES and media.get("id") else None


def media_of(push: Mapping[str, Any]) -> list[tuple[dict[str, Any], datetime | None]]:
    """Every file that a push names, and when it was sent."""
    return [
        (media, _moment(message))
        for _entry, _change, value in _values(push)
        for message in dicts_in(value.get("messages"))
        if (media := media_in(message)) is not None
    ]


def _moment(told: Mapping[str, Any]) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(words_in(told.get("timestamp"))), UTC)
    except (ValueError, OverflowError, OSError):
        return None
