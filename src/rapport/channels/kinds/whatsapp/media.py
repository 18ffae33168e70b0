"""Files: fetched from WhatsApp while it still has them, and uploaded before a message names them.

Kinds and sizes are those of "Supported media types" on the page "Media" (developers.facebook.com/documentation/
business-messaging/whatsapp/business-phone-numbers/media, June 2026).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from rapport.channels.errors import CannotConnect, CannotDeliver
from rapport.channels.graph import Graph, GraphProblem, push_in, words_in
from rapport.channels.kinds.whatsapp import reading, refusing, saying
from rapport.channels.parcels import Fetched, pack, unpack
from rapport.channels.types import Incoming, Part
from rapport.kit import clock

MB = 1024 * 1024
# A delivery larger than 64 MB is kept and not read.
_LARGEST_FETCHED = 60 * MB
# How long a message waits for a file that cannot be had at the moment. Then its words are worth more.
_PATIENCE = timedelta(minutes=1)
_LARGEST = {"image": 5 * MB, "audio": 16 * MB, "video": 16 * MB, "document": 100 * MB}
_OFFICE = "application/vnd.openxmlformats-officedocument."
_SORTS = {
    **dict.fromkeys(("image/jpeg", "image/png"), "image"),
    **dict.fromkeys(("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"), "audio"),
    **dict.fromkeys(("video/mp4", "video/3gpp"), "video"),
    **dict.fromkeys(
        (
            *("application/pdf", "text/plain", "application/msword", "application/vnd.ms-excel"),
            "application/vnd.ms-powerpoint",
            *(f"{_OFFICE}{name}" for name in ("wordprocessingml.document", "spreadsheetml.sheet")),
            f"{_OFFICE}presentationml.presentation",
        ),
        "document",
    ),
}
_SAME = {
    "image/jpg": "image/jpeg",
    "audio/mp3": "audio/mpeg",
    "audio/x-m4a": "audio/mp4",
    "audio/m4a": "audio/mp4",
    "audio/opus": "audio/ogg",
    "application/ogg": "audio/ogg",
}
CONTENT_TYPES = tuple(sorted({*_SORTS, *_SAME, "text/"}))


@dataclass(frozen=True)
class Sendable:
    """A file as WhatsApp takes it: which sort of message it becomes, and how it is uploaded."""

    sort: str
    content_type: str
    part: Part

    @property
    def is_voice(self) -> bool:
        return self.content_type == "audio/ogg"

    @property
    def takes_caption(self) -> bool:
        return self.sort != "audio"


def with_files(body: bytes, graph: Graph) -> Incoming | None:
    """The push with the files that it names; None when it names none, or has them. Raises CannotConnect."""
    bare, files = unpack(body)
    if files:
        return None
    wanted = reading.media_of(push_in(bare, (reading.OBJECT,)))
    if not wanted:
        return None
    return Incoming(pack(bare, [_fetched(media, sent_at, graph) for media, sent_at in wanted]))


def _fetched(media: Mapping[str, Any], sent_at: datetime | None, graph: Graph) -> Fetched:
    key = words_in(media.get("id"))
    try:
        told = graph.get(key)
        size = told.get("file_size")
        if isinstance(size, int) and size > _LARGEST_FETCHED:
            problem = _("it is larger than %(limit)d MB") % {"limit": _LARGEST_FETCHED // MB}
            return Fetched(key, problem=problem)
        answer = graph.download(words_in(told.get("url")), largest=_LARGEST_FETCHED)
    except GraphProblem as error:
        is_fresh = sent_at is not None and clock.now() - sent_at < _PATIENCE
        if error.passes and is_fresh:
            raise CannotConnect(_("WhatsApp does not hand over a file now: %(said)s") % {"said": error.said}) from error
        return Fetched(key, problem=refusing.verdict_on(error).reason)
    content_type = words_in(told.get("mime_type")) or words_in(media.get("mime_type")) or "application/octet-stream"
    return Fetched(key, content_type=content_type.partition(";")[0].strip(), body=answer.content)


def sendable(part: Part) -> Sendable:
    """Raises CannotDeliver for what WhatsApp would not take."""
    content_type = part.content_type.partition(";")[0].strip().lower()
    content_type = _SAME.get(content_type, content_type)
    if content_type.startswith("text/"):
        content_type = "text/plain"
    sort = _SORTS.get(content_type)
    name = {"name": part.name}
    if sort is None:
        raise CannotDeliver(
            _("WhatsApp takes no files such as %(name)s. Send it as a PDF, a JPEG or an MP4 file, or send a link.")
            % name,
            permanent=True,
        )
    if len(part.body) > _LARGEST[sort]:
        limit = {"limit": _LARGEST[sort] // MB}
        raise CannotDeliver(
            _("%(name)s is larger than the %(limit)d MB that WhatsApp takes. Make it smaller, or send a link.")
            % {**name, **limit},
            permanent=True,
        )
    if content_type == "audio/ogg" and b"OpusHead" not in part.body[:512]:
        raise CannotDeliver(
            _("WhatsApp plays Ogg files only if they hold Opus. Send %(name)s as an MP3 file.") % name, permanent=True
        )
    return Sendable(sort, content_type, part)


def upload(file: Sendable, graph: Graph, phone_number_id: str) -> dict[str, Any]:
    """What a message says of this file once it is at WhatsApp. Raises GraphProblem."""
    name = file.part.name or saying.file_name(file.sort, {"mime_type": file.content_type})
    told = graph.upload(
        f"{phone_number_id}/media",
        {"messaging_product": "whatsapp", "type": file.content_type},
        (name, file.part.body, file.content_type),
        under="file",
    )
    described: dict[str, Any] = {"id": words_in(told.get("id"))}
    if file.sort == "document":
        described["filename"] = name
    if file.is_voice:
        described["voice"] = True
    return described
