"""Messages and events of an Official Account.

https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Receiving_standard_messages.html
https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Receiving_event_pushes.html
"""

from collections.abc import Mapping
from datetime import UTC, datetime

from django.utils.translation import gettext as _

from rapport.channels.errors import CannotRead
from rapport.channels.parcels import Fetched, unpack
from rapport.channels.tencent import fields
from rapport.channels.types import Address, Event, Happened, MessageReceived, Part

_FILES = {
    "image": ("image", "jpg"),
    "voice": ("voice", "amr"),
    "video": ("video", "mp4"),
    "shortvideo": ("video", "mp4"),
}


def read(body: bytes, menu_keys: str = "") -> list[Event]:
    """`menu_keys` are the buttons with which a conversation begins. Raises CannotRead."""
    push, files = unpack(body)
    told = fields(push)
    try:
        if told.get("MsgType") == "event":
            return _event(told, menu_keys.split())
        return [_message(told, files)]
    except (KeyError, ValueError, OverflowError) as error:
        reason = f"{type(error).__name__}: {error}"
        raise CannotRead(
            _("Something is missing in this message of WeChat's: %(error)s") % {"error": reason}
        ) from error


def wanted(told: Mapping[str, str]) -> tuple[str, str, str]:
    """The id of the file of a message, a name for it and what it is; "" for none."""
    what, suffix = _FILES.get(told.get("MsgType", ""), ("", ""))
    if not what or not told.get("MediaId"):
        return "", "", ""
    return told["MediaId"], f"{what}-{told.get('MsgId', '')}.{suffix}", what


def _message(told: Mapping[str, str], files: Mapping[str, Fetched]) -> MessageReceived:
    text, found = _said(told), tuple[Part, ...]()
    file = files.get(told.get("MediaId", ""))
    if file is not None and file.problem:
        missing = _("The file %(name)s is missing: %(problem)s") % {"name": file.name, "problem": file.problem}
        text = f"{text}\n{missing}".strip()
    elif file is not None:
        found = (Part(file.name, file.content_type, file.body),)
    return MessageReceived(
        external_id=f"wechat:{told['ToUserName']}:{told['MsgId']}",
        author=_author(told),
        text=text,
        visible_text=text,
        parts=found,
        sent_at=_at(told),
    )


def _said(told: Mapping[str, str]) -> str:
    match told["MsgType"]:
        case "text":
            return told["Content"]
        case "voice":
            heard = told.get("Recognition", "")
            return _("In words, as WeChat understood it: %(words)s") % {"words": heard} if heard else ""
        case "image" | "video" | "shortvideo":
            return ""
        case "location":
            where = f"{float(told['Location_X']):.6f}, {float(told['Location_Y']):.6f}"
            shown = f"{told['Label']} ({where})" if told.get("Label") else where
            latitude, longitude = where.split(", ")
            map_page = "https://www.openstreetmap.org/"
            link = f"{map_page}?mlat={latitude}&mlon={longitude}#map=16/{latitude}/{longitude}"
            return _("Location: %(where)s\n%(link)s") % {"where": shown, "link": link}
        case "link":
            return "\n".join(part for part in (told.get("Title"), told.get("Description"), told["Url"]) if part)
    return _("Something that Rapport cannot show (%(kind)s): open it in WeChat.") % {"kind": told["MsgType"]}


def _event(told: Mapping[str, str], menu_keys: list[str]) -> list[Event]:
    name, key = told["Event"].upper(), told.get("EventKey", "")
    match name:
        case "SUBSCRIBE":
            code = key.removeprefix("qrscene_")
            said = _("Followed the account by the code “%(code)s”.") if code else _("Followed the account.")
            return [_happened(told, "contact.subscribed", said % {"code": code} if code else said)]
        case "SCAN":
            return [_happened(told, "code.scanned", _("Scanned the code “%(code)s”.") % {"code": key})]
        case "UNSUBSCRIBE":
            return [_happened(told, "contact.blocked_us", _("Unfollowed the account: nothing can be sent any more."))]
        case "CLICK":
            said = _("Pressed the menu button “%(key)s”.") % {"key": key}
            return [_happened(told, "menu.pressed", said, begins=key in menu_keys)]
    return []


def _happened(told: Mapping[str, str], what: str, said: str, *, begins: bool = False) -> Happened:
    return Happened(
        # Events have no number of their own; WeChat says to take whom they are from and when.
        external_id=f"wechat:{told['ToUserName']}:{told['FromUserName']}:{told['CreateTime']}:{told['Event'].lower()}",
        author=_author(told),
        exchange="",
        what=what,
        said=said,
        subject=said,
        begins=begins,
        at=_at(told),
        detail={"key": told.get("EventKey", "")},
    )


def _author(told: Mapping[str, str]) -> Address:
    # Names are told to no account any more since the end of 2021.
    return Address("", told["FromUserName"])


def _at(told: Mapping[str, str]) -> datetime:
    return datetime.fromtimestamp(int(told["CreateTime"]), UTC)
