"""A mail taken apart into its parts, whatever state it is in.

The standard library's tree parser recurses once a level and looks at every line once a level: a mail of 1,000 nested
parts ends it by a RecursionError, and it rewrites attached mails instead of keeping their bytes. So the tree is split
here, by boundaries, within fixed bounds; header values are understood by the standard library.
"""

import binascii
import re
from collections.abc import Iterator
from email.message import Message
from functools import cached_property
from typing import Any

from rapport.channels.kinds.email import charsets

MAX_DEPTH = 20
MAX_PARTS = 500
# Lines that begin like a boundary and are none.
_MAX_LOOK_ALIKES = 100_000
# What one header may say: 500 recipients, or 500 references.
_MAX_VALUE = 32_768
_MAX_VALUES = 1_000
_MAX_HEAD = 512 * 1024
# Of the mail itself: what an honest one says may stand after a megabyte of something else.
_MAX_FIRST_HEAD = 4 * 1024 * 1024

_BLANK_LINE = re.compile(rb"(?:\r\n|\n|\r(?!\n))(?:\r\n|\n|\r(?!\n))")
_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,60}/[a-z0-9][a-z0-9!#$&^_.+-]{0,60}")
_LINE_END = re.compile(r"\r\n|\r|\n")
_FIELD = re.compile(r"([!-9;-~]+)[ \t]*:(.*)")
_USED_BOUNDARY = re.compile(rb"^--([^\r\n]{1,200}?)[ \t]*\r?\nContent-", re.IGNORECASE | re.MULTILINE)
_BETWEEN_WORDS = re.compile(rb"[A-Za-z,.]{2} [A-Za-z]")
_TRANSFER = re.compile(r"[a-z0-9-]+")


class Entity:
    """One part: its header, and where its body lies in the mail. No bytes are copied before they are asked for."""

    def __init__(
        self, source: bytes, start: int = 0, end: int | None = None, depth: int = 0, default_type: str = "text/plain"
    ) -> None:
        self.source, self.end, self.depth = source, len(source) if end is None else end, depth
        head_end, self.start = _split(source, start, self.end)
        self.head, is_header = _headers(
            source[start : min(head_end, start + (_MAX_HEAD if depth else _MAX_FIRST_HEAD))]
        )
        if not is_header:
            self.start = start
        self.head.set_default_type(default_type)

    @property
    def body(self) -> bytes:
        """As it travelled."""
        return self.source[self.start : self.end]

    @cached_property
    def content_type(self) -> str:
        """In lower case, without parameters; what is unreadable counts as the default."""
        said = charsets.without_controls(self.head.get_content_type())
        found = _TYPE.match(said)
        if "content-type" in self.head and found and said != self.head.get_default_type():
            return found.group()
        named = words(str(self.head.get("content-type", ""))).lower().partition(";")[0].strip()
        return "text/html" if named == "html" else found.group() if found else "application/octet-stream"

    @property
    def has_type(self) -> bool:
        """Whether it says of what type it is."""
        return "/" in str(self.head.get("content-type", ""))

    @property
    def is_multipart(self) -> bool:
        return self.content_type.startswith("multipart/") and bool(self._boundary)

    def parts(self) -> "Iterator[Entity]":
        """Its direct parts in order; none when it is nested deeper than any honest mail."""
        if not self.is_multipart or self.depth >= MAX_DEPTH:
            return
        default = "message/rfc822" if self.content_type == "multipart/digest" else "text/plain"
        boundary = self._boundary
        if self.source.find(b"--" + boundary, self.start, self.end) < 0:
            # The header names another one than the parts use.
            used = _USED_BOUNDARY.search(self.source, self.start, self.end)
            boundary = used.group(1) if used else boundary
        for start, end in _pieces(self.source, self.start, self.end, boundary):
            yield Entity(self.source, start, end, self.depth + 1, default)

    def walk(self) -> "Iterator[Entity]":
        yield self
        for part in self.parts():
            yield from part.walk()

    def payload(self) -> bytes:
        """The body without its transfer encoding; as much of it as can be decoded."""
        name = _TRANSFER.search(str(self.head.get("content-transfer-encoding", "")).lower())
        match name.group() if name else "":
            case "base64":
                return _from_base64(self.body)
            case "quoted-printable":
                return binascii.a2b_qp(self.body)
            case "x-uuencode" | "uuencode" | "uue" | "x-uue":
                return _from_uuencode(self.body)
        return self.body

    def text(self) -> str:
        """The body as text with plain line ends."""
        data = self.body if self._is_base64_in_name_only else self.payload()
        return _LINE_END.sub("\n", charsets.decode(data, self.parameter("charset")))

    @property
    def _is_base64_in_name_only(self) -> bool:
        """Words with spaces between them are no base64, whatever the header says."""
        encoding = str(self.head.get("content-transfer-encoding", "")).lower()
        beginning = self.source[self.start : min(self.end, self.start + 200)].strip()
        return "base64" in encoding and len(_BETWEEN_WORDS.findall(beginning)) > 1

    def parameter(self, name: str, header: str = "content-type") -> str:
        """A parameter such as charset or filename, decoded; empty when absent or unreadable."""
        try:
            found: list[Any] = [value for key, value in self.head.get_params([], header) if key.lower() == name]
        except (ValueError, IndexError, TypeError, UnicodeError):
            return ""
        # Of two that say the same, the one in a charset of its own says it better (RFC 6266).
        value = next((each for each in found if isinstance(each, tuple)), found[0] if found else "")
        if isinstance(value, tuple):
            charset, _language, text = value
            return charsets.decode(text.encode("latin-1", "replace"), charset or "")
        return words(str(value))

    @cached_property
    def _boundary(self) -> bytes:
        try:
            boundary = self.head.get_boundary("")
        except (ValueError, IndexError, TypeError, UnicodeError):
            boundary = ""
        if not boundary and self.content_type.startswith("multipart/"):
            used = _USED_BOUNDARY.search(self.source, self.start, min(self.end, self.start + _MAX_HEAD))
            return used.group(1) if used else b""
        return (boundary or "").encode("utf-8", "surrogateescape")

    @property
    def file_name(self) -> str:
        name = self.parameter("filename", "content-disposition") or self.parameter("name")
        return " ".join(name.replace("\\", "/").rpartition("/")[2].split())

    @property
    def disposition(self) -> str:
        return str(self.head.get("content-disposition", "")).partition(";")[0].strip().lower()

    def header(self, name: str) -> str:
        """A header's value, unfolded and decoded."""
        return words(str(self.head.get(name, "")))

    def headers(self, name: str) -> list[str]:
        """Every value of a header as it travelled, unfolded."""
        return [" ".join(charsets.without_controls(str(value)).split()) for value in self.head.get_all(name, [])]


def words(value: str) -> str:
    """A header value as a person reads it: RFC 2047 words decoded, one line."""
    value = " ".join(value.split())
    if "=?" in value:
        value = _WORDS.sub(lambda run: _decoded(run.group()), value)
    return " ".join(charsets.without_controls(value).split())


# A question mark may stand in the text of some programs, though it must not.
_WORD = re.compile(r"=\?([^?\s]*)\?([bBqQ])\?((?:[^?]|\?(?!=))*)\?=")
# Neighbouring words belong together: many senders cut a character in two between them.
_WORDS = re.compile(rf"{_WORD.pattern}(?:\s*{_WORD.pattern})*")


def _decoded(run: str) -> str:
    decoded: list[tuple[str, bytes]] = []
    for charset, encoding, text in _WORD.findall(run):
        data = text.encode()
        name = charset.partition("*")[0].lower()
        data = _from_base64(data) if encoding in "bB" else binascii.a2b_qp(data, header=True)
        if decoded and decoded[-1][0] == name:
            decoded[-1] = (name, decoded[-1][1] + data)
        else:
            decoded.append((name, data))
    return "".join(charsets.decode(data, name) for name, data in decoded)


def _split(source: bytes, start: int, end: int) -> tuple[int, int]:
    """Where the header ends and where the body begins."""
    if source.startswith((b"\r\n", b"\n"), start, end):
        return start, source.index(b"\n", start) + 1
    blank = _BLANK_LINE.search(source, start, end)
    return (blank.start(), blank.end()) if blank else (end, end)


def _headers(block: bytes) -> tuple[Message, bool]:
    """The header, and whether there was one. Lines in it that mean nothing are passed over."""
    head: Message = Message()
    lines = _LINE_END.split(block.decode("utf-8", "surrogateescape"))
    if lines[0].startswith(("From ", ">From ")):
        del lines[0]
    if lines and lines[0] and not _FIELD.match(lines[0]):
        return head, False
    fields: list[list[str]] = []
    for line in lines:
        found = _FIELD.match(line)
        if found:
            fields.append([found.group(1), found.group(2)])
        elif line[:1] in (" ", "\t") and fields:
            fields[-1].append(line)
    for name, *values in fields[:_MAX_VALUES]:
        head[name] = _readable("\n".join(values).strip()[:_MAX_VALUE])
    return head, True


def _readable(value: str) -> str:
    """Raw 8-bit bytes, and raw Japanese escapes, read as the text they most likely are."""
    if "\x1b$" in value:
        return charsets.decode(value.encode("utf-8", "surrogateescape"))
    try:
        value.encode()
    except UnicodeEncodeError:
        return charsets.guess(value.encode("utf-8", "surrogateescape"))
    return value


def _pieces(source: bytes, begin: int, end: int, boundary: bytes) -> Iterator[tuple[int, int]]:
    """Where each part lies between the boundary lines; the last may lack its closing line."""
    start: int | None = None
    count = 0
    for line, after, is_last in _boundary_lines(source, begin, end, boundary):
        if start is not None:
            # The line end before a boundary belongs to the boundary.
            stop = line - 1 if source[line - 1 : line] == b"\n" else line
            stop = stop - 1 if source[stop - 1 : stop] == b"\r" else stop
            yield start, max(start, stop)
            count += 1
        start = after
        if is_last or count >= MAX_PARTS:
            return
    if start is not None and start < end:
        yield start, end


def _boundary_lines(source: bytes, begin: int, end: int, boundary: bytes) -> Iterator[tuple[int, int, bool]]:
    """Start of each boundary line, start of the line after it, and whether it closes the last part."""
    mark = b"--" + boundary
    at = begin if source.startswith(mark, begin, end) else source.find(b"\n" + mark, begin, end) + 1
    for _ in range(_MAX_LOOK_ALIKES):
        if at <= 0 and not (at == begin and source.startswith(mark, begin, end)):
            return
        line_end = source.find(b"\n", at + len(mark), end)
        line_end = end if line_end < 0 else line_end
        rest = source[at + len(mark) : min(line_end, at + len(mark) + 200)].strip()
        if rest in (b"", b"--"):
            yield at, min(line_end + 1, end), rest == b"--"
        at = source.find(b"\n" + mark, max(line_end - 1, at + 1), end) + 1


def _from_base64(data: bytes) -> bytes:
    try:
        return binascii.a2b_base64(data)
    except binascii.Error:
        clean = re.sub(rb"[^A-Za-z0-9+/]", b"", data)
        return binascii.a2b_base64(clean[: len(clean) // 4 * 4] + _last_quantum(clean))


def _last_quantum(clean: bytes) -> bytes:
    rest = clean[len(clean) // 4 * 4 :]
    return rest + b"=" * (4 - len(rest)) if len(rest) > 1 else b""


def _from_uuencode(data: bytes) -> bytes:
    decoded = bytearray()
    for line in data.splitlines():
        if not line or line.startswith((b"begin ", b"end", b"`")):
            continue
        try:
            decoded += binascii.a2b_uu(line)
        except binascii.Error:
            continue
    return bytes(decoded)
