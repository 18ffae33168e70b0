"""Files added to something not sent yet: stored at once, and named by a signed word until a message takes them."""

from collections.abc import Iterable
from typing import Any

from django.core import signing
from django.core.files.uploadedfile import UploadedFile

from rapport.backbone import files
from rapport.backbone.models import StoredFile
from rapport.conversations.models import Attachment
from rapport.conversations.types import IncomingFile
from rapport.team.models import Agent

# What most mail servers still take, after base64 has made it a third larger.
LIMIT = 25 * 1024 * 1024
_GOOD_FOR = 7 * 24 * 3600


class TooLarge(ValueError):
    """The file is larger than a message can carry."""


class UnknownUpload(ValueError):
    """A word that names no upload of this agent, or one that is too old."""


def keep(upload: "UploadedFile[Any]", *, by: Agent) -> str:
    """Store the bytes; returns the word that stands for them, good for a week and for this agent only."""
    if (upload.size or 0) > LIMIT:
        raise TooLarge(upload.name or "")
    stored = files.keep(upload.file or b"")
    name, kind = upload.name or "file", upload.content_type or "application/octet-stream"
    return _word(stored.pk, name[:255], kind[:120], by)


def named(words: Iterable[str], *, by: Agent) -> list[IncomingFile]:
    """The files these words stand for, in their order. Raises UnknownUpload."""
    said = [_read(word, by) for word in words if word]
    stored = StoredFile.objects.in_bulk([each["file"] for each in said])
    found = []
    for each in said:
        file = stored.get(each["file"])
        if file is None:
            raise UnknownUpload(each["name"])
        found.append(IncomingFile(file.pk, each["name"], each["type"], file.size, file.sha256))
    return found


def _read(word: str, by: Agent) -> dict[str, str]:
    try:
        said: dict[str, str] = signing.loads(word, salt=_salt(by), max_age=_GOOD_FOR)
    except signing.BadSignature as error:
        raise UnknownUpload(word[:40]) from error
    return said


def again(attachments: Iterable[Attachment], *, by: Agent) -> list[str]:
    """Words for the files of a message that was taken back."""
    return [_word(file.file_id, file.name, file.content_type, by) for file in attachments]


def _word(file: int, name: str, kind: str, by: Agent) -> str:
    return signing.dumps({"file": file, "name": name, "type": kind}, salt=_salt(by), compress=True)


def _salt(agent: Agent) -> str:
    return f"upload of agent {agent.pk}"
