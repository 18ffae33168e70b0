"""Whether every line of a file has the cells its header promises."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import TextIO

from rapport.science.analysis.errors import CannotRead
from rapport.science.analysis.reading.encoding import Encoding
from rapport.science.analysis.reading.layout import BLANKS, Layout, not_closed
from rapport.science.analysis.reading.source import Source
from rapport.science.language import _, ngettext, with_commas

_FEW = 0.01


@dataclass(frozen=True)
class Records:
    """How many lines of data there are, in which line the last begins, and whether they must be set right first."""

    count: int
    irregular: bool
    last: int = 0
    notes: tuple[str, ...] = ()


def look_through(source: Source, encoding: Encoding, layout: Layout) -> Records:
    """Count the cells of every line. Raises CannotRead, with the line, when more than a few do not fit."""
    width, count, line, trailing, wrong = len(layout.names), 0, 0, False, []
    with source.text(encoding.name) as text:
        for line, cells in islice(layout.rows(text), int(layout.header), None):
            count += 1
            if len(cells) != width:
                if _fitted(cells, width) is None:
                    wrong.append((line, len(cells), "\n" in cells[-1]))
                trailing = True
    if not count:
        raise CannotRead(f"{source.name} has a header and no customers under it.")
    if len(wrong) > _FEW * count:
        raise CannotRead(_refusal(layout, *wrong[0], others=len(wrong) - 1))
    return Records(count, trailing or layout.separator == BLANKS, line, _notes(wrong))


def regular(source: Source, encoding: Encoding, layout: Layout) -> TextIO:
    """The same table with a comma between cells and only lines that fit."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(layout.names)
    with source.text(encoding.name) as text:
        rows: Iterator[tuple[int, list[str]]] = islice(layout.rows(text), int(layout.header), None)
        fitted = (_fitted(cells, len(layout.names)) for _line, cells in rows)
        writer.writerows(chain(cells for cells in fitted if cells is not None))
    out.seek(0)
    return out


def _fitted(cells: list[str], width: int) -> list[str] | None:
    """The cells without blank ones behind the last column; None when there are too many or too few."""
    if len(cells) > width and not any(cell.strip() for cell in cells[width:]):
        return cells[:width]
    return cells if len(cells) == width else None


def _refusal(layout: Layout, line: int, cells: int, broken: bool, *, others: int) -> str:
    if broken:
        return not_closed(line)
    where = "the header" if layout.header else "the lines above it"
    more = f", and {others} more lines do not fit either" if others else ""
    return (
        f"Line {line} has {cells} cells where {where} has {len(layout.names)}{more}. "
        "Put cells that hold the separator into quotation marks, and try again."
    )


def _notes(wrong: list[tuple[int, int, bool]]) -> tuple[str, ...]:
    if not wrong:
        return ()
    lines = with_commas([*(line for line, *_rest in wrong[:5]), *(["…"] if len(wrong) > 5 else [])])
    said = ngettext(
        "{count} line has another number of cells than the header and was left out (line {lines}).",
        "{count} lines have another number of cells than the header and were left out (lines {lines}).",
        len(wrong),
    )
    return (said.format(count=len(wrong), lines=lines),)


def names_of(layout: Layout) -> tuple[list[str], list[str]]:
    """Column names without blanks and repeats, and what was said about it."""
    notes = [] if layout.header else [
        _("The file has no line with column names, so the columns are called column_1, column_2 and so on.")
    ]  # fmt: skip
    names: list[str] = []
    twice = []
    for place, name in enumerate(layout.names, 1):
        own = name or f"column_{place}"
        if own in names:
            twice.append(own)
            own = next(f"{own}_{n}" for n in range(2, len(layout.names) + 2) if f"{own}_{n}" not in names)
        names.append(own)
    if twice:
        notes.append(
            _("These column names occur more than once and were numbered: {names}.").format(
                names=with_commas(dict.fromkeys(twice))
            )
        )
    return names, notes
