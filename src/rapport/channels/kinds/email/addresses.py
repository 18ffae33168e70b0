"""Addresses out of a header, as people meant them: RFC 5322, and the many ways in which programs write it otherwise.

The standard library gives an empty answer for what its grammar does not allow, such as an unquoted comma in a name.
"""

import re
from collections.abc import Iterable, Iterator

from rapport.channels.kinds.email import mime
from rapport.channels.types import Address

_LONGEST_NAME, _LONGEST_ADDRESS = 200, 320
_MOST = 2_000
_ADDRESS = re.compile(
    r'(?:"(?:[^"\\]|\\.){1,64}"|[^\s<>,;:"()\[\]@]{1,128})@(?:\[[^\]\s]{1,64}\]|[^\s<>,;:"()\[\]@]{1,253})'
)
_ANGLE = re.compile(r"<\s*(?:mailto:)?\s*([^<>]*@[^<>]*?)\s*(?:>|$)", re.IGNORECASE)
_IN_A_WORD = re.compile(r"=\?[^?\s]*\?[bBqQ]\?[^?]*<[^?]*\?=")
_COMMENT = re.compile(r"\(((?:[^()\\]|\\.)*)\)")
_QUOTED_OR_COMMENT = re.compile(r'("(?:[^"\\]|\\.)*")|\((?:[^()\\]|\\.)*\)')
_GROUP = re.compile(r"\s*[^<>@\"(),;:]{0,100}:(?!\S*@)")
_ESCAPED = re.compile(r"\\(.)")


def addresses_in(values: Iterable[str]) -> tuple[Address, ...]:
    """Everybody named in the values of one header, undecoded and unfolded, in order."""
    found: list[Address] = []
    for value in values:
        for chunk in _chunks(value):
            found += _bare_ones(chunk) or filter(None, [_person(chunk)])
            if len(found) >= _MOST:
                return tuple(found)
    return tuple(found)


def _chunks(value: str) -> Iterator[str]:
    """One piece a person: split at commas and semicolons outside of quotes, comments and angle brackets."""
    waiting = ""
    for piece, mark in _split(value):
        grouped = _GROUP.match(piece)
        piece = piece[grouped.end() :] if grouped else piece
        whole = f"{waiting}{piece}"
        # "Park, Kim <kim@b.example>": what has no address belongs to the one that follows.
        if "@" in whole or "=?" in piece:
            yield whole
            waiting = ""
        else:
            waiting = f"{whole.rstrip()}{mark} " if whole.strip() else ""


def _split(value: str) -> Iterator[tuple[str, str]]:
    start, closing = 0, ""
    at = 0
    while at < len(value):
        character = value[at]
        if character == "\\":
            at += 1
        elif closing:
            closing = "" if character == closing else closing
        elif character in '"(<':
            end = {'"': '"', "(": ")", "<": ">"}[character]
            # A quote that nobody closes is a mark like any other.
            closing = end if value.find(end, at + 1) >= 0 else ""
        elif character in ",;":
            yield value[start:at], character
            start = at + 1
        at += 1
    yield value[start:], ""


def _bare_ones(chunk: str) -> list[Address]:
    """Several addresses with nothing but blanks between them; empty for anything else."""
    pieces = chunk.split()
    if len(pieces) < 2 or not all(_ADDRESS.fullmatch(piece) for piece in pieces):
        return []
    return [Address("", piece[:_LONGEST_ADDRESS]) for piece in pieces]


def _person(chunk: str) -> Address | None:
    angles = list(_ANGLE.finditer(chunk))
    if angles and _IN_A_WORD.search(chunk):
        # The angle brackets stand inside of what is encoded.
        return _person(mime.words(chunk).replace("=?", ""))
    if angles:
        last = angles[-1]
        address = _ADDRESS.search(mime.words(last.group(1)).replace(" ", ""))
        name = _name(chunk[: last.start()]) or _comment(chunk[last.end() :])
        return _called(name, address.group()) if address else None
    comment = _comment(chunk)
    bare = _QUOTED_OR_COMMENT.sub(lambda found: found.group(1) or " ", chunk)
    address = next(reversed(list(_ADDRESS.finditer(bare))), None)
    if address is not None:
        return _called(_name(bare[: address.start()]) or comment, address.group())
    decoded = mime.words(chunk)
    # Some programs encode the whole of it.
    return _person(decoded) if decoded != chunk and "@" in decoded and "=?" not in decoded else None


def _called(name: str, address: str) -> Address:
    return Address("" if name.lower() == address.lower() else name, address[:_LONGEST_ADDRESS])


def _name(text: str) -> str:
    if '"' in text:
        text = re.sub(r'"((?:[^"\\]|\\.)*)"', lambda quoted: _ESCAPED.sub(r"\1", quoted.group(1)), text.strip())
        text = text.removeprefix('"') if text.count('"') == 1 else text
    name = mime.words(_COMMENT.sub(" ", text) if _COMMENT.sub(" ", text).strip() else text).strip(" ,;<")
    for mark in ("'", '"'):
        if len(name) > 1 and name[0] == mark == name[-1]:
            name = name[1:-1].strip()
    return re.sub(r"^mailto:$", "", name, flags=re.IGNORECASE)[:_LONGEST_NAME]


def _comment(text: str) -> str:
    found = _COMMENT.search(text)
    return mime.words(_ESCAPED.sub(r"\1", found.group(1)))[:_LONGEST_NAME] if found else ""
