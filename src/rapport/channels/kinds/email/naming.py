"""A name for every file: the sender's, made harmless, or one that says what it is."""

import mimetypes
import re

from rapport.channels.kinds.email.mime import Entity

_ENDINGS = {
    "text/plain": ".txt",
    "text/html": ".html",
    "image/jpeg": ".jpg",
    "message/rfc822": ".eml",
    "message/global": ".eml",
    "message/delivery-status": ".txt",
    "text/rfc822-headers": ".txt",
    "text/calendar": ".ics",
}
# How files begin whose sender says neither their type nor their name.
_BEGINNINGS = (
    (b"%PDF-", ".pdf"), (b"\x89PNG", ".png"), (b"\xff\xd8\xff", ".jpg"), (b"GIF8", ".gif"), (b"PK\x03\x04", ".zip"),
    (b"BEGIN:VCALENDAR", ".ics"), (b"BEGIN:VCARD", ".vcf"), (b"{\\rtf", ".rtf"), (b"-----BEGIN PGP", ".asc"),
)  # fmt: skip
_WORDS = {"image": "image", "audio": "recording", "video": "video", "text": "text", "message": "report"}
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\u200b-\u200f\u202a-\u202e\u2066-\u2069]')


def name_for(entity: Entity, number: int) -> str:
    """At most 120 characters, no path, no control or direction marks, always with an ending."""
    given = harmless(entity.file_name)
    if given:
        return given
    if entity.content_type.startswith("message/") and entity.content_type != "message/delivery-status":
        subject = _FORBIDDEN.sub("", Entity(entity.payload()[:65_536]).header("subject")).strip(" .")
        if subject:
            return _shortened(f"{subject[:100]}.eml")
    if entity.content_type == "text/calendar":
        return f"invitation-{number}.ics"
    kind = entity.content_type.partition("/")[0]
    word = _WORDS.get(kind, "file")
    unknown = ".txt" if kind == "message" else ".bin"
    if entity.content_type == "application/octet-stream":
        beginning = entity.payload()[:16].lstrip()
        unknown = next((ending for mark, ending in _BEGINNINGS if beginning.startswith(mark)), unknown)
        return f"{word}-{number}{unknown}"
    ending = _ENDINGS.get(entity.content_type) or mimetypes.guess_extension(entity.content_type) or unknown
    return f"{word}-{number}{ending}"


def harmless(name: str) -> str:
    """A sender's name without path and marks; empty when nothing is left."""
    given = _FORBIDDEN.sub("", name.replace("\\", "/").rpartition("/")[2]).strip(" .")
    if len(given) > 2 and given[0] == given[-1] == "'":
        given = given[1:-1].strip(" .")
    return _shortened(given) if given else ""


def _shortened(name: str) -> str:
    stem, dot, ending = name.rpartition(".")
    if len(name) <= 120 or not dot or len(ending) > 12:
        return name[:120]
    return f"{stem[: 119 - len(ending)]}.{ending}"
