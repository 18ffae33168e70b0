"""Messages and events of a customer service account. https://developer.work.weixin.qq.com/document/path/94670"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rapport.channels.errors import CannotRead
from rapport.channels.parcels import Fetched, unpack
from rapport.channels.types import Address, Bounced, Event, Happened, MessageDeleted, MessageReceived, Part

_Dict = Mapping[str, Any]
# The numbers that we give to the parts of one message: its name, which part, of how many.
_OURS = re.compile(r"([0-9a-f]{24})-\d+-(\d+)")
_FAILURES: dict[int, str | Promise] = {
    1: gettext_lazy("The customer service account was deleted."),
    2: gettext_lazy("The application is switched off at WeCom."),
    4: gettext_lazy("More than 48 hours passed since they wrote."),
    5: gettext_lazy("The session was ended at WeCom."),
    6: gettext_lazy("WeCom allows five answers to each message of theirs."),
    8: gettext_lazy("The company is not verified at WeCom."),
    10: gettext_lazy("This person does not want messages of this account."),
    11: gettext_lazy("Nobody of the company has signed in to the WeCom app."),
    12: gettext_lazy("WeCom does not allow messages of this type."),
    13: gettext_lazy("WeCom refused it for reasons of safety."),
}


def read(body: bytes) -> list[Event]:
    """One message out of `kf/sync_msg`, with its file. Raises CannotRead."""
    push, files = unpack(body)
    try:
        told = json.loads(push)
        if not isinstance(told, dict):
            raise CannotRead(_("This is no message of WeCom's."))
        return _read(told, files)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError) as error:
        reason = f"{type(error).__name__}: {error}"
        raise CannotRead(_("Something is missing in this message of WeCom's: %(error)s") % {"error": reason}) from error


def named(account: str, number: str) -> str:
    """What a message is called here. All parts of one that we sent go by the name of the first."""
    ours = _OURS.fullmatch(number)
    return f"wecom:{account}:{ours[1]}-0-{ours[2]}" if ours else f"wecom:{account}:{number}"


def _read(told: _Dict, files: Mapping[str, Fetched]) -> list[Event]:
    if told["msgtype"] == "event":
        return _event(told)
    name, author = named(told["open_kfid"], told["msgid"]), Address("", str(told["external_userid"]))
    text, parts = _said(told, files)
    match told["origin"]:
        case 3:
            return [
                MessageReceived(
                    external_id=name, author=author, text=text, visible_text=text, parts=parts, sent_at=_at(told)
                )
            ]
        case 5:
            said = _("%(name)s answered in WeCom: %(text)s") % {"name": told.get("servicer_userid", ""), "text": text}
            return [Happened(name, author, "", "answered.elsewhere", said, at=_at(told), parts=parts)]
    return []


def _event(told: _Dict) -> list[Event]:
    event = told["event"]
    account = str(event.get("open_kfid") or told.get("open_kfid") or "")
    author = Address("", str(event.get("external_userid") or told.get("external_userid") or ""))
    name = f"wecom:{account}:{told['msgid']}"
    match event["event_type"]:
        case "enter_session":
            scene = str(event.get("scene_param") or event.get("scene") or "")
            said = _("Opened the chat from “%(scene)s”.") % {"scene": scene} if scene else _("Opened the chat.")
            detail = {"scene": event.get("scene", ""), "scene_param": event.get("scene_param", "")}
            return [Happened(name, author, "", "chat.started", said, at=_at(told), detail=detail)]
        case "msg_send_fail":
            reason = str(_FAILURES.get(event.get("fail_type", 0), _("WeCom does not say why.")))
            about = named(account, str(event["fail_msgid"]))
            said = _("It did not arrive. %(reason)s") % {"reason": reason}
            return [Bounced(name, about=about, recipient=author.address, permanent=True, reason=said)]
        case "user_recall_msg":
            return [MessageDeleted(name, about=named(account, str(event["recall_msgid"])), at=_at(told))]
        case "reject_customer_msg_switch_change" if event.get("reject_switch"):
            said = _("Does not want messages of this account any more.")
            return [Happened(name, author, "", "contact.blocked_us", said, at=_at(told))]
    return []


def _said(told: _Dict, files: Mapping[str, Fetched]) -> tuple[str, tuple[Part, ...]]:
    kind = told["msgtype"]
    content = told.get(kind) or {}
    match kind:
        case "text":
            return str(content["content"]), ()
        case "image" | "voice" | "video" | "file":
            return _file(files.get(str(content.get("media_id"))))
        case "location":
            where = f"{float(content['latitude']):.6f}, {float(content['longitude']):.6f}"
            called = ", ".join(str(content[part]) for part in ("name", "address") if content.get(part))
            latitude, longitude = where.split(", ")
            link = f"https://www.openstreetmap.org/?mlat={latitude}&mlon={longitude}#map=16/{latitude}/{longitude}"
            shown = f"{called} ({where})" if called else where
            return _("Location: %(where)s\n%(link)s") % {"where": shown, "link": link}, ()
        case "link":
            return "\n".join(str(content[part]) for part in ("title", "desc", "url") if content.get(part)), ()
        case "business_card":
            return _("Contact: %(name)s") % {"name": content.get("userid", "")}, ()
        case "miniprogram" | "channels":
            called = content.get("title") or content.get("nickname") or ""
            return _("Shared from WeChat: %(title)s") % {"title": called}, ()
    return _("Something that Rapport cannot show (%(kind)s): open it in WeCom.") % {"kind": kind}, ()


def _file(file: Fetched | None) -> tuple[str, tuple[Part, ...]]:
    if file is None:
        return "", ()
    if file.problem:
        return _("The file %(name)s is missing: %(problem)s") % {"name": file.name, "problem": file.problem}, ()
    return "", (Part(file.name, file.content_type, file.body),)


def _at(told: _Dict) -> datetime:
    return datetime.fromtimestamp(int(told["send_time"]), UTC)
