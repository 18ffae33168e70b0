"""Files: fetched while Meta still has them, and uploaded before a message names them.

Sizes and formats are those of "Attachment Upload API" and "Upload Media for Instagram Messaging" (April 2026).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from rapport.channels.errors import CannotConnect, CannotDeliver
from rapport.channels.graph import Graph, GraphProblem, push_in, words_in
from rapport.channels.kinds.facebook import reading
from rapport.channels.parcels import Fetched, pack, unpack
from rapport.channels.types import Incoming, Part
from rapport.kit import clock

MB = 1024 * 1024
LARGEST = 25 * MB
_LARGEST_IMAGE = 8 * MB
_LARGEST_FETCHED = 60 * MB
# How long a message waits for a file that cannot be had at the moment. Then its words are worth more.
_PATIENCE = timedelta(minutes=1)
_ON_INSTAGRAM: Mapping[str, tuple[str, ...]] = {
    "image": ("image/png", "image/jpeg", "image/gif"),
    "audio": ("audio/aac", "audio/mp4", "audio/x-m4a", "audio/wav", "audio/x-wav"),
    "video": ("video/mp4", "video/ogg", "video/x-msvideo", "video/quicktime", "video/webm"),
    "file": ("application/pdf",),
}


@dataclass(frozen=True)
class Sendable:
    sort: str
    part: Part


def with_files(body: bytes, graph: Graph) -> Incoming | None:
    """The push with the files that it names; None when it names none, or has them. Raises CannotConnect."""
    bare, files = unpack(body)
    if files:
        return None
    wanted = reading.media_of(push_in(bare, reading.OBJECTS))
    return Incoming(pack(bare, [_fetched(url, sent_at, graph) for url, sent_at in wanted])) if wanted else None


def _fetched(url: str, sent_at: datetime | None, graph: Graph) -> Fetched:
    try:
        answer = graph.download(url, largest=_LARGEST_FETCHED)
    except GraphProblem as error:
        is_fresh = sent_at is not None and clock.now() - sent_at < _PATIENCE
        if error.passes and is_fresh:
            raise CannotConnect(_("Meta does not hand over a file now: %(said)s") % {"said": error.said}) from error
        return Fetched(url, problem=error.said)
    content_type = answer.headers.get("Content-Type", "").partition(";")[0].strip()
    return Fetched(url, content_type=content_type or "application/octet-stream", body=answer.content)


def sendable(part: Part, *, on_instagram: bool) -> Sendable:
    """Raises CannotDeliver for what Meta would not take."""
    content_type = part.content_type.partition(";")[0].strip().lower()
    sort = content_type.partition("/")[0]
    sort = sort if sort in ("image", "audio", "video") else "file"
    if on_instagram and content_type not in _ON_INSTAGRAM[sort]:
        raise CannotDeliver(
            _("Instagram takes no files such as %(name)s. Send it as a JPEG, an MP4 or a PDF file, or send a link.")
            % {"name": part.name},
            permanent=True,
        )
    limit = _LARGEST_IMAGE if sort == "image" else LARGEST
    if len(part.body) > limit:
        raise CannotDeliver(
            _("%(name)s is larger than the %(limit)d MB that Meta takes. Make it smaller, or send a link.")
            % {"name": part.name, "limit": limit // MB},
            permanent=True,
        )
    return Sendable(sort, part)


def upload(file: Sendable, graph: Graph, page_id: str, *, on_instagram: bool) -> dict[str, Any]:
    """What a message says of this file once it is at Meta. Raises GraphProblem."""
    told = graph.upload(
        f"{page_id}/message_attachments",
        {
            "message": f'{{"attachment": {{"type": "{file.sort}", "payload": {{"is_reusable": true}}}}}}',
            **({"platform": "instagram"} if on_instagram else {}),
        },
        (file.part.name or file.sort, file.part.body, file.part.content_type),
        under="filedata",
    )
    return {"attachment": {"type": file.sort, "payload": {"attachment_id": words_in(told.get("attachment_id"))}}}
