"""Events of the Messaging API. https://developers.line.biz/en/reference/messaging-api/#webhook-event-objects"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _

from rapport.channels.errors import CannotRead
from rapport.channels.kinds.line.pushing import push_in
from rapport.channels.parcels import Fetched, unpack
from rapport.channels.types import Address, Event, Happened, MessageDeleted, MessageReceived, Part

_Dict = Mapping[str, Any]
FILES = {
    "image": ("image/jpeg", "jpg"),
    "video": ("video/mp4", "mp4"),
    "audio": ("audio/mp4", "m4a"),
    "file": ("application/octet-stream", "bin"),
}


def read(body: bytes) -> list[Event]:
    """Raises CannotRead."""
    push, files = unpack(body)
    told = push_in(push)
    try:
        return [event for each in told["events"] for event in _read(each, files)]
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        reason = f"{type(error).__name__}: {error}"
        raise CannotRead(_("Something is missing in this event of LINE's: %(error)s") % {"error": reason}) from error


def name_of(message_id: Any) -> str:
    return f"line:{message_id}"


def _read(event: _Dict, files: Mapping[str, Fetched]) -> list[Event]:
    source = event.get("source") or {}
    if source.get("type") != "user" or not source.get("userId"):
        # Groups and rooms; or somebody who has not agreed to be told apart.
        return []
    author = Address("", str(source["userId"]))
    match event["type"]:
        case "message":
            return [_message(event, author, files)]
        case "unsend":
            about = name_of(event["unsend"]["messageId"])
            return [MessageDeleted(_own_name(event), about=about, at=_at(event))]
        case "follow":
            is_back = bool((event.get("follow") or {}).get("isUnblocked"))
            said = _("Unblocked the account.") if is_back else _("Added the account as a friend.")
            return [_happened(event, author, "contact.unblocked_us" if is_back else "contact.subscribed", said)]
        case "unfollow":
            said = _("Blocked the account: nothing can be sent any more.")
            return [_happened(event, author, "contact.blocked_us", said)]
        case "postback":
            said = _("Pressed a button: %(data)s") % {"data": event["postback"]["data"]}
            return [_happened(event, author, "menu.pressed", said, detail={"data": event["postback"]["data"]})]
    return []


def _message(event: _Dict, author: Address, files: Mapping[str, Fetched]) -> MessageReceived:
    message = event["message"]
    text, parts = _said(message, files)
    quoted = message.get("quotedMessageId")
    return MessageReceived(
        external_id=name_of(message["id"]),
        author=author,
        text=text,
        visible_text=text,
        parts=parts,
        in_reply_to=name_of(quoted) if quoted else "",
        sent_at=_at(event),
    )


def _said(message: _Dict, files: Mapping[str, Fetched]) -> tuple[str, tuple[Part, ...]]:
    match message["type"]:
        case "text":
            return str(message["text"]), ()
        case "image" | "video" | "audio" | "file":
            return _file(files.get(str(message["id"])))
        case "sticker":
            words = message.get("text") or ", ".join(str(each) for each in (message.get("keywords") or ())[:3])
            return _("Sticker: %(words)s") % {"words": words} if words else _("A sticker"), ()
        case "location":
            where = f"{float(message['latitude']):.6f}, {float(message['longitude']):.6f}"
            called = ", ".join(str(message[part]) for part in ("title", "address") if message.get(part))
            latitude, longitude = where.split(", ")
            link = f"https://www.openstreetmap.org/?mlat={latitude}&mlon={longitude}#map=16/{latitude}/{longitude}"
            shown = f"{called} ({where})" if called else where
            return _("Location: %(where)s\n%(link)s") % {"where": shown, "link": link}, ()
    return _("Something that Rapport cannot show (%(kind)s): open it in LINE.") % {"kind": message["type"]}, ()


def _file(file: Fetched | None) -> tuple[str, tuple[Part, ...]]:
    if file is None:
        return "", ()
    if file.problem:
        return _("The file %(name)s is missing: %(problem)s") % {"name": file.name, "problem": file.problem}, ()
    return "", (Part(file.name, file.content_type, file.body),)


def _happened(
    event: _Dict, author: Address, what: str, said: str, *, detail: Mapping[str, Any] | None = None
) -> Happened:
    return Happened(_own_name(event), author, "", what, said, at=_at(event), detail=detail or {})


def _own_name(event: _Dict) -> str:
    """The same for an event that is delivered again."""
    return f"line:event:{event['webhookEventId']}"


def _at(event: _Dict) -> datetime:
    return datetime.fromtimestamp(int(event["timestamp"]) / 1000, UTC)
