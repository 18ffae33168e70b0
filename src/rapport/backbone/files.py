"""Keep bytes once, by what they are, so that what we acknowledged survives a power cut.

    stored = keep(data)          # bytes or an open file; the row joins the caller's transaction
    read(stored), open(stored)
    forget([stored.pk])          # once nothing refers to it

Files live where `RAPPORT_FILES_URL` says: `file:///path`, or `s3://bucket/prefix` with django-storages.
"""

import contextlib
import errno
import hashlib
import io
import os
import tempfile
from collections.abc import Iterable, Iterator
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import IO, BinaryIO
from urllib.parse import parse_qsl, unquote, urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.files import File
from django.core.files.storage import FileSystemStorage, Storage
from django.db.models import ProtectedError, RestrictedError
from django.utils.module_loading import import_string

from rapport.backbone.models import StoredFile
from rapport.kit import clock

# Up to this size bytes wait in memory while their digest is computed, above it in a temporary file.
_IN_MEMORY = 4 * 1024 * 1024
_CHUNK = 256 * 1024
# Bytes without a row are left alone for so long: somebody may be about to write it.
_UNCLAIMED = timedelta(days=1)
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class NoSpace(Exception):
    """The disk is full. Nothing was half-written; the sender should try again later."""

    def __init__(self) -> None:
        super().__init__("There is no space left for files. Free some space; nothing was lost.")


class Missing(Exception):
    """A row names a file that its storage does not have: restore it from a backup."""


def is_full(error: BaseException) -> bool:
    """Whether it says that there is no room, on the disk of the files or on the database's."""
    return (
        isinstance(error, NoSpace)
        or getattr(error, "errno", None) in _FULL
        or "is full" in str(error)
        or "No space left" in str(error)
    )


def keep(data: bytes | BinaryIO | IO[bytes]) -> StoredFile:
    """Store bytes under their SHA-256 and return their row, the existing one when they are here already.

    The bytes and the directory entry are on the disk before the row is written. Raises NoSpace.
    """
    try:
        return _keep(data)
    except OSError as error:
        if error.errno in _FULL:
            raise NoSpace from error
        raise


def read(stored: StoredFile) -> bytes:
    """All bytes of a stored file. Raises Missing."""
    with open(stored) as file:
        return file.read()


def open(stored: StoredFile) -> BinaryIO:
    """The stored file, open for reading. Raises Missing."""
    try:
        return storage().open(stored.path, "rb")  # type: ignore[return-value]  # Django's File reads like one
    except FileNotFoundError as error:
        raise Missing(f"The file {stored.path} is not in its storage. Restore it from a backup.") from error


def forget(ids: Iterable[int]) -> None:
    """Drop the rows of stored files that nothing refers to any more; `sweep` takes their bytes a day later."""
    for pk in ids:
        with contextlib.suppress(ProtectedError, RestrictedError):
            StoredFile.objects.filter(pk=pk).delete()


def sweep() -> int:
    """Delete the bytes that have had no row for a day; answers how many files went.

    Whoever stores the same bytes again in this moment has just touched the file, or writes it anew.
    """
    where = storage()
    old = clock.now() - _UNCLAIMED
    gone = 0
    for path in _every_file(where):
        is_known = StoredFile.objects.filter(path=path).exists()
        if not is_known and where.get_modified_time(path) < old:
            where.delete(path)
            gone += 1
    return gone


def storage() -> Storage:
    """Where files live now."""
    return _storage_for(settings.FILES_URL)


class DurableFiles(FileSystemStorage):
    """Django's local storage, but a file appears whole or not at all, and stays after a power cut."""

    def _save(self, name: str, content: File) -> str:  # type: ignore[type-arg]
        target = Path(self.path(name))
        made = [folder for folder in target.parents if not folder.exists()]
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor, temporary = tempfile.mkstemp(prefix=".new-", dir=target.parent)
        try:
            with os.fdopen(descriptor, "wb") as file:
                for chunk in content.chunks(_CHUNK):
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, target)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        # A new name is only as durable as the directory that holds it, and that one as its own.
        for folder in [target.parent, *(folder.parent for folder in made)]:
            _sync_folder(folder)
        return name


def _keep(data: bytes | BinaryIO | IO[bytes]) -> StoredFile:
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as spool:
        digest, size = _spool(io.BytesIO(data) if isinstance(data, bytes | bytearray | memoryview) else data, spool)
        path = f"{digest[:2]}/{digest[2:4]}/{digest}"
        known = StoredFile.objects.filter(sha256=digest).first()
        if known is None or not _is_whole(known.path, size):
            spool.seek(0)
            path = _place(path, size, spool)
        if known:
            return known
        # Two writers of the same bytes: one creates the row, the other finds it.
        return StoredFile.objects.get_or_create(sha256=digest, defaults={"size": size, "path": path})[0]


def _spool(source: BinaryIO | IO[bytes], spool: IO[bytes]) -> tuple[str, int]:
    digest = hashlib.sha256()
    size = 0
    while chunk := source.read(_CHUNK):
        digest.update(chunk)
        spool.write(chunk)
        size += len(chunk)
    return digest.hexdigest(), size


def _place(path: str, size: int, spool: IO[bytes]) -> str:
    where = storage()
    if _is_whole(path, size):
        if isinstance(where, DurableFiles):
            os.utime(where.path(path))
        return path
    if where.exists(path) and not isinstance(where, DurableFiles):
        # An object of the wrong size, from an upload that broke off: no storage overwrites by itself.
        where.delete(path)
    if isinstance(where, DurableFiles):
        return where._save(path, File(spool, name=path))
    return where.save(path, File(spool, name=path))


def _every_file(where: Storage) -> Iterator[str]:
    """The paths of all stored files: two folders of two letters each, then the digest."""
    with contextlib.suppress(FileNotFoundError):
        for first in where.listdir("")[0]:
            for second in where.listdir(first)[0]:
                for name in where.listdir(f"{first}/{second}")[1]:
                    yield f"{first}/{second}/{name}"


def _is_whole(path: str, size: int) -> bool:
    try:
        return storage().size(path) == size
    except Exception:  # each storage has its own way to say that a file is not there
        return False


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@lru_cache(maxsize=4)
def _storage_for(url: str) -> Storage:
    parts = urlsplit(url)
    if parts.scheme == "file":
        return DurableFiles(location=unquote(parts.path), file_permissions_mode=0o600)
    if parts.scheme == "s3":
        return _s3(parts.netloc, parts.path.strip("/"), dict(parse_qsl(parts.query)))
    raise ImproperlyConfigured(f"RAPPORT_FILES_URL must begin with file:// or s3://, not {parts.scheme}://.")


def _s3(bucket: str, prefix: str, options: dict[str, str]) -> Storage:
    """Options of the address (`endpoint_url`, `region_name`) go to django-storages; keys come from the environment."""
    try:
        kind = import_string("storages.backends.s3.S3Storage")
    except ImportError as error:
        raise ImproperlyConfigured(
            'Files on S3 need one more package: install it with pip install "rapport[s3]".'
        ) from error
    made: Storage = kind(bucket_name=bucket, location=prefix, default_acl=None, file_overwrite=True, **options)
    return made
