"""Bytes of a mail to what happened: somebody wrote, a machine answered, something we sent bounced."""

import hashlib
import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cached_property
from html import escape

from django.utils.translation import gettext as _

from rapport.channels.errors import CannotRead
from rapport.channels.kinds.email import markup, mime, winmail
from rapport.channels.kinds.email.addresses import addresses_in
from rapport.channels.kinds.email.automatic import is_from_list, list_addresses, why_automatic
from rapport.channels.kinds.email.bounces import read_bounce
from rapport.channels.kinds.email.mime import Entity
from rapport.channels.kinds.email.naming import harmless, name_for
from rapport.channels.kinds.email.quoting import visible_text
from rapport.channels.types import Address, AutoReplied, Event, MessageReceived, Part

MAX_FILES = 200
MAX_TEXT = 1_000_000
_MAX_REFERENCES = 100
_LONGEST_ID = 998
_LONGEST_FLOWED = 200_000
_LONGEST_TRACE = 4_000
_MOST_TRACE = 60
_TOLD = ("received", "authentication-results")
# Of a signature it matters only that there is one.
_TRACE = (*_TOLD, "dkim-signature", "arc-seal")

_ID = re.compile(r"<([^<>\s]{1,998})>")
# Headers the core asks for: where it was really sent, and what signed it.
_KEPT = ("delivered-to", "x-original-to", "envelope-to", "return-path", "authentication-results", "list-id")


def read(raw: bytes) -> list[Event]:
    """What a mail says. Raises CannotRead for what is no mail."""
    mail = _opened(raw)
    entities = list(mail.walk())
    letter = _Letter(raw)
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
    if not any(
        name in mail.head for name in ("from", "to", "subject", "date", "message-id", "received", "content-type")
    ):
        raise CannotRead(_("This is not a mail: it has no header."))
    return mail


@dataclass(frozen=True)
class _Piece:
    """One body part: its plain text, its cleaned HTML, or both where they say the same.

    `own` is the HTML without what it quotes, where it quotes something.
    """

    plain: str
    html: str
    own: str = ""

    @property
    def says_something(self) -> bool:
        return bool(self.html or self.plain.strip())


