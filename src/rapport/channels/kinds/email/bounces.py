"""Delivery reports (RFC 3464), and those of servers that write them in words: qmail, Exim, Exchange, Gmail, NetEase."""

import re
from collections.abc import Iterator, Sequence

from rapport.channels.kinds.email.mime import Entity
from rapport.channels.types import Address, Bounced, Undelivered

_DAEMONS = re.compile(
    r"(?:mailer[-_.]?daemon|postmaster|post-master|mail-?daemon|mail\.daemon|microsoftexchange[0-9a-f]{16,}|bounces?|"
    r"mail-?er|no-?reply-?dsn)(?:[@+=_-]|$)",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"undeliver|un-?deliverable|delivery (?:status notification|failure|has failed|notification|problem|incomplete)|"
    r"returned mail|returned to sender|mail delivery fail|failure notice|delivery failed|could ?n.t be delivered|"
    r"could not be delivered|mail system error|message status|nondeliverable|rejected:|"
    r"non remis|échec de la remise|unzustellbar|zustellung|no se (?:ha )?pudo entregar|mancata consegna|onbestelbaar|"
    r"não (?:foi )?entreg|退信|无法投递|無法投遞|系统退信|投递失败|投遞失敗|配信不能|送信できません",
    re.IGNORECASE,
)
_LATE = re.compile(
    r"delayed mail|still being retried|delivery (?:is |has been )?delayed|warning: (?:message|could not send)|"
    r"has been delayed|status notification \(delay\)|will be retried|\bverzögert\b|延迟",
    re.IGNORECASE,
)
# Where the words end and the mail that came back begins.
_COPY = re.compile(
    r"^(?:-{2,}.{0,12}(?:below this line|original message|this is a copy|returned message|message header|the header)"
    r"|original message (?:follows|headers)|message headers? follow|-{3,} ?原邮件|原始邮件|diagnostic information for)",
    re.IGNORECASE | re.MULTILINE,
)
_MESSAGE_ID = re.compile(r"^message-id:\s*<([^<>\s]+)>", re.IGNORECASE | re.MULTILINE)
_ADDRESS = re.compile(
    r"[^\s<>()\[\],;:\"'“”（）：，]{1,64}@[^\s<>()\[\],;:\"'“”@（）：，]{1,253}[^\s<>()\[\],;:\"'“”@.（）：，]"
)
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_CODE = re.compile(r"\b([45]\d\d)[ -]")
_LONGEST_REASON = 500
_LONGEST_TEXT = 50_000
_MOST = 100


def read_bounce(mail: Entity, parts: Sequence[Entity], author: Address, text: str) -> Bounced | None:
    """The failure that a mail reports; None when it reports none, or only that something was delivered.

    What is only late comes as one that is not permanent.
    """
    report = next((part for part in parts if part.content_type == "message/delivery-status"), None)
    if report is not None:
        found = list(_in_report(report.text()[:_LONGEST_TEXT], text))
        return _bounced(mail, parts, author, text, found) if found else None
    failed = _ADDRESS.findall(mail.header("x-failed-recipients"))
    if not _is_from_daemon(mail, author) or not (failed or _SUBJECT.search(mail.header("subject"))):
        return None
    return _bounced(mail, parts, author, text, _in_words(mail, author, failed, text[:_LONGEST_TEXT]))


def status_in(text: str) -> str:
    """The first enhanced status code (RFC 3463) of an answer, such as 5.1.1; empty when it names none."""
    found = _STATUS.search(text)
    return found.group(1) if found else ""


def _is_from_daemon(mail: Entity, author: Address) -> bool:
    return bool(_DAEMONS.match(author.address)) or mail.head.get("return-path", "").strip() == "<>"


def _bounced(
    mail: Entity, parts: Sequence[Entity], author: Address, text: str, failures: Sequence[Undelivered]
) -> Bounced:
    # What was given up says more than what is only late.
    first = next((failure for failure in failures if failure.is_final), failures[0])
    return Bounced(
        external_id="",
        about=_original(mail, parts, text),
        recipient=first.address,
        permanent=first.is_final,
        reason=first.said,
        author=author,
        subject=mail.header("subject"),
        text=text,
        failures=tuple(failures),
    )


# -- Reports that a machine can read ----------------------------------------------------------------


