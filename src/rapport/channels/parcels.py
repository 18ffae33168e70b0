"""A push and the files that it only named, kept together as one delivery.

Providers send the address of a picture and not the picture. Whoever fetches it (`Kind.fetch`) packs both, so that
reading stays pure and can be done again years later, when the provider has long deleted the picture.
"""

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rapport.channels.errors import CannotRead

_MARK = b"PK\x03\x04"
_PUSH, _LIST = "push", "files.json"
# What is unpacked may be so large and no larger.
_LARGEST = 256 * 1024 * 1024


@dataclass(frozen=True)
class Fetched:
    """A file by the key under which the push names it. `problem` says why it could not be had."""

    key: str
    name: str = ""
    content_type: str = "application/octet-stream"
    body: bytes = b""
    problem: str = ""


def pack(push: bytes, files: Sequence[Fetched]) -> bytes:
    """One body that holds both."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as parcel:
        parcel.writestr(_entry(_PUSH), push)
        listed = [[each.key, each.name, each.content_type, each.problem] for each in files]
        parcel.writestr(_entry(_LIST), json.dumps(listed, ensure_ascii=False))
        for number, each in enumerate(files):
            parcel.writestr(_entry(str(number)), each.body)
    return target.getvalue()


def unpack(body: bytes) -> tuple[bytes, Mapping[str, Fetched]]:
    """The push, and its files by key; a body that was never packed is a push without files. Raises CannotRead."""
    if not body.startswith(_MARK):
        return body, {}
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as parcel:
            if sum(entry.file_size for entry in parcel.infolist()) > _LARGEST:
                raise CannotRead("The files of this delivery are too large to be unpacked.")
            files = {
                key: Fetched(key, name, content_type, parcel.read(str(number)), problem)
                for number, (key, name, content_type, problem) in enumerate(json.loads(parcel.read(_LIST)))
            }
            return parcel.read(_PUSH), files
    except (zipfile.BadZipFile, KeyError, ValueError, NotImplementedError, RuntimeError) as error:
        raise CannotRead(f"This delivery cannot be unpacked: {error}") from error


def _entry(name: str) -> zipfile.ZipInfo:
    """With a date that is always the same, so that the same push makes the same bytes."""
    return zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
