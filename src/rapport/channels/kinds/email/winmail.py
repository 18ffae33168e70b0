"""winmail.dat: the letter and the files that Outlook packs where others cannot open them (TNEF, MS-OXTNEF)."""

import logging
import mimetypes
import struct
from dataclasses import dataclass
from typing import Any

from rapport.channels.kinds.email import charsets

_LARGEST = 40 * 1024 * 1024
_NAMES = ("winmail.dat", "win.dat")
_TYPES = ("application/ms-tnef", "application/vnd.ms-tnef")
# MAPI properties of an attachment (MS-OXPROPS).
_LONG_NAME, _TYPE, _CONTENT_ID = 0x3707, 0x370E, 0x3712
_HEAD = struct.Struct("<BII")
_MARK = b"\x78\x9f\x3e\x22"


@dataclass(frozen=True)
class Packed:
    """What was inside: text, HTML, and (name, content type, body, Content-ID) of every file."""

    text: str
    html: str
    files: tuple[tuple[str, str, bytes, str], ...]


def is_packed(name: str, content_type: str, body: bytes) -> bool:
    return (content_type in _TYPES or name.lower() in _NAMES) and body.startswith(_MARK)


def unpacked(body: bytes) -> Packed | None:
    """None for one that is broken or too large: then the file itself is shown."""
    if len(body) > _LARGEST or not _is_whole(body):
        return None
    # Imported when the first one comes: few mails bring any.
    from tnefparse import TNEF

    logging.getLogger("tnefparse").setLevel(logging.CRITICAL)
    try:
        tnef = TNEF(body, do_checksum=False)
        files = tuple(_file(attachment) for attachment in tnef.attachments)
        return Packed(_said(tnef.body), _said(tnef.htmlbody), files)
    except Exception:  # whatever a sender made up ends in some error of the library
        return None


def _is_whole(body: bytes) -> bool:
    """Whether its objects lie one after the other up to the end; the library reads on past what is missing."""
    at = 6
    while at + _HEAD.size <= len(body):
        _level, _attribute, length = _HEAD.unpack_from(body, at)
        at += _HEAD.size + length + 2
    return at == len(body)


def _file(attachment: Any) -> tuple[str, str, bytes, str]:
    # The library's own `name` gives up on every charset but UTF-8.
    name = _property(attachment, _LONG_NAME) or _said(attachment._name)
    kind = _property(attachment, _TYPE) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    return name, kind, bytes(attachment.data or b""), _property(attachment, _CONTENT_ID)


def _property(attachment: Any, number: int) -> str:
    return next((_said(each.data) for each in attachment.mapi_attrs if each.name == number), "")


def _said(value: object) -> str:
    if isinstance(value, list | tuple):
        value = value[0] if value else ""
    text = charsets.decode(value) if isinstance(value, bytes) else str(value or "")
    return text.strip("\x00 ")