def _in_report(report: str, text: str) -> Iterator[Undelivered]:
    blocks = [_fields(block) for block in re.split(r"\n\s*\n", report)[:_MOST]]
    for fields in blocks:
        if "final-recipient" not in fields and "original-recipient" not in fields:
            continue
        action, status = fields.get("action", "").lower().split(" ")[0], status_in(fields.get("status", ""))
        if action in ("delivered", "relayed", "expanded") or status.startswith("2"):
            continue
        recipient = _recipient(fields.get("original-recipient", "")) or _recipient(fields.get("final-recipient", ""))
        said = fields.get("diagnostic-code", "").partition(";")[2].strip() or fields.get("status", "") or text
        # "failed" is final even where the status says that it was a passing trouble: nobody tries again.
        is_final = action == "failed" or (action != "delayed" and not status.startswith("4"))
        yield Undelivered(recipient, _better(status, said), _short(said), is_final)


def _better(status: str, said: str) -> str:
    """The code that says more: many put 5.0.0 into the report and the real one into the words."""
    told = status_in(said)
    return told if told and (not status or status.endswith(".0.0")) else status


def _recipient(value: str) -> str:
    return (value.rpartition(";")[2] if ";" in value else value).strip(" <>")


def _fields(block: str) -> dict[str, str]:
    unfolded = re.sub(r"\n[ \t]+", " ", block)
    pairs = (line.partition(":") for line in unfolded.split("\n"))
    return {name.strip().lower(): value.strip() for name, colon, value in pairs if colon}


# -- Reports that only people can read --------------------------------------------------------------


def _in_words(mail: Entity, author: Address, failed: Sequence[str], text: str) -> list[Undelivered]:
    copy = _COPY.search(text)
    words = text[: copy.start()] if copy else text
    is_final = not (_LATE.search(mail.header("subject")) or _LATE.search(words[:2_000])) and not _is_passing(words)
    # The report's own addresses, and the one it was sent to, which is ours.
    known = {author.address.lower(), *(found.lower() for found in _ADDRESS.findall(mail.header("to")))}
    named = [(found.start(), found.group().strip("-.")) for found in _ADDRESS.finditer(words)]
    named = [(at, address) for at, address in named if address.lower() not in known]
    wanted = {address.lower() for address in failed}
    places: dict[str, int] = {}
    for at, address in named:
        if (not wanted or address.lower() in wanted) and _stands_out(words, at, address, bool(wanted)):
            places.setdefault(address, at)
    for address in failed:
        if address.lower() not in {found.lower() for found in places}:
            places[address] = 0
    if not places and named:
        places = {named[0][1]: 0}
    return _told(words, places, is_final) or [Undelivered("", status_in(words), _short(words), is_final)]


def _stands_out(words: str, at: int, address: str, is_named: bool) -> bool:
    """Whether an address begins its line, as the recipients of a report do, rather than standing in a sentence."""
    line = words.rfind("\n", 0, at) + 1
    return is_named or words[line:at].strip(" \t<'\"*•-") == "" or words[line:at].rstrip().endswith((":", "："))


def _told(words: str, places: dict[str, int], is_final: bool) -> list[Undelivered]:
    """What is said after each of the addresses, up to the next one."""
    order = sorted(places.items(), key=lambda place: place[1])[:_MOST]
    found: list[Undelivered] = []
    for number, (address, at) in enumerate(order):
        end = order[number + 1][1] if number + 1 < len(order) else len(words)
        said = words[at:end].partition(address)[2].lstrip(">'\":： \t\r\n") if at or len(order) > 1 else words
        said = said.strip() or words
        found.append(Undelivered(address, status_in(said) or status_in(words), _short(said), is_final))
    return found


def _is_passing(words: str) -> bool:
    status, code = status_in(words), _CODE.search(words)
    return status.startswith("4") or (not status and code is not None and code.group(1)[0] == "4")


def _short(said: str) -> str:
    return " ".join(said.split())[:_LONGEST_REASON]


def _original(mail: Entity, parts: Sequence[Entity], text: str) -> str:
    """The Message-ID of the mail that did not arrive: from the copy of it, else from what the report answers."""
    for part in parts:
        if part.content_type in ("message/rfc822", "message/global", "text/rfc822-headers", "message/rfc822-headers"):
            found = _MESSAGE_ID.search(part.text()[:100_000])
            if found:
                return found.group(1)
    found = _MESSAGE_ID.search(text) or re.search(r"<([^<>\s]+)>", mail.header("in-reply-to"))
    return found.group(1) if found else ""
