"""What a message of Telegram's says: its words, its files, and in words what is neither."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from rapport.channels.parcels import Fetched
from rapport.channels.types import Part

_Dict = Mapping[str, Any]
_START = re.compile(r"/start(?:@\w+)?(?:\s+(\S.*))?\s*", re.DOTALL)
# What Telegram tells in a chat, and nobody said.
_SILENT = frozenset(
    (
        *("pinned_message", "message_auto_delete_timer_changed", "connected_website", "write_access_allowed"),
        *("users_shared", "chat_shared", "boost_added", "chat_background_set", "proximity_alert_triggered"),
        *("giveaway_created", "giveaway_completed", "forum_topic_created", "new_chat_title", "new_chat_photo"),
    )
)
_SPOKEN = frozenset(("text", "caption"))
_SUFFIXES = {"video/webm": "webm", "image/webp": "webp", "image/jpeg": "jpg", "audio/ogg": "ogg", "video/mp4": "mp4"}


@dataclass(frozen=True)
class Wanted:
    """A file that a message names, to be asked for by its id."""

    key: str
    name: str
    content_type: str
    size: int


def start_in(message: _Dict) -> str | None:
    """What came with /start, mostly nothing; None when this is no /start."""
    matched = _START.fullmatch(str(message.get("text", "")))
    return (matched[1] or "").strip() if matched else None


def is_silent(message: _Dict) -> bool:
    return not _SPOKEN & message.keys() and bool(_SILENT & message.keys())


def wanted(message: _Dict) -> Wanted | None:
    """The file of a message; there is one at most."""
    for name in ("document", "video", "audio", "voice", "video_note", "sticker"):
        if name in message:
            return _wanted(message[name], name, _content_type(message[name], name))
    if message.get("photo"):
        # The same picture in several sizes.
        largest = max(message["photo"], key=lambda size: size.get("width", 0) * size.get("height", 0))
        return _wanted(largest, "photo", "image/jpeg")
    return None


def said(message: _Dict, files: Mapping[str, Fetched]) -> tuple[str, tuple[Part, ...]]:
    lines = [_forwarded(message), _with_links(message), *(tell(message) for tell in _TELLERS)]
    found = wanted(message)
    parts: tuple[Part, ...] = ()
    if found is not None:
        parts, missing = _file(found, files)
        lines.append(missing)
    text = "\n".join(line for line in lines if line)
    if not text and not parts and found is None:
        text = _("Something that Rapport cannot show: open it in Telegram.")
    return text, parts


def _file(found: Wanted, files: Mapping[str, Fetched]) -> tuple[tuple[Part, ...], str]:
    file = files.get(found.key)
    if file is None:
        return (), ""
    if file.problem:
        return (), _("The file %(name)s is missing: %(problem)s") % {"name": found.name, "problem": file.problem}
    return (Part(found.name, found.content_type, file.body),), ""


def _wanted(file: _Dict, what: str, content_type: str) -> Wanted | None:
    # Animated stickers are drawings for Telegram's own programs; their emoji says what they mean.
    if file.get("is_animated"):
        return None
    unique = str(file.get("file_unique_id") or file["file_id"])
    suffix = _SUFFIXES.get(content_type, "bin")
    name = str(file.get("file_name") or f"{what.replace('_', '-')}-{unique}.{suffix}")
    return Wanted(str(file["file_id"]), name, content_type, int(file.get("file_size") or 0))


def _content_type(file: _Dict, what: str) -> str:
    if what == "sticker":
        return "video/webm" if file.get("is_video") else "image/webp"
    usual = {"voice": "audio/ogg", "video": "video/mp4", "video_note": "video/mp4", "audio": "audio/mpeg"}
    return str(file.get("mime_type") or usual.get(what, "application/octet-stream"))


def _forwarded(message: _Dict) -> str:
    origin = message.get("forward_origin")
    if not origin:
        return ""
    sender = origin.get("sender_user") or {}
    chat = origin.get("chat") or origin.get("sender_chat") or {}
    name = origin.get("sender_user_name") or sender.get("first_name") or chat.get("title") or _("somebody")
    return str(_("Forwarded from %(name)s:") % {"name": name})


def _with_links(message: _Dict) -> str:
    """The words; what hides an address behind a word shows it."""
    kind = "text" if "text" in message else "caption"
    entities = message.get("entities" if kind == "text" else "caption_entities") or ()
    # Telegram counts in UTF-16, in which an emoji is two.
    text = str(message.get(kind, "")).encode("utf-16-le")
    links = [each for each in entities if each["type"] == "text_link"]
    for each in sorted(links, key=lambda entity: entity["offset"], reverse=True):
        end = 2 * (each["offset"] + each["length"])
        shown = text[2 * each["offset"] : end].decode("utf-16-le", "replace")
        if shown.strip() != each["url"]:
            text = text[:end] + f" ({each['url']})".encode("utf-16-le") + text[end:]
    return text.decode("utf-16-le", "replace")


def _place(message: _Dict) -> str:
    place = message.get("venue") or {}
    location = place.get("location") or message.get("location")
    if not location:
        return ""
    where = f"{location['latitude']:.6f}, {location['longitude']:.6f}"
    named = ", ".join(str(place[part]) for part in ("title", "address") if place.get(part))
    link = (
        f"https://www.openstreetmap.org/?mlat={location['latitude']:.6f}&mlon={location['longitude']:.6f}"
        f"#map=16/{location['latitude']:.6f}/{location['longitude']:.6f}"
    )
    return _("Location: %(where)s\n%(link)s") % {"where": f"{named} ({where})" if named else where, "link": link}


def _contact(message: _Dict) -> str:
    contact = message.get("contact")
    if not contact:
        return ""
    name = " ".join(str(contact[part]) for part in ("first_name", "last_name") if contact.get(part))
    return _("Contact: %(name)s, %(number)s") % {"name": name, "number": contact["phone_number"]}


def _sticker(message: _Dict) -> str:
    return str((message.get("sticker") or {}).get("emoji") or "")


def _dice(message: _Dict) -> str:
    dice = message.get("dice")
    return f"{dice['emoji']} {dice['value']}" if dice else ""


def _poll(message: _Dict) -> str:
    poll = message.get("poll")
    if not poll:
        return ""
    return "\n".join([str(poll["question"]), *(f"• {option['text']}" for option in poll["options"])])


_TELLERS: tuple[Callable[[_Dict], str], ...] = (_place, _contact, _sticker, _dice, _poll)
