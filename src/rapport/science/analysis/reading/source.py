"""The bytes of a table: a file, a compressed file, or what comes in by a pipe."""

import gzip
import io
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TextIO, cast

from rapport.science.analysis.errors import CannotRead

_GZIP = b"\x1f\x8b"
# What people call a table and is none, by its first bytes.
_OTHERS = {
    b"PK\x03\x04": "an Excel workbook or a ZIP archive",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"PAR1": "a Parquet file",
    b"%PDF": "a PDF document",
    b"SQLite format 3": "an SQLite database",
    b"\x89PNG": "a picture",
    b"<!DOCTYPE": "a web page",
    b"<html": "a web page",
}


@dataclass(frozen=True)
class Source:
    """`name` is what the table is called; it is read from `path`, or from `content` when it came by a pipe."""

    name: str
    path: Path | None = None
    content: bytes = b""

    @property
    def stem(self) -> str:
        """The name without what it ends with."""
        return self.name.removesuffix(".gz").rsplit(".", 1)[0] or self.name

    def open(self) -> BinaryIO:
        """The bytes, unpacked."""
        if self.path is None:
            packed = self.content.startswith(_GZIP)
            return cast(BinaryIO, gzip.open(io.BytesIO(self.content))) if packed else io.BytesIO(self.content)
        with self.path.open("rb") as raw:
            packed = raw.read(2) == _GZIP
        return cast(BinaryIO, gzip.open(self.path)) if packed else self.path.open("rb")

    def text(self, encoding: str) -> TextIO:
        """The text, with line ends as they are."""
        return io.TextIOWrapper(self.open(), encoding=encoding, newline="")


def find_source(given: str | Path) -> Source:
    """The table named by a path, or by "-" what comes in by a pipe. Raises CannotRead for what is no table."""
    source = Source("table", content=sys.stdin.buffer.read()) if str(given) == "-" else _file(Path(given))
    with source.open() as stream:
        try:
            start = stream.read(4096)
        except (OSError, EOFError) as error:
            raise CannotRead(f"{source.name} is compressed and damaged: it cannot be unpacked.") from error
    if not start.strip(b"\x00\xff\xfe\xef\xbb\xbf \t\r\n"):
        raise CannotRead(f"{source.name} is empty.")
    for first, kind in _OTHERS.items():
        if start.lower().startswith(first.lower()):
            raise CannotRead(f"{source.name} is {kind}, not a CSV file. Save the table as CSV and try again.")
    return source


def _file(path: Path) -> Source:
    if path.is_dir():
        raise CannotRead(f"{path} is a folder. Name the CSV file in it.")
    try:
        path.open("rb").close()
    except FileNotFoundError:
        raise CannotRead(f"There is no file {path}.") from None
    except OSError as error:
        raise CannotRead(f"{path} cannot be opened: {error.strerror}.") from error
    return Source(path.name, path)
