"""From a push of the Messenger Platform to events. Pure: a push is read the same way years later.

Fields and shapes are those of "Webhook Events Reference" and the pages below it, and of "Webhooks for Instagram
Messaging", as they were in November 2026 (developers.facebook.com/documentation/business-messaging).
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _

from rapport.channels.errors import CannotRead
from rapport.channels.graph import as_dict, dicts_in, push_in, words_in
from rapport.channels.kinds.facebook import saying
from rapport.channels.kinds.facebook.naming import INSTAGRAM, METADATA, address_of, prefix_of
from rapport.channels.parcels import Fetched, unpack
from rapport.channels.types import (
    Address,
    Event,
    Happened,
    MessageDeleted,
    MessageEdited,
    MessageReceived,
    Part,
    Reacted,
    Reported,
)

OBJECTS = ("page", "instagram")
# "standby" is what arrives while another app, such as the Page's own inbox, holds the conversation.
_LISTS = ("messaging", "standby")


@dataclass(frozen=True)
class _Told:
    """One event of a push: whose it is, when it was, and what the channel knows besides."""

    prefix: str
    event: Mapping[str, Any]
    files: Mapping[str, Fetched]
    app_id: str
    # The Page, or its Instagram account.
    ours: str

    @property
    def person(self) -> Address:
        return Address("", address_of(self.prefix, words_in(as_dict(self.event.get("sender")).get("id"))))

    @property
    def at(self) -> datetime | None:
        return _moment(self.event.get("timestamp"))

    def name_of(self, mid: object) -> str:
        return f"{self.prefix}{mid}" if isinstance(mid, str) and mid else ""

    def named(self, *parts: str) -> str:
        """A name for what Meta gives none."""
        return ":".join([f"{self.prefix}{parts[0]}", *parts[1:], words_in(self.event.get("timestamp"))])


def parcels(body: bytes) -> list[bytes]:
    """A push with several events as one for each; as it came where there is one."""
    try:
        push = push_in(body, OBJECTS)
    except CannotRead:
        return [body]
    singles = [
        {"object": push["object"], "entry": [{**_without_lists(entry), name: [item]}]}
        for entry in dicts_in(push["entry"])
        for name in _LISTS
        for item in dicts_in(entry.get(name))
    ]
    return [body] if len(singles) <= 1 else [json.dumps(single, ensure_ascii=False).encode() for single in singles]


def read(body: bytes, transport: Mapping[str, str] | None = None) -> list[Event]:
    """Everything in a push, bare or packed with its files. `transport` names our Page, Instagram account and app."""
    known = transport or {}
    bare, files = unpack(body)
    push = push_in(bare, OBJECTS)
    prefix = prefix_of(str(push["object"]))
    events: list[Event] = []
    for entry, event in _events(push):
        _refuse_others(entry, event, prefix, known)
        read_one = _read_one(_Told(prefix, event, files, known.get("app_id", ""), words_in(entry.get("id"))))
        events += [read_one] if read_one is not None else []
    return events


def _events(push: Mapping[str, Any]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    for entry in dicts_in(push["entry"]):
        for name in _LISTS:
            for event in dicts_in(entry.get(name)):
                yield entry, event


def _without_lists(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in entry.items() if name not in _LISTS}


def _refuse_others(entry: Mapping[str, Any], event: Mapping[str, Any], prefix: str, known: Mapping[str, str]) -> None:
    ours = known.get("instagram_id" if prefix == INSTAGRAM else "page_id", "")
    theirs = words_in(entry.get("id"))
    if ours and theirs and theirs != ours and "message" in event:
        raise CannotRead(
            _("This is for %(page)s, another Page of the same app. Connect that with an app of its own.")
            % {"page": theirs}
        )


def _read_one(told: _Told) -> Event | None:
    readers: dict[str, Callable[[_Told, dict[str, Any]], Event | None]] = {
        "message": _read_message,
        "message_edit": _read_edit,
        "postback": _read_postback,
        "reaction": _read_reaction,
        "read": _read_read,
        "delivery": _read_delivery,
        "referral": _read_referral,
    }
    for name, reader in readers.items():
        if isinstance(told.event.get(name), dict):
            if not told.person.address:
                raise CannotRead(_("Nobody sent it."))
            if name != "message" and told.person.address == address_of(told.prefix, told.ours):
                return None
            return reader(told, as_dict(told.event[name]))
    return None


def _read_message(told: _Told, message: dict[str, Any]) -> Event | None:
    name = told.name_of(message.get("mid"))
    if not name:
        raise CannotRead(_("A message in it has no id."))
    if message.get("is_echo"):
        return _read_echo(told, message, name)
    if message.get("is_deleted"):
        return MessageDeleted(f"{name}:deleted", name, told.at)
    parts, troubles = _parts(message, told.files)
    text = saying.joined(saying.text_of(message), saying.hints(message), *troubles)
    return MessageReceived(
        external_id=name,
        author=told.person,
        text=text,
        visible_text=text,
        parts=tuple(parts),
        in_reply_to=told.name_of(as_dict(message.get("reply_to")).get("mid")),
        sent_at=told.at,
    )


def _read_echo(told: _Told, message: Mapping[str, Any], name: str) -> Event | None:
    """What the Page sent: ours is known already, what a colleague wrote elsewhere is a line."""
    app_id = words_in(message.get("app_id"))
    is_ours = message.get("metadata") == METADATA or (told.app_id and app_id == told.app_id)
    # Instagram does not always say by which app; taking ours for somebody else's would show everything twice.
    if is_ours or (told.prefix == INSTAGRAM and not app_id) or message.get("is_deleted"):
        return None
    address = address_of(told.prefix, words_in(as_dict(told.event.get("recipient")).get("id")))
    said = _("Written elsewhere than here: %(text)s") % {"text": saying.text_of(message) or saying.sorts_of(message)}
    return Happened(name, Address("", address), "", "message.sent_elsewhere", said, at=told.at)


def _read_edit(told: _Told, edit: Mapping[str, Any]) -> Event | None:
    name = told.name_of(edit.get("mid"))
    number = words_in(edit.get("num_edit"))
    return MessageEdited(f"{name}:edit:{number}", name, words_in(edit.get("text")), told.at) if name else None


def _read_postback(told: _Told, postback: Mapping[str, Any]) -> Event:
    """A button of ours that they pressed says what stands on it."""
    text = saying.joined(words_in(postback.get("title")) or words_in(postback.get("payload")), saying.hints(postback))
    name = told.name_of(postback.get("mid")) or told.named("postback", told.person.address)
    return MessageReceived(external_id=name, author=told.person, text=text, visible_text=text, sent_at=told.at)


def _read_reaction(told: _Told, reaction: Mapping[str, Any]) -> Event | None:
    about = told.name_of(reaction.get("mid"))
    taken_back = reaction.get("action") == "unreact"
    emoji = "" if taken_back else saying.emoji_of(reaction)
    name = told.named("reaction", told.person.address, words_in(reaction.get("mid")))
    return Reacted(name, about, told.person, emoji, told.at) if about else None


def _read_read(told: _Told, read_until: Mapping[str, Any]) -> Event | None:
    """Messenger says until when, Instagram which message was seen: what came before it was, too."""
    return _report(told, "read", _moment(read_until.get("watermark")) or told.at)


def _read_delivery(told: _Told, delivery: Mapping[str, Any]) -> Event | None:
    return _report(told, "delivered", _moment(delivery.get("watermark")) or told.at)


def _report(told: _Told, state: str, until: datetime | None) -> Event | None:
    if until is None:
        return None
    who = told.person.address
    name = f"{told.prefix}{state}:{who}:{until.timestamp():.3f}"
    return Reported(name, "", who, state, at=until, up_to=until)


def _read_referral(told: _Told, referral: Mapping[str, Any]) -> Event:
    """They came back by a link or an advertisement, without a word so far."""
    name = told.named("referral", told.person.address)
    said = saying.referred(referral)
    return Happened(name, told.person, "", "conversation.referred", said, at=told.at)


def _parts(message: Mapping[str, Any], files: Mapping[str, Fetched]) -> tuple[list[Part], list[str]]:
    parts, troubles = [], []
    for number, (sort, url) in enumerate(media_in(message), 1):
        fetched = files.get(url)
        problem = fetched.problem if fetched else _("it has not been fetched")
        if fetched is None or problem:
            told = {"sort": sort, "problem": problem}
            troubles.append(_("[A file of the sort “%(sort)s” is missing: %(problem)s]") % told)
        else:
            parts.append(Part(fetched.name or saying.file_name(sort, number, fetched.content_type, url),
                              fetched.content_type, fetched.body))  # fmt: skip
    return parts, troubles


def media_in(message: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The files of a message: what sort, and where they are. A sticker that is told of twice is one."""
    found: dict[str, str] = {}
    for attachment in dicts_in(message.get("attachments")):
        url = words_in(as_dict(attachment.get("payload")).get("url"))
        if attachment.get("type") in saying.FILES and url:
            found.setdefault(url, words_in(attachment.get("type")))
    return [(sort, url) for url, sort in found.items()]


def media_of(push: Mapping[str, Any]) -> list[tuple[str, datetime | None]]:
    """Where every file is that a push names, and when it was sent."""
    return [
        (url, _moment(event.get("timestamp")))
        for _entry, event in _events(push)
        if not as_dict(event.get("message")).get("is_echo")
        for _sort, url in media_in(as_dict(event.get("message")))
    ]


def _moment(milliseconds: object) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(words_in(milliseconds)) / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None
