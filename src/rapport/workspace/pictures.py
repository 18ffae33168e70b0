"""Pictures inside a text: an address of ours while it is written, a Content-ID of the mail when it is sent."""

import re
import secrets
from collections.abc import Iterable
from html import unescape
from urllib.parse import unquote

from django.urls import reverse

from rapport.conversations.models import Attachment, Message
from rapport.conversations.queries import attachments_visible_to
from rapport.conversations.types import IncomingFile
from rapport.team.models import Agent
from rapport.workspace import uploads

_UPLOADED = re.compile(r'src="/uploads/([^"/?]+)"')
_ATTACHED = re.compile(r'src="/attachments/(\d{1,18})(?:\?inline=1)?"')
_TRAVELLING = re.compile(r'src="cid:([^"]+)"', re.IGNORECASE)


def travelling(html: str, *, about: Message | None, by: Agent) -> tuple[str, list[IncomingFile]]:
    """The HTML with each picture of ours named by a Content-ID, and these pictures as parts of the mail.

    `about` may bring the pictures of what is passed on. Raises uploads.UnknownUpload.
    """
    found: dict[str, IncomingFile] = {}

    def uploaded(match: re.Match[str]) -> str:
        word = unquote(unescape(match[1]))
        if word not in found:
            found[word] = _as_part(uploads.named([word], by=by)[0], "")
        return f'src="cid:{found[word].content_id}"'

    def attached(match: re.Match[str]) -> str:
        file = attachments_visible_to(by).filter(pk=match[1]).first()
        if file is None:
            return 'src=""'
        found.setdefault(match[1], _part_of(file))
        return f'src="cid:{found[match[1]].content_id}"'

    html = _ATTACHED.sub(attached, _UPLOADED.sub(uploaded, html))
    for file in about.attachments.all() if about else ():
        if file.content_id and f"cid:{file.content_id}" in html and not _is_among(file, found.values()):
            found[f"cid:{file.content_id}"] = _part_of(file)
    return html, list(found.values())


def at_home(html: str, files: Iterable[Attachment], *, by: Agent) -> str:
    """The other way: HTML that was taken back, its pictures under addresses that the composer can show."""
    by_id = {file.content_id: file for file in files if file.content_id}

    def shown(match: re.Match[str]) -> str:
        file = by_id.get(unquote(unescape(match[1])).strip("<>"))
        return f'src="{reverse("upload", args=uploads.again([file], by=by))}"' if file else 'src=""'

    return _TRAVELLING.sub(shown, html)


def kept_fresh(html: str, *, by: Agent) -> str:
    """A draft's HTML with new words for its pictures, however long ago it was written."""

    def renewed(match: re.Match[str]) -> str:
        word = uploads.renewed(unquote(unescape(match[1])), by=by)
        return f'src="{reverse("upload", args=[word])}"' if word else match[0]

    return _UPLOADED.sub(renewed, html)


def attached_to(message: Message) -> list[Attachment]:
    """The files of a message that its text does not show."""
    files = message.attachments.order_by("id")
    return [file for file in files if not (file.content_id and f"cid:{file.content_id}" in message.html)]


def _is_among(file: Attachment, parts: Iterable[IncomingFile]) -> bool:
    return any(part.content_id == file.content_id for part in parts)


def _part_of(file: Attachment) -> IncomingFile:
    kept = IncomingFile(file.file_id, file.name, file.content_type, file.size, file.sha256)
    return _as_part(kept, file.content_id)


def _as_part(file: IncomingFile, content_id: str) -> IncomingFile:
    return IncomingFile(
        file.file_id,
        file.name,
        file.content_type,
        file.size,
        file.sha256,
        content_id=content_id or f"{secrets.token_urlsafe(12)}@rapport",
        inline=True,
    )
