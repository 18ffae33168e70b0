"""From Twilio's pushes about text messages to events. Pure: a push is read the same way years later.

Fields are those of "Twilio's request to your incoming message Webhook URL" and "Track the message status of outbound
messages" (twilio.com/docs/messaging/guides, API version 2010-04-01, November 2026).
"""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from rapport.channels.errors import CannotRead
from rapport.channels.kinds.sms import keywords, refusing
from rapport.channels.parcels import Fetched, unpack
from rapport.channels.twilio import form_in
from rapport.channels.types import (
    Address,
    Bounced,
    Event,
    Happened,
    MessageReceived,
    OptedOut,
    Part,
    Reported,
    Undelivered,
)

_STATES = {
    **dict.fromkeys(("accepted", "scheduled", "queued", "sending"), "queued"),
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
}
_FAILED = ("failed", "undelivered", "canceled")
_MOST_MEDIA = 10
_SUFFIXES = {
    "image/jpeg": "jpg", "image/png": "png", "image/gif": "gif", "image/webp": "webp", "image/heic": "heic",
    "video/mp4": "mp4", "video/3gpp": "3gp", "video/quicktime": "mov", "audio/mpeg": "mp3", "audio/amr": "amr",
    "audio/mp4": "m4a", "audio/ogg": "ogg", "text/vcard": "vcf", "text/x-vcard": "vcf", "text/calendar": "ics",
    "text/plain": "txt", "application/pdf": "pdf",
}  # fmt: skip


def own_id(sid: str) -> str:
    """What we call a message of Twilio's; its ids are unique in the world."""
    return f"twilio:{sid}"


def read(body: bytes) -> list[Event]:
    """What a push says, bare or packed with its files. Raises CannotRead."""
    bare, files = unpack(body)
    told = form_in(bare, "MessageSid")
    if ":" in told.get("From", "") + told.get("To", ""):
        raise CannotRead(_("This is no text message but another channel of Twilio's. Connect that as one of its own."))
    if told.get("MessageStatus", "received") != "received":
        return _read_status(told)
    return _read_message(told, files)


def media_of(told: Mapping[str, str]) -> list[tuple[str, str]]:
    """The address and content type of every file that came with it."""
    count = told.get("NumMedia", "0")
    many = min(int(count), _MOST_MEDIA) if count.isdigit() else 0
    named = ((told.get(f"MediaUrl{place}", ""), told.get(f"MediaContentType{place}", "")) for place in range(many))
    return [(url, kind or "application/octet-stream") for url, kind in named if url]


def opting(address: str, text: str, external_id: str, said: str = "") -> list[Event]:
    """What STOP and START come to: nothing is sent any more, and a line says so in the conversation if there is one."""
    meaning = keywords.meaning_of(text, said)
    if not meaning:
        return []
    is_out = meaning == keywords.STOP
    change = OptedOut(external_id=external_id, address=address, is_out=is_out)
    if not keywords.is_nothing_else(text):
        return [change]
    words = (
        _("They answered “%(word)s”: no text message is sent to them any more, until they text START.")
        if is_out
        else _("They answered “%(word)s”: text messages may be sent to them again.")
    )
    what = "sms.opted_out" if is_out else "sms.opted_in"
    line = words % {"word": text.strip()[:40]}
    return [change, Happened(external_id, Address("", address), "", what, line)]


def _read_message(told: Mapping[str, str], files: Mapping[str, Fetched]) -> list[Event]:
    author, name = told.get("From", "").strip(), own_id(told["MessageSid"])
    if not author:
        raise CannotRead(_("A message in it has no id, or nobody sent it."))
    text = told.get("Body", "")
    found = opting(author, text, name, told.get("OptOutType", ""))
    if len(found) > 1:
        return found
    parts, troubles = _parts(told, files)
    text = "\n".join(each for each in (text.strip(), *troubles) if each)
    message = MessageReceived(
        external_id=name,
        author=Address("", author),
        to=(Address("", told.get("To", "")),),
        text=text,
        visible_text=text,
        parts=tuple(parts),
        profile={"location": where} if (where := _location(told)) else {},
    )
    return [*found, message]


def _parts(told: Mapping[str, str], files: Mapping[str, Fetched]) -> tuple[list[Part], list[str]]:
    """Its files, and why those that are not here are not."""
    parts, troubles = [], []
    for number, (url, content_type) in enumerate(media_of(told), start=1):
        kind = content_type.partition(";")[0].strip().lower()
        name = f"{kind.partition('/')[0]}-{number}.{_SUFFIXES.get(kind, 'bin')}"
        fetched = files.get(url)
        problem = fetched.problem if fetched else _("it has not been fetched")
        if fetched is None or problem:
            troubles.append(_("[The file %(name)s is missing: %(problem)s]") % {"name": name, "problem": problem})
        else:
            parts.append(Part(name, kind, fetched.body))
    return parts, troubles


def _location(told: Mapping[str, str]) -> str:
    """Where the number was issued, which is often where its owner lives."""
    named = (told.get("FromCity", "").title(), told.get("FromState", ""), told.get("FromCountry", ""))
    return ", ".join(each for each in named if each)


def _read_status(told: Mapping[str, str]) -> list[Event]:
    sid, state, recipient = told["MessageSid"], told["MessageStatus"], told.get("To", "")
    name, about = f"{own_id(sid)}:{state}", own_id(sid)
    if state in _FAILED:
        code = told.get("ErrorCode", "")
        verdict = refusing.verdict_on(int(code) if code.isdigit() else 0, told.get("ErrorMessage", ""))
        failure = Undelivered(recipient, code, verdict.reason, is_final=True)
        return [Bounced(name, about, recipient, permanent=True, reason=verdict.reason, failures=(failure,))]
    if state not in _STATES:
        return []
    # RawDlrDoneDate is the carrier's moment in a time zone that nobody names: when it came here is nearer to the truth.
    return [Reported(name, about, recipient, _STATES[state])]
