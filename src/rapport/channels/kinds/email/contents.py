"""What a mail says and brings: its text, its HTML and its files, gathered part by part within bounds."""

import mimetypes
import re
from dataclasses import dataclass, field, replace
from functools import cached_property
from html import escape, unescape
from urllib.parse import unquote

from rapport.channels.kinds.email import armour, markup, mime, winmail
from rapport.channels.kinds.email.mime import Entity
from rapport.channels.kinds.email.naming import harmless, name_for
from rapport.channels.kinds.email.quoting import visible_text
from rapport.channels.types import Part

MAX_FILES = 200
MAX_TEXT = 1_000_000
_LONGEST_ID = 998
_LONGEST_FLOWED = 200_000
# Other ways to write a letter; it is shown where there is no better one, and kept as the file it is.
_ALSO_TEXT = ("text/enriched", "text/richtext", "text/markdown", "text/x-markdown", "text/x-web-markdown")
# The same letter once more, for programs that we are not.
_SAME_AGAIN = ("text/x-amp-html", "text/watch-html")
_HTML = re.compile(r"\s{0,100}(?:<!--.{0,200}?-->\s{0,100})?<(?:!doctype html|html[\s>])", re.IGNORECASE | re.DOTALL)
_ENRICHED = re.compile(r"</?[a-zA-Z-]{1,60}>")
_SHOWN = re.compile(r'src="cid:([^"]{1,1200})"', re.IGNORECASE)


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
class Contents:
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
        if entity.content_type in _ALSO_TEXT and entity.depth == 0:
            return True
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
        if entity.content_type == "text/html" or _HTML.match(text):
            letter = markup.read(text)
            self.left_out |= bool(text.strip()) and not letter.html
            self.pieces.append(_Piece("" if letter.html else markup.stripped(text), letter.html, letter.own))
            return
        if entity.parameter("format").lower() == "flowed":
            text = _reflowed(text, is_glued=entity.parameter("delsp").lower() == "yes")
        if entity.content_type in ("text/enriched", "text/richtext"):
            text = _ENRICHED.sub("", text)
        text, files = armour.unwrapped(text, most=MAX_FILES - len(self.parts))
        for name, body in files:
            safe = harmless(name) or f"file-{len(self.parts) + 1}.bin"
            self.parts.append(Part(safe, mimetypes.guess_type(safe)[0] or "application/octet-stream", body))
        self.pieces.append(_Piece(text, ""))

    def _take_file(self, entity: Entity) -> None:
        if len(self.parts) >= MAX_FILES:
            self.left_out = True
            return
        if entity.content_type in _SAME_AGAIN and not entity.file_name:
            return
        body = entity.payload()
        packed = winmail.unpacked(body) if winmail.is_packed(entity.file_name, entity.content_type, body) else None
        if packed is not None and (packed.files or packed.text or packed.html):
            self._unpack(packed)
            return
        name = name_for(entity, len(self.parts) + 1)
        self.parts.append(
            Part(
                name=name,
                content_type=_type_of(entity, name, body)[:120],
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
        visible = visible_text(armour.signed_text(self.text))
        said = [piece for piece in self.pieces if piece.says_something]
        if len(said) == 1 and said[0].own and (not said[0].plain.strip() or visible == self.text.strip()):
            return visible_text(markup.as_text(said[0].own))
        return visible

    def files(self) -> tuple[Part, ...]:
        """Every file; those that the HTML shows are inline. What was too much to take apart comes as one file."""
        shown = {unquote(unescape(name)).strip("<>").lower() for name in _SHOWN.findall(self.html)}
        files = [
            replace(part, inline=bool(part.content_id) and part.content_id.lower() in shown) for part in self.parts
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


def _type_of(entity: Entity, name: str, body: bytes) -> str:
    """As the sender says, as its name says where the sender says nothing, and for S/MIME whether it is signed only."""
    if not entity.has_type:
        return mimetypes.guess_type(name)[0] or entity.content_type
    if entity.content_type in ("application/pkcs7-mime", "application/x-pkcs7-mime"):
        return f"{entity.content_type}; smime-type={armour.smime_type(entity.parameter('smime-type'), body)}"
    return entity.content_type
