"""Delivery reports (RFC 3464), and the ones of servers that never read it."""

import re
from collections.abc import Sequence

from rapport.channels.kinds.email.mime import Entity
from rapport.channels.types import Address, Bounced

_DAEMONS = re.compile(r"(?:mailer-daemon|postmaster|mail-daemon|maildaemon|mailerdaemon)(?:@|$)", re.IGNORECASE)
_SUBJECT = re.compile(
    r"undeliver|delivery (?:status notification|failure|has failed|notification)|returned mail|mail delivery failed|"
    r"failure notice|non remis|unzustellbar|退信|无法投递|系统退信|投递失败",
    re.IGNORECASE,
)
_MESSAGE_ID = re.compile(r"^message-id:\s*<([^<>\s]+)>", re.IGNORECASE | re.MULTILINE)
_RECIPIENT = re.compile(r"<([^<>\s@]+@[^<>\s]+)>:?")
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_CODE = re.compile(r"\b([45]\d\d)[ -]")
_LONGEST_REASON = 500


def read_bounce(mail: Entity, parts: Sequence[Entity], author: Address, text: str) -> Bounced | None:
    """The failure that a mail reports; None when it reports none, or only that something was delivered or is late."""
    report = next((part for part in parts if part.content_type == "message/delivery-status"), None)
    if report is not None:
        return _from_report(mail, report, parts, author, text)
    failed = mail.header("x-failed-recipients")
    is_daemon = bool(_DAEMONS.match(author.address)) or mail.head.get("return-path", "").strip() == "<>"
    if not is_daemon or not (failed or _SUBJECT.search(mail.header("subject"))):
        return None
    named = _RECIPIENT.search(text)
    recipient = failed.partition(",")[0].strip() or (named.group(1) if named else "")
    return _bounced(mail, parts, author, text, recipient, _is_permanent(text), text)


def _from_report(mail: Entity, report: Entity, parts: Sequence[Entity], author: Address, text: str) -> Bounced | None:
    for block in re.split(r"\n\s*\n", report.text()):
        fields = _fields(block)
        action = fields.get("action", "").lower()
        if "final-recipient" not in fields and "original-recipient" not in fields:
            continue
        status = fields.get("status", "")
        if action in ("delivered", "relayed", "expanded") or status.startswith("2"):
            continue
        recipient = (fields.get("original-recipient") or fields["final-recipient"]).rpartition(";")[2].strip(" <>")
        reason = fields.get("diagnostic-code", "").partition(";")[2].strip() or status or text
        is_permanent = action != "delayed" and not status.startswith("4")
        return _bounced(mail, parts, author, text, recipient, is_permanent, reason)
    return None


def _bounced(
    mail: Entity,
    parts: Sequence[Entity],
    author: Address,
    text: str,
    recipient: str,
    is_permanent: bool,
    reason: str,
) -> Bounced:
    return Bounced(
        external_id="",
        about=_original(parts, text),
        recipient=recipient,
        permanent=is_permanent,
        reason=" ".join(reason.split())[:_LONGEST_REASON],
        author=author,
        subject=mail.header("subject"),
        text=text,
    )


def _fields(block: str) -> dict[str, str]:
    unfolded = re.sub(r"\n[ \t]+", " ", block)
    pairs = (line.partition(":") for line in unfolded.split("\n"))
    return {name.strip().lower(): value.strip() for name, colon, value in pairs if colon}


def _original(parts: Sequence[Entity], text: str) -> str:
    """The Message-ID of the mail that did not arrive, from the copy that the report carries."""
    for part in parts:
        if part.content_type in ("message/rfc822", "message/global", "text/rfc822-headers", "message/rfc822-headers"):
            found = _MESSAGE_ID.search(part.text()[:100_000])
            if found:
                return found.group(1)
    found = _MESSAGE_ID.search(text)
    return found.group(1) if found else ""


def _is_permanent(text: str) -> bool:
    status, code = _STATUS.search(text), _CODE.search(text)
    return not ((status and status.group(1).startswith("4")) or (not status and code and code.group(1)[0] == "4"))


def status_in(text: str) -> str:
    """The first enhanced status code (RFC 3463) of an answer, such as 5.1.1; empty when it names none."""
    found = _STATUS.search(text)
    return found.group(1) if found else ""
