"""Which characters the bytes of a file stand for."""

import codecs
from dataclasses import dataclass

from rapport.science.analysis.errors import CannotRead
from rapport.science.analysis.reading.source import Source
from rapport.science.language import _

_BLOCK = 1 << 20
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
# Bytes that code page 1252 leaves free.
_UNUSED = frozenset(b"\x81\x8d\x8f\x90\x9d")


@dataclass(frozen=True)
class Encoding:
    """`name` as Python knows it; `note` says the decision where there was one to be made, and is empty otherwise."""

    name: str
    note: str = ""


def find_encoding(source: Source, given: str = "") -> Encoding:
    """The encoding: the one `given`, the one marked at the start, UTF-8 when all bytes are, or the likeliest one.

    Raises CannotRead for an unknown or wrong `given`, and for bytes that are no text.
    """
    if given:
        return _checked(source, given)
    with source.open() as stream:
        start = stream.read(_BLOCK)
    for mark, name in _MARKS.items():
        if start.startswith(mark):
            return _checked(source, name)
    if wide := _without_mark(start):
        return Encoding(wide, _said(wide))
    if _fits(source, "utf-8"):
        return Encoding("utf-8")
    if b"\x00" in start:
        raise CannotRead(f"{source.name} is not a text file. Save the table as CSV and try again.")
    name = _likeliest(_foreign_bytes(source))
    if not _fits(source, name):
        name = "latin-1"
    return Encoding(name, _said(name))


def _said(name: str) -> str:
    shown = {"gb18030": "GB18030", "cp1252": "Windows-1252", "latin-1": "Latin-1"}.get(name, name.upper())
    return _(
        "The file is not UTF-8; its letters were read as {encoding}. If names look wrong, say which one it is "
        "with --encoding."
    ).format(encoding=shown)


def _checked(source: Source, name: str) -> Encoding:
    try:
        codecs.lookup(name)
    except LookupError:
        raise CannotRead(f"There is no encoding named {name}. Common ones are utf-8, gb18030, cp1252.") from None
    if not _fits(source, name):
        raise CannotRead(f"{source.name} is not written in {name}. Leave --encoding out to have it found.")
    return Encoding(name)


def _fits(source: Source, name: str) -> bool:
    decoder = codecs.getincrementaldecoder(name)()
    with source.open() as stream:
        try:
            while block := stream.read(_BLOCK):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeError:
            return False
        except (OSError, EOFError) as error:
            raise CannotRead(f"{source.name} is compressed and damaged: it cannot be unpacked.") from error
    return True


def _without_mark(start: bytes) -> str:
    """Two bytes a letter, one of them nought, give UTF-16 away."""
    even, odd = start[0:4096:2].count(0), start[1:4096:2].count(0)
    half = len(start[:4096]) / 2
    if odd > 0.3 * half and not even:
        return "utf-16-le"
    return "utf-16-be" if even > 0.3 * half and not odd else ""


def _foreign_bytes(source: Source) -> bytes:
    """Some of the parts of the file that hold letters beyond ASCII."""
    found = bytearray()
    with source.open() as stream:
        while len(found) < 200_000 and (block := stream.read(_BLOCK)):
            found += b"\n".join(line for line in block.splitlines() if not line.isascii())
    return bytes(found)


def _likeliest(text: bytes) -> str:
    """Common Chinese letters are two high bytes in a row, with the first in a narrow band; in European text high
    bytes stand alone."""
    high = in_pairs = at = 0
    while at < len(text):
        if text[at] < 0x80:
            at += 1
            continue
        pair = at + 1 < len(text) and text[at + 1] >= 0xA1 and (0xB0 <= text[at] <= 0xD7 or 0xA1 <= text[at] <= 0xA3)
        high += 2 if pair else 1
        in_pairs += 2 if pair else 0
        at += 2 if pair else 1
    if in_pairs > 0.7 * high:
        return "gb18030"
    return "latin-1" if _UNUSED & set(text) else "cp1252"