@dataclass
class _Letter:
    """The text, HTML and files of a mail, gathered part by part within bounds."""

    raw: bytes
    pieces: list[_Piece] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    seen: int = 0
    taken: int = 0
    left_out: bool = False

    def take(self, entity: Entity) -> None:
        self.seen += 1
        if self.seen > mime.MAX_PARTS:
            self.left_out = True
        elif entity.is_multipart:
            self._take_parts(entity)
        elif self._is_body(entity):
            self._take_body(entity)
        else:
            self._take_file(entity)

    def _take_parts(self, entity: Entity) -> None:
        before = len(self.pieces)
        count = 0
        for part in entity.parts():
            count += 1
            self.take(part)
        if count >= mime.MAX_PARTS or (count == 0 and entity.depth >= mime.MAX_DEPTH):
            self.left_out = True
        elif count == 0 and entity.body.strip():
            # It calls itself several parts and is one.
            self._take_body(entity)
        if entity.content_type == "multipart/alternative":
            same = self.pieces[before:]
            del self.pieces[before:]
            plain = "\n\n".join(piece.plain for piece in same if piece.plain.strip())
            html = "<hr>".join(piece.html for piece in same if piece.html)
            self.pieces.append(_Piece(plain, html, "<hr>".join(piece.own for piece in same if piece.own)))

    def _is_body(self, entity: Entity) -> bool:
        if entity.content_type not in ("text/plain", "text/html") or entity.disposition == "attachment":
            return False
        # A part with a name is a file, except the very first: some programs name the letter itself.
        return not entity.file_name or not self.pieces

    def _take_body(self, entity: Entity) -> None:
        text = entity.text()
        self.taken += len(text)
        if self.taken > MAX_TEXT:
            self.left_out = True
            text = text[: max(0, len(text) - self.taken + MAX_TEXT)]
        if entity.content_type == "text/html":
            letter = markup.read(text)
            self.left_out |= bool(text.strip()) and not letter.html
            self.pieces.append(_Piece("" if letter.html else markup.stripped(text), letter.html, letter.own))
            return
        if entity.parameter("format").lower() == "flowed":
            text = _reflowed(text, is_glued=entity.parameter("delsp").lower() == "yes")
        self.pieces.append(_Piece(text, ""))

    def _take_file(self, entity: Entity) -> None:
        if len(self.parts) >= MAX_FILES:
            self.left_out = True
            return
        body = entity.payload()
        packed = winmail.unpacked(body) if winmail.is_packed(entity.file_name, entity.content_type, body) else None
        if packed is not None and (packed.files or packed.text or packed.html):
            self._unpack(packed)
            return
        self.parts.append(
            Part(
                name=name_for(entity, len(self.parts) + 1),
                content_type=entity.content_type[:120],
                body=body,
                content_id=mime.words(str(entity.head.get("content-id", ""))).strip("<> ")[:_LONGEST_ID],
            )
        )

    def _unpack(self, packed: winmail.Packed) -> None:
        """What Outlook put into one file: its files, and the letter where the mail itself says nothing."""
        for name, content_type, body, content_id in packed.files[: MAX_FILES - len(self.parts)]:
            safe = harmless(name) or f"file-{len(self.parts) + 1}.bin"
            self.parts.append(Part(safe, content_type[:120], body, content_id.strip("<> ")[:_LONGEST_ID]))
        if not any(piece.says_something for piece in self.pieces):
            letter = markup.read(packed.html[:MAX_TEXT])
            self.pieces.append(_Piece(packed.text[:MAX_TEXT], letter.html, letter.own))

    @cached_property
    def html(self) -> str:
        """Cleaned; empty when no part brings HTML."""
        if not any(piece.html for piece in self.pieces):
            return ""
        shown = (piece.html or f"<pre>{escape(piece.plain)}</pre>" for piece in self.pieces if piece.says_something)
        return "<hr>".join(shown)

    @cached_property
    def text(self) -> str:
        said = (
            piece.plain if piece.plain.strip() else markup.as_text(piece.html)
            for piece in self.pieces
            if piece.says_something
        )
        return "\n\n".join(text.strip("\n") for text in said).rstrip()

    @cached_property
    def visible_text(self) -> str:
        """What was written this time. The HTML knows where a program gave no sign of it in the plain text."""
        visible = visible_text(self.text)
        said = [piece for piece in self.pieces if piece.says_something]
        if len(said) == 1 and said[0].own and (not said[0].plain.strip() or visible == self.text.strip()):
            return visible_text(markup.as_text(said[0].own))
        return visible

    def files(self) -> tuple[Part, ...]:
        """Every file; those that the HTML shows are inline. What was too much to take apart comes as one file."""
        files = [
            replace(part, inline=bool(part.content_id) and f"cid:{escape(part.content_id)}" in self.html)
            for part in self.parts
        ]
        return (*files, Part("original.eml", "message/rfc822", self.raw)) if self.left_out else tuple(files)


def _reflowed(text: str, *, is_glued: bool) -> str:
    """Lines that end in a space continue on the next one (RFC 3676), except in quotations and signatures."""
    if len(text) > _LONGEST_FLOWED:
        return text
    lines: list[str] = []
    is_open = False
    for line in text.split("\n"):
        own = line[1:] if line.startswith(" ") else line
        if is_open and not own.startswith(">") and own != "-- ":
            lines[-1] += own
        else:
            lines.append(own)
        is_open = own.endswith(" ") and own != "-- " and not lines[-1].startswith(">")
        if is_open and is_glued:
            lines[-1] = lines[-1][:-1]
    return "\n".join(lines)


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
    names = ("from", "to", "subject", "date") if "date" in mail.head else ("from", "to", "subject", "received")
    told = "\n".join(value for name in names for value in mail.headers(name)[:1])
    digest = hashlib.sha256(told.encode("utf-8", "replace") + b"\n\n" + mail.body.strip()).hexdigest()
    return f"{digest}@without-id.invalid"


def _moment(date: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(date)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if 1990 <= moment.year <= 2200 else None
