"""The mail in a push: its own bytes where the provider hands them over, else put together from what it made of it."""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.errors import MessageError
from typing import Any

from anymail.exceptions import AnymailError
from anymail.inbound import AnymailInboundMessage

from rapport.channels.errors import CannotRead
from rapport.channels.kinds.email.webhooks.push import Push
from rapport.channels.kinds.email.webhooks.pushers import PUSHERS, blank


@dataclass(frozen=True)
class Mail:
    """`is_whole` when these are the bytes its author's program sent; `found` what the provider says of who sent it."""

    body: bytes
    recipients: tuple[str, ...] = ()
    is_whole: bool = True
    found: dict[str, str] = field(default_factory=dict)


def push_of(body: bytes, transport: Mapping[str, str]) -> Push:
    return Push(body, {"Content-Type": transport.get("content_type", "")})


def original(body: bytes, transport: Mapping[str, str]) -> bytes:
    """The mail, or what was pushed where it brings none."""
    if not transport.get("provider") or transport.get("form"):
        return body
    try:
        mail = mail_in(push_of(body, transport), transport["provider"])
    except CannotRead:
        return body
    return mail.body if mail is not None else body


def mail_in(push: Push, provider: str) -> Mail | None:
    """None when the push is a report, or only announces a mail. Raises CannotRead."""
    pusher = PUSHERS[provider]
    try:
        if not pusher.is_inbound(push):
            return None
        if provider in _WHOLE:
            found = _WHOLE[provider](push)
            if found is not None or provider in ("amazon_ses", "resend", "mailtrap"):
                return found
        return _rebuilt(push, provider)
    except (AnymailError, MessageError) as error:
        raise CannotRead(str(error)) from error
    except (
        KeyError,
        IndexError,
        TypeError,
        ValueError,
        AttributeError,
        LookupError,
        AssertionError,
        RecursionError,
    ) as error:
        raise CannotRead(f"this is not what {pusher.label} pushes: {type(error).__name__} {error}") from error


def as_bytes(message: AnymailInboundMessage) -> bytes:
    """A message that was put together, with the same boundaries every time: without an id it is known by its bytes."""
    for number, part in enumerate(message.walk()):
        if part.get_content_maintype() == "multipart":
            part.set_boundary(f"=_rapport_{number}")
    return bytes(message.as_bytes(policy=message.policy.clone(refold_source="none", max_line_length=0)))


def _rebuilt(push: Push, provider: str) -> Mail | None:
    view = PUSHERS[provider].inbound
    if view is None:
        return None
    events = blank(view).parse_events(push)
    message = events[0].message if events else None
    if message is None:
        return None
    recipients = _sendgrid_recipients(push) if provider == "sendgrid" else ()
    found = _sendgrid_found(push) if provider == "sendgrid" else {}
    return Mail(as_bytes(message), recipients or _named(message.envelope_recipient), is_whole=False, found=found)


def _mailgun(push: Push) -> Mail | None:
    mime = push.field("body-mime")
    return Mail(mime, _named(push.field("recipient"))) if mime is not None else None


def _sendgrid(push: Push) -> Mail | None:
    mime = push.field("email")
    if mime is None or "headers" in push.fields:
        return None
    return Mail(mime, _sendgrid_recipients(push), found=_sendgrid_found(push))


def _sendgrid_recipients(push: Push) -> tuple[str, ...]:
    envelope = Push(push.field("envelope") or b"{}", {}).json
    return tuple(str(each) for each in envelope.get("to", ()))


