"""Mail in files: single ones, folders, mbox archives and standard input, one after the other, in order."""

import io
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, BinaryIO

from rapport.channels.types import Incoming

# Larger mails wait in a temporary file, not in memory.
_IN_MEMORY = 4 * 1024 * 1024
_FROM = b"From "


class CannotOpen(Exception):
    """A path that is not there or may not be read; the message names it."""


def mails_in(
    paths: Sequence[str], *, recipients: tuple[str, ...], on_bytes: Callable[[int], None]
) -> Iterator[Incoming | CannotOpen]:
    """Every mail in these paths, in order; what cannot be opened comes as the reason, and the rest goes on."""
    for path in paths:
        try:
            yield from _in_path(path, recipients, on_bytes)
        except OSError as error:
            yield CannotOpen(f"{path} cannot be read: {error.strerror or error}.")


def total_bytes(paths: Sequence[str]) -> int:
    """How much there is to read, for a progress bar; standard input counts as nothing."""
    files = [file for path in paths if path != "-" for file in _files_under(Path(path))]
    return sum(file.stat().st_size for file in files)


def _files_under(path: Path) -> list[Path]:
    try:
        return (
            sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path.resolve(strict=True)]
        )
    except OSError:
        return []


def _in_path(
    path: str, recipients: tuple[str, ...], on_bytes: Callable[[int], None]
) -> Iterator[Incoming | CannotOpen]:
    if path == "-":
        yield from _in_stream(sys.stdin.buffer, "-", recipients, on_bytes)
        return
    place = Path(path)
    if place.is_dir():
        for file in _files_under(place):
            yield from mails_in([str(file)], recipients=recipients, on_bytes=on_bytes)
        return
    with place.open("rb") as stream:
        yield from _in_stream(stream, path, recipients, on_bytes)


def _in_stream(
    stream: IO[bytes], name: str, recipients: tuple[str, ...], on_bytes: Callable[[int], None]
) -> Iterator[Incoming]:
    buffered = io.BufferedReader(stream) if not hasattr(stream, "peek") else stream  # type: ignore[type-var]
    start = buffered.read(len(_FROM))
    if start == _FROM:
        yield from _in_mbox(buffered, name, recipients, on_bytes)
        return
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as spool:
        spool.write(start)
        on_bytes(len(start))
        while chunk := buffered.read(256 * 1024):
            spool.write(chunk)
            on_bytes(len(chunk))
        yield _incoming(spool, name, recipients)


def _in_mbox(
    stream: IO[bytes], name: str, recipients: tuple[str, ...], on_bytes: Callable[[int], None]
) -> Iterator[Incoming]:
    """Mails begin at a "From " line after an empty one; a quoted ">From " loses its mark again."""
    on_bytes(len(_FROM) + len(stream.readline()))
    number = 1
    spool: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115
    is_after_empty = False
    for line in stream:
        on_bytes(len(line))
        if is_after_empty and line.startswith(_FROM):
            yield _incoming(spool, f"{name}#{number}", recipients)
            spool.close()
            spool = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115
            number += 1
            is_after_empty = False
            continue
        is_after_empty = line in (b"\n", b"\r\n")
        is_quoted = line.startswith(b">") and line.lstrip(b">").startswith(_FROM)
        spool.write(line[1:] if is_quoted else line)
    yield _incoming(spool, f"{name}#{number}", recipients)
    spool.close()


def _incoming(spool: IO[bytes] | BinaryIO, source: str, recipients: tuple[str, ...]) -> Incoming:
    """Small ones in memory; a large one as a file that is read before the next mail is asked for."""
    size = spool.tell()
    spool.seek(0)
    body = spool.read() if size <= _IN_MEMORY else spool
    return Incoming(body, source, recipients)  # type: ignore[arg-type]  # a spooled file reads like any other
