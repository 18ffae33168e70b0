"""Exports as desks write them: a file or a zip archive of JSON, JSON lines or XML, read record by record.

A record comes with what it is called: by its element in XML, by the key around it or by its file's name in JSON.
"""

import json
import re
import zipfile
from collections.abc import Callable, Iterator
from itertools import chain, islice
from typing import Any
from xml.etree import ElementTree

from django.utils.translation import gettext as _

from rapport.backbone import files
from rapport.exchange.moving_in.errors import CannotRead, MovingError
from rapport.exchange.moving_in.seam import Source, in_parts
from rapport.exchange.moving_in.types import Kind, Page, Step

Row = dict[str, Any]
_AT_ONCE = 200
_MOST_FILES = 2_000
# What is one array has to be read as a whole.
_LARGEST_ARRAY = 300 * 1024 * 1024
_BLANK = b"\xef\xbb\xbf \t\r\n"
_ENDINGS = (".json", ".jsonl", ".ndjson", ".xml")


class ExportFile(Source):
    """A source that is read from a file; a desk says what its records are and what they mean."""

    kinds = (Kind.COMPANIES, Kind.CUSTOMERS, Kind.CONVERSATIONS)
    reads_file = True

    def label_row(self, row: Row) -> tuple[str, str]:
        """Its key and its version."""
        return str(row["id"]), str(row.get("updated_at") or "")

    def kind_of(self, name: str, row: Row) -> Kind | None:
        raise NotImplementedError

    def check(self) -> list[Step]:
        label, counts = _("Reading the file"), dict.fromkeys(self.kinds, 0)
        try:
            for name, row in self.records():
                if kind := self.kind_of(name, row):
                    counts[kind] += 1
        except (MovingError, files.Missing) as error:
            return [Step(label, str(error))]
        if not any(counts.values()):
            told = {"name": self.label}
            return [Step(label, _("There are no conversations, people or companies of %(name)s in this file.") % told)]
        return [Step(label, said=", ".join(f"{kind.label}: {counts[kind]}" for kind in self.kinds))]

    def records(self) -> Iterator[tuple[str, Row]]:
        """Every record with what it is called. Raises CannotRead."""
        stored = self.settings.get("file")
        if stored is None:
            raise CannotRead(_("The file is no longer kept. Choose it again."))
        with files.open(stored) as raw:
            yield from _records(raw)

    def paged(self, kind: Kind, cursor: str, read: Callable[[Row], Any]) -> Iterator[Page[Any]]:
        done = int(cursor) if cursor.isdecimal() else 0
        total = sum(1 for _row in self._rows(kind))
        rows = islice(self._rows(kind), done, None)
        while chunk := list(islice(rows, _AT_ONCE)):
            yield from in_parts(
                kind, chunk, read, known=self.known, label=self.label_row, before=str(done),
                after=str(done + len(chunk)), total=total, size=_AT_ONCE if kind != Kind.CONVERSATIONS else 50,
            )  # fmt: skip
            done += len(chunk)

    def _rows(self, kind: Kind) -> Iterator[Row]:
        return (row for name, row in self.records() if self.kind_of(name, row) == kind)


def _records(raw: Any) -> Iterator[tuple[str, Row]]:
    if raw.read(4) != b"PK\x03\x04":
        raw.seek(0)
        yield from _of_file(raw, "")
        return
    raw.seek(0)
    try:
        with zipfile.ZipFile(raw) as archive:
            names = [name for name in archive.namelist() if name.lower().endswith(_ENDINGS) and "__MACOSX" not in name]
            for name in names[:_MOST_FILES]:
                with archive.open(name) as inner:
                    yield from _of_file(inner, name)
    except (zipfile.BadZipFile, RuntimeError, OSError) as error:
        raise CannotRead(_("The archive is broken, or it needs a password.")) from error


def _of_file(raw: Any, path: str) -> Iterator[tuple[str, Row]]:
    name = _called(re.sub(r"[\d_-]*$", "", path.rpartition("/")[2].rpartition(".")[0]))
    # Not the file's own iterator: a stored file begins anew with each.
    lines = iter(raw.readline, b"")
    first = next((line for line in lines if line.strip(_BLANK)), b"").lstrip(_BLANK)
    if first.startswith(b"<"):
        yield from _of_xml(chain([first], lines))
    elif first.startswith((b"{", b"[")):
        yield from _of_json(first, raw, name)
    elif first:
        raise CannotRead(_("This is neither JSON nor XML. Choose the export as you got it."))


def _of_json(first: bytes, raw: Any, name: str) -> Iterator[tuple[str, Row]]:
    """A record a line; else all of it is one array, or an object around some."""
    try:
        said = json.loads(first)
    except ValueError:
        rest = raw.read(_LARGEST_ARRAY + 1)
        if len(rest) > _LARGEST_ARRAY:
            raise CannotRead(_("This file is too large to be one array. Export it as one record a line.")) from None
        try:
            said = json.loads(first + rest)
        except ValueError as error:
            raise CannotRead(_("The JSON of this file is broken off. Export it anew.")) from error
    yield from _unfolded(said, name)
    for number, line in enumerate(iter(raw.readline, b""), start=2):
        if line.strip():
            try:
                yield from _unfolded(json.loads(line), name)
            except ValueError as error:
                told = {"number": number}
                raise CannotRead(_("Line %(number)d of the file is no JSON. Export it anew as JSON.") % told) from error


def _unfolded(said: Any, name: str) -> Iterator[tuple[str, Row]]:
    if isinstance(said, list):
        for each in said:
            yield from _unfolded(each, name)
    elif isinstance(said, dict) and "id" not in said:
        for key, value in said.items():
            if isinstance(value, list | dict):
                yield from _unfolded(value, _called(key))
    elif isinstance(said, dict):
        yield name, said


def _of_xml(lines: Iterator[bytes]) -> Iterator[tuple[str, Row]]:
    """Each element below the root is a record."""
    parser: Any = ElementTree.XMLPullParser(("start", "end"))
    depth = 0
    try:
        for number, line in enumerate(lines):
            if number < 50 and (b"<!DOCTYPE" in line or b"<!ENTITY" in line):
                raise CannotRead(_("This XML defines words of its own, which an export does not. It is not read."))
            parser.feed(line)
            for event, element in parser.read_events():
                depth += 1 if event == "start" else -1
                if event == "end" and depth == 1:
                    value = _valued(element)
                    if isinstance(value, dict):
                        yield _called(element.tag), value
                    element.clear()
        parser.close()
    except ElementTree.ParseError as error:
        raise CannotRead(_("The XML of this file is broken off. Export it anew.")) from error


def _valued(element: ElementTree.Element) -> Any:
    """As JSON would have it: by the type that Rails writes beside it."""
    kind = element.get("type", "")
    if element.get("nil") == "true":
        return None
    if kind == "array":
        return [_valued(each) for each in element]
    if len(element):
        return {each.tag.replace("-", "_"): _valued(each) for each in element}
    text = (element.text or "").strip()
    if kind == "integer":
        return int(text) if text.lstrip("-").isdecimal() else None
    return text == "true" if kind == "boolean" else text


def _called(name: str) -> str:
    """helpdesk-tickets, HelpdeskTicket and Tickets are all a ticket."""
    word = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).replace("-", "_").lower().removeprefix("helpdesk_")
    return f"{word[:-3]}y" if word.endswith("ies") else word.removesuffix("s")
