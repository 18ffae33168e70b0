"""Bytes of a mail to what happened: somebody wrote, a machine answered, something we sent bounced."""

import hashlib
import re
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from django.utils.translation import gettext as _

from rapport.channels.errors import CannotRead
from rapport.channels.kinds.email import mime
from rapport.channels.kinds.email.addresses import addresses_in
from rapport.channels.kinds.email.automatic import is_from_list, list_addresses, why_automatic
from rapport.channels.kinds.email.bounces import read_bounce
from rapport.channels.kinds.email.contents import Contents
from rapport.channels.kinds.email.mime import Entity
from rapport.channels.types import Address, AutoReplied, Event, MessageReceived

_MAX_REFERENCES = 100
_LONGEST_ID = 998
_LONGEST_TRACE = 4_000
_MOST_TRACE = 60
_TOLD = ("received", "authentication-results")
# Of a signature it matters only that there is one.
_TRACE = (*_TOLD, "dkim-signature", "arc-seal")

_ISO = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")
_ID = re.compile(r"<([^<>\s]{1,998})>")
# Headers the core asks for: where it was really sent, and what signed it.
_KEPT = ("delivered-to", "x-original-to", "envelope-to", "return-path", "authentication-results", "list-id")


def read(raw: bytes) -> list[Event]:
    """What a mail says. Raises CannotRead for what is no mail."""
    mail = _opened(raw)
    entities = list(mail.walk())
    letter = Contents(raw)
    letter.take(mail)
    author, reply_to = _author(mail)
    bounce = read_bounce(mail, entities[: mime.MAX_PARTS], author, letter.text)
    own_id = _own_id(mail)
    if bounce is not None:
        return [replace(bounce, external_id=own_id)]
    because = why_automatic(mail)
    kind: type[MessageReceived] = AutoReplied if because else MessageReceived
    received = kind(
        external_id=own_id,
        author=author,
        to=_addresses(mail, "to"),
        cc=_addresses(mail, "cc"),
        reply_to=reply_to,
        subject=mail.header("subject")[:998],
        text=letter.text,
        html=letter.html,
        visible_text=letter.visible_text,
        parts=letter.files(),
        in_reply_to=next(iter(_ids(mail, "in-reply-to")), ""),
        references=_ids(mail, "references"),
        sent_at=_moment(mail.header("date")),
        headers={name: mail.header(name)[:2000] for name in _KEPT if name in mail.head},
        because=because,
        lists=list_addresses(mail) if because and is_from_list(mail) else (),
        from_domain=_from_domain(mail),
        trace=_trace(mail),
    )
    return [received]


def from_domain_of(raw: bytes) -> str:
    """The domain of the author, empty unless there is just one. Raises CannotRead."""
    return _from_domain(_opened(raw))


def _opened(raw: bytes) -> Entity:
    source = raw.lstrip(b"\r\n \t\x00\xef\xbb\xbf")
    if b"\n" not in source:
        source = source.replace(b"\r", b"\n")
    if not source:
        raise CannotRead(_("It is empty."))
    mail = Entity(source)
    if not _is_mail(mail):
        # Some line of another program stands above the header.
        mail = Entity(source.partition(b"\n")[2])
    if not _is_mail(mail):
        raise CannotRead(_("This is not a mail: it has no header."))
    return mail


def _is_mail(mail: Entity) -> bool:
    return any(
        name in mail.head for name in ("from", "to", "subject", "date", "message-id", "received", "content-type")
    )


def _author(mail: Entity) -> tuple[Address, tuple[Address, ...]]:
    """Who wrote it, and where answers should go if elsewhere. Without a From the next best header counts."""
    reply_to = _addresses(mail, "reply-to")
    for name in ("from", "sender", "reply-to", "return-path"):
        found = _addresses(mail, name)
        if found:
            return found[0], reply_to
    return Address(mail.header("from")[:200], ""), reply_to


def _from_domain(mail: Entity) -> str:
    """Empty unless the mail names just one author: of two, each might vouch for the other."""
    authors = addresses_in(mail.headers("from"))
    is_one = len(authors) == 1 and len(mail.headers("from")) == 1
    return authors[0].address.rpartition("@")[2].lower() if is_one else ""


def _trace(mail: Entity) -> tuple[tuple[str, str], ...]:
    named = ((name.lower(), " ".join(str(value).split())) for name, value in mail.head.items())
    kept = [(name, value[:_LONGEST_TRACE] if name in _TOLD else "") for name, value in named if name in _TRACE]
    # Nothing to go by: no need to carry where it has been.
    return tuple(kept[:_MOST_TRACE]) if any(name != "received" for name, _value in kept) else ()


def _addresses(mail: Entity, name: str) -> tuple[Address, ...]:
    return addresses_in(mail.headers(name))


def _ids(mail: Entity, name: str) -> tuple[str, ...]:
    found = _ID.findall(" ".join(mail.headers(name)))
    return tuple(dict.fromkeys(found[-_MAX_REFERENCES:]))


def _own_id(mail: Entity) -> str:
    """Its Message-ID, or one that the same mail gets every time it is read."""
    given = _ids(mail, "message-id")
    if given:
        return given[0]
    bare = mime.words(str(mail.head.get("message-id", ""))).strip("<> ")
    if bare and " " not in bare and len(bare) <= _LONGEST_ID:
        return bare
    told = [value for name in ("from", "to", "subject", "date") for value in mail.headers(name)[:1]]
    if "date" not in mail.head:
        # The hop nearest to its writer is the same however many others it took from there.
        told += mail.headers("received")[-1:]
    digest = hashlib.sha256("\n".join(told).encode("utf-8", "replace") + b"\n\n" + mail.body.strip()).hexdigest()
    return f"{digest}@without-id.invalid"


def _moment(date: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(date) if _ISO.match(date) else parsedate_to_datetime(date)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if 1990 <= moment.year <= 2200 else None
