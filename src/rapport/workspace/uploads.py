"""Files added to something not sent yet: stored at once, and named by a signed word until a message takes them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy

from rapport.backbone import files
from rapport.backbone.models import StoredFile
from rapport.conversations.models import Attachment
from rapport.conversations.types import IncomingFile
from rapport.team.models import Agent

# What most mail servers still take, after base64 has made it a third larger.
LIMIT = 25 * 1024 * 1024
TOO_LARGE = gettext_lazy("This file is larger than 25 MB. Put it where it can be downloaded and send the link.")
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
    return in_draft([_read(word, by) for word in words if word])


def in_draft(said: Sequence[Mapping[str, Any]]) -> list[IncomingFile]:
    """The files that a draft names. Raises UnknownUpload for one that is gone."""
    stored = StoredFile.objects.in_bulk([each["file"] for each in said])
    found = []
    for each in said:
        file = stored.get(each["file"])
        if file is None:
            raise UnknownUpload(each["name"])
        found.append(IncomingFile(file.pk, each["name"], each["type"], file.size, file.sha256))
    return found


def _read(word: str, by: Agent) -> dict[str, Any]:
    try:
        said: dict[str, Any] = signing.loads(word, salt=_salt(by), max_age=_GOOD_FOR)
    except signing.BadSignature as error:
        raise UnknownUpload(word[:40]) from error
    return said


def stored(file: IncomingFile) -> StoredFile:
    """Where its bytes are."""
    return StoredFile.objects.get(pk=file.file_id)


def draft_of(words: Iterable[str], *, by: Agent) -> list[dict[str, Any]]:
    """What a draft keeps of the files these words stand for; nothing of a word that is too old or another's."""
    kept = []
    for word in words:
        try:
            kept.append(_read(word, by))
        except UnknownUpload:
            continue
    return kept


def from_draft(kept: Iterable[Mapping[str, Any]], *, by: Agent) -> list[dict[str, Any]]:
    """The files of a draft as the composer shows them, with fresh words."""
    kept = list(kept)
    stored = StoredFile.objects.in_bulk([each["file"] for each in kept])
    return [
        {"word": _word(each["file"], each["name"], each["type"], by), "name": each["name"], "size": file.size}
        for each in kept
        if (file := stored.get(each["file"]))
    ]


def renewed(word: str, *, by: Agent) -> str:
    """A fresh word for the same file, however old this one is; empty when it never was this agent's."""
    try:
        said = signing.loads(word, salt=_salt(by))
    except signing.BadSignature:
        return ""
    return _word(said["file"], said["name"], said["type"], by)


def again(attachments: Iterable[Attachment], *, by: Agent) -> list[str]:
    """Words for the files of a message that was taken back."""
    return [_word(file.file_id, file.name, file.content_type, by) for file in attachments]


def _word(file: int, name: str, kind: str, by: Agent) -> str:
    return signing.dumps({"file": file, "name": name, "type": kind}, salt=_salt(by), compress=True)


def _salt(agent: Agent) -> str:
    return f"upload of agent {agent.pk}"
