"""A table from whatever a spreadsheet writes: CSV in the encodings of the world, and XLSX.

table = look(data)                       # what it is: raises CannotRead
for number, cells in rows(data, table): ...

`number` counts as the spreadsheet does, from 1, blank rows too; blank rows are not answered.
"""

import csv
import io
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import islice
from typing import Any

from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from rapport.customers.importing.errors import CannotRead
from rapport.kit.text import storable

LARGEST = 25 * 1024 * 1024
MOST_ROWS = 200_000
MOST_COLUMNS = 100
ENCODINGS = ("utf-8-sig", "utf-16", "gb18030", "cp1252")
SEPARATORS = (",", ";", "\t", "|")
# Any run of spaces: what old programs write. Only where it is asked for, since a column of names looks alike.
SPACES = " "
SHEET = "xlsx"
# What a workbook may unpack to, and how many cells the rectangle around everything written may have.
_LARGEST_UNPACKED = 400 * 1024 * 1024
_MOST_CELLS = MOST_ROWS * 60
_SAMPLE = 64 * 1024
_HIGH = re.compile(rb"[\x80-\xff]+")
_REFERENCE = re.compile(rb'<c r="([A-Z]{1,3})([0-9]{1,7})"')
_BAD = "\ufffd"


@dataclass(frozen=True)
class Table:
    """How to read a file. `encoding` is "xlsx" for a workbook, and then `sheet` names one of `sheets`."""

    encoding: str
    separator: str = ""
    sheet: str = ""
    sheets: tuple[str, ...] = ()

    @property
    def is_workbook(self) -> bool:
        return self.encoding == SHEET


def look(data: bytes, *, encoding: str = "", separator: str = "", sheet: str = "", largest: int = LARGEST) -> Table:
    """What kind of table it is, by its bytes, where it is not said. Raises CannotRead."""
    if not data.strip(b"\x00 \r\n\t\xef\xbb\xbf\xff\xfe"):
        raise CannotRead(_("This file is empty."))
    if len(data) > largest:
        told = {"most": largest // 1024 // 1024}
        raise CannotRead(_("This file is larger than %(most)d MB. Split it into several files.") % told)
    if data.startswith(b"PK\x03\x04"):
        return _workbook(data, sheet)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise CannotRead(_("This is an old or a locked Excel file. Save it as XLSX without a password, or as CSV."))
    if data.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"{\\rtf", b"\x1f\x8b")):
        raise CannotRead(_("This is no table. Save it as CSV or XLSX and choose that file."))
    encoding = encoding if encoding in ENCODINGS else encoding_of(data)
    text = _text(data[:_SAMPLE], encoding)
    if separator not in (*SEPARATORS, SPACES):
        separator = _announced(text) or separator_of(text)
    return Table(encoding, separator)


def rows(data: bytes, table: Table, *, most: int = MOST_ROWS) -> Iterator[tuple[int, list[str]]]:
    """Every row that says something, with its number. Raises CannotRead where it cannot go on."""
    found = _sheet_rows(data, table) if table.is_workbook else _text_rows(data, table)
    told = 0
    for number, cells in found:
        if not any(cells):
            continue
        told += 1
        if told > most + 1:
            raise CannotRead(_("There are more than %(most)d rows. Split the file into several ones.") % {"most": most})
        if len(cells) > MOST_COLUMNS:
            del cells[MOST_COLUMNS:]
        yield number, cells


def is_garbled(cells: list[str]) -> bool:
    """Whether characters could not be read."""
    return any(_BAD in cell for cell in cells)