def _sendgrid_found(push: Push) -> dict[str, str]:
    """`dkim` reads like {@shop.example : pass, @esp.example : pass}, `SPF` like pass."""
    found: dict[str, str] = {}
    for signer in (push.field("dkim") or b"").decode("utf-8", "replace").strip("{} ").split(","):
        domain, colon, result = signer.partition(" : ")
        if colon and (result.strip() == "pass" or "dkim" not in found):
            found["dkim"] = f"{result.strip()} header.d={domain.strip().lstrip('@')}"
    spf = (push.field("SPF") or b"").decode("utf-8", "replace").strip()
    sender = str(Push(push.field("envelope") or b"{}", {}).json.get("from", ""))
    if spf:
        found["spf"] = f"{spf} smtp.mailfrom={sender}"
    return found


def _mandrill(push: Push) -> Mail:
    told = Push(push.field("mandrill_events") or b"[]", {}).json[0]["msg"]
    return Mail(_text(told["raw_msg"]), _named(told.get("email")))


def _mailersend(push: Push) -> Mail:
    data = push.json["data"]
    recipients = data.get("recipients", {}).get("rcptTo", ())
    return Mail(_text(data["raw"]), tuple(str(each["email"]) for each in recipients))


def _postal(push: Push) -> Mail:
    told = push.json
    mime = base64.b64decode(told["message"]) if told.get("base64") is True else _text(told["message"])
    return Mail(mime, _named(told.get("rcpt_to")))


def _postmark(push: Push) -> Mail | None:
    told = push.json
    return Mail(_text(told["RawEmail"]), _named(told.get("OriginalRecipient"))) if "RawEmail" in told else None


def _sparkpost(push: Push) -> Mail:
    told = push.json[0]["msys"]["relay_message"]
    mime = told["content"]["email_rfc822"]
    whole = base64.b64decode(mime) if told["content"].get("email_rfc822_is_base64") else _text(mime)
    return Mail(whole, _named(told.get("rcpt_to")))


def _amazon(push: Push) -> Mail | None:
    told = notice_in(push)
    if told.get("notificationType") != "Received" or not told.get("content"):
        return None
    receipt = told.get("receipt", {})
    is_base64 = receipt.get("action", {}).get("encoding") == "BASE64"
    mime = base64.b64decode(told["content"]) if is_base64 else _text(told["content"])
    return Mail(mime, tuple(map(str, receipt.get("recipients", ()))), found=amazon_found(told))


def notice_in(push: Push) -> dict[str, Any]:
    """What Amazon's notification service carries; empty when it is only about itself."""
    if push.json.get("Type") != "Notification":
        return {}
    told = Push(_text(push.json.get("Message", "")), {})
    try:
        return dict(told.json)
    except (CannotRead, TypeError, ValueError):
        return {}


def amazon_found(told: dict[str, Any]) -> dict[str, str]:
    """Its verdicts; "gray" is none."""
    receipt, sender = told.get("receipt", {}), str(told.get("mail", {}).get("source", ""))
    words = {"PASS": "pass", "FAIL": "fail", "PROCESSING_FAILED": "temperror", "GRAY": "none"}
    found = {
        name: words.get(str(receipt.get(f"{name}Verdict", {}).get("status", "")).upper(), "none")
        for name in ("spf", "dkim", "dmarc")
    }
    return {**found, "spf": f"{found['spf']} smtp.mailfrom={sender}"}


_WHOLE: dict[str, Callable[[Push], Mail | None]] = {
    "amazon_ses": _amazon,
    "mailersend": _mailersend,
    "mailgun": _mailgun,
    # They only announce a mail, which is fetched before this.
    "mailtrap": lambda push: None,
    "mandrill": _mandrill,
    "postal": _postal,
    "postmark": _postmark,
    "resend": lambda push: None,
    "sendgrid": _sendgrid,
    "sparkpost": _sparkpost,
}


def _named(address: object) -> tuple[str, ...]:
    text = address.decode("utf-8", "replace") if isinstance(address, bytes) else str(address or "")
    return tuple(each.strip() for each in text.split(",") if "@" in each)


def _text(value: object) -> bytes:
    if not isinstance(value, str):
        raise CannotRead("the mail is missing")
    return value.encode("utf-8", "replace")