def encoding_of(data: bytes) -> str:
    """One of ENCODINGS: by its mark, else by how its bytes fall."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or _looks_like_utf_16(data):
        return "utf-16"
    high = data.translate(None, bytes(range(128)))
    if not high or data.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig"
    # A broken character or two, such as of a file that was cut off, do not make it something else.
    broken = data.decode("utf-8", "replace").count(_BAD) - data.count(_BAD.encode())
    if broken * 50 <= len(high):
        return "utf-8-sig"
    # Chinese letters are two high bytes beside each other, European ones stand alone between plain letters.
    paired = sum(len(run) for run in _HIGH.findall(data) if len(run) > 1)
    return "gb18030" if paired * 2 > len(high) and _decodes(data, "gb18030") else "cp1252"


def separator_of(text: str) -> str:
    """What most rows are divided by into the same number of cells; a comma for a single column."""
    best, most = ",", 0.0
    for candidate in SEPARATORS:
        try:
            reader = csv.reader(io.StringIO(text, newline=""), delimiter=candidate)
            widths = [len(row) for row in islice(reader, 50) if row]
        except csv.Error:
            continue
        # The last row of a sample may be cut.
        width, times = Counter(widths[:-1] or widths).most_common(1)[0] if widths else (1, 0)
        score = (width - 1) * times / max(1, len(widths)) if width > 1 else 0
        if score > most:
            best, most = candidate, score
    return best


def is_spaced(data: bytes, encoding: str) -> bool:
    """Whether its columns are held apart by nothing but spaces: every row has as many words, and more than two."""
    lines = [line for line in _text(data[:_SAMPLE], encoding).splitlines()[:-1] if line.strip()][:200]
    widths = {len(line.split()) for line in lines}
    return len(widths) == 1 and widths.pop() > 2


def _looks_like_utf_16(data: bytes) -> bool:
    """No other text has empty bytes: here every comma and line end brings one, beside its own."""
    head = data[:4096]
    even, odd = head[0::2].count(0), head[1::2].count(0)
    return len(data) % 2 == 0 and max(even, odd) > 2 * min(even, odd)


def _decodes(data: bytes, encoding: str) -> bool:
    return data.decode(encoding, "replace").count(_BAD) * 100 <= len(data)


def _text(data: bytes, encoding: str) -> str:
    if encoding == "utf-16" and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16-be" if data[0:4096:2].count(0) > data[1:4096:2].count(0) else "utf-16-le"
    return data.decode(encoding, "replace")


def _announced(text: str) -> str:
    """Excel's own first line, "sep=;"."""
    return text[4] if text[:4].lower() == "sep=" and text[4:5] in SEPARATORS else ""


def _text_rows(data: bytes, table: Table) -> Iterator[tuple[int, list[str]]]:
    text = _text(data, table.encoding)
    if _announced(text):
        text = text.partition("\n")[2]
    if table.separator == SPACES:
        yield from enumerate((storable(line).split() for line in text.splitlines()), start=1)
        return
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=table.separator)
    number = 0
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            told = {"row": number + 1}
            raise CannotRead(
                _("Row %(row)d cannot be read: perhaps a quotation mark is opened there and never closed.") % told
            ) from error
        if cells is None:
            return
        number += 1
        yield number, [storable(cell).strip() for cell in cells]


def _workbook(data: bytes, sheet: str) -> Table:
    _refuse_large(data)
    book = _opened(data)
    sheets = tuple(
        each.name
        for each in book.sheets_metadata
        if each.typ == SheetTypeEnum.WorkSheet and each.visible == SheetVisibleEnum.Visible
    )
    if not sheets:
        raise CannotRead(_("This workbook has no sheet with rows."))
    return Table(SHEET, sheet=sheet if sheet in sheets else sheets[0], sheets=sheets)


def _refuse_large(data: bytes) -> None:
    """Before it is unpacked: a cell written far down and right would make a rectangle that fits no memory."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > _LARGEST_UNPACKED:
                raise CannotRead(_("This workbook is too large. Save the sheet as CSV, or split it."))
            for name in archive.namelist():
                if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                    _refuse_wide(archive, name)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, zlib.error) as error:
        raise CannotRead(_("This workbook is broken. Open it, save it anew and try again.")) from error


def _refuse_wide(archive: zipfile.ZipFile, name: str) -> None:
    lowest, widest, rest = 0, 0, b""
    with archive.open(name) as sheet:
        while chunk := sheet.read(1024 * 1024):
            for letters, digits in _REFERENCE.findall(rest + chunk):
                lowest = max(lowest, int(digits))
                widest = max(widest, _column(letters))
            rest = chunk[-20:]
    if lowest * widest > _MOST_CELLS:
        raise CannotRead(
            _("A sheet has something written in row %(row)d or far to the right. Delete what is not needed there.")
            % {"row": lowest}
        )


def _column(letters: bytes) -> int:
    place = 0
    for letter in letters:
        place = place * 26 + letter - 64
    return place


def _opened(data: bytes) -> CalamineWorkbook:
    try:
        return CalamineWorkbook.from_filelike(io.BytesIO(data))
    except (CalamineError, OSError, ValueError) as error:
        raise CannotRead(_("This workbook cannot be opened. Save it as XLSX without a password, or as CSV.")) from error


def _sheet_rows(data: bytes, table: Table) -> Iterator[tuple[int, list[str]]]:
    try:
        sheet = _opened(data).get_sheet_by_name(table.sheet)
    except CalamineError as error:
        raise CannotRead(_("The sheet %(name)s cannot be read.") % {"name": table.sheet}) from error
    for number, cells in enumerate(sheet.to_python(skip_empty_area=False), start=1):
        yield number, [_written(cell) for cell in cells]


def _written(cell: Any) -> str:
    """A cell as somebody would type it: 4930123.0 is 4930123, a day is 2026-03-01."""
    if isinstance(cell, str):
        return storable(cell).strip()
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e16 else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ")
    return cell.isoformat() if isinstance(cell, date | time) else str(cell) if cell is not None else ""
