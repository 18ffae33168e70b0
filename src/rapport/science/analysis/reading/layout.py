"""What parts the cells of a file, and whether its first line names the columns."""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

from rapport.science.analysis.errors import CannotRead
from rapport.science.analysis.reading.source import Source

SEPARATORS = (",", ";", "\t", "|")
BLANKS = " "  # any number of them
_LOOK = 200
_MOST = 1 << 18
_EXCEL_HINT = re.compile(r"^sep=(.)\s*$", re.IGNORECASE)
_NUMBER_OR_DATE = re.compile(
    r"^\s*[€$£¥]?\s*[+-]?\d[\d.,' ]*%?\s*$|^\s*\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([T ]\d{1,2}:\d{2}.*)?\s*$"
)


@dataclass(frozen=True)
class Layout:
    """`separator` parts cells (BLANKS: any number of blanks); `header` tells whether the first line names columns."""

    separator: str
    header: bool
    names: tuple[str, ...]
    hint: bool = False  # Excel's own first line `sep=;`

    def rows(self, text: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
        """Every line that is not blank with the number of the line it begins in, the one with the names too."""
        if self.separator == BLANKS:
            yield from ((number, cells) for number, line in enumerate(text, 1) if (cells := line.split()))
            return
        reader = csv.reader(text, delimiter=self.separator)
        begin = 1
        try:
            for cells in reader:
                if any(cells) and not (self.hint and begin == 1):
                    yield begin, cells
                begin = reader.line_num + 1
        except csv.Error as error:
            raise CannotRead(not_closed(begin)) from error


def not_closed(line: int) -> str:
    """The sentence for a cell that runs to the end of the file."""
    return f"A quotation mark is opened in line {line} and not closed again. Close it and try again."


def find_layout(source: Source, encoding: str) -> Layout:
    """The separator under which most lines have as many cells as the first. Raises CannotRead for no line at all."""
    with source.text(encoding) as text:
        lines = list(islice(iter(lambda: text.readline(_MOST), ""), _LOOK))
    hinted = _EXCEL_HINT.match(lines[0]) if lines else None
    body = [line for line in lines[1 if hinted else 0 :] if line.strip()]
    if not body:
        raise CannotRead(f"{source.name} is empty.")
    separator = hinted[1] if hinted else _separator(body)
    layout = Layout(separator, header=True, names=(), hint=bool(hinted))
    rows = [cells for _, cells in layout.rows(lines)]
    header = not _begins_with_values(rows)
    width = max(Counter(len(row) for row in rows).items(), key=lambda one: (one[1], one[0]))[0]
    names = rows[0] if header else [f"column_{number}" for number in range(1, width + 1)]
    return replace(layout, header=header, names=tuple(name.strip() for name in names))


def _separator(lines: list[str]) -> str:
    found = {one: _agreement(csv.reader(lines, delimiter=one)) for one in SEPARATORS}
    best = max(SEPARATORS, key=lambda one: found[one])
    if found[best][1] > 1:
        return best
    share, width = _agreement(line.split() for line in lines)
    return BLANKS if width > 2 and share > 0.95 and len(lines) > 2 else best


def _agreement(rows: Iterable[list[str]]) -> tuple[float, int]:
    """The share of lines with as many cells as the first, when that is more than one, and how many that are."""
    try:
        widths = [len(row) for row in rows if row]
    except csv.Error:
        return 0.0, 0
    if not widths or widths[0] < 2:
        return 0.0, 0
    return round(sum(width == widths[0] for width in widths) / len(widths), 1), widths[0]


def _begins_with_values(rows: list[list[str]]) -> bool:
    """Whether the first line holds numbers or dates wherever the other lines do."""
    first, rest = rows[0], rows[1:]
    if not rest:
        return bool(first) and all(_NUMBER_OR_DATE.match(cell) for cell in first)
    numeric = [
        place for place in range(len(first))
        if (cells := [row[place] for row in rest if len(row) > place and row[place].strip()])
        and sum(bool(_NUMBER_OR_DATE.match(cell)) for cell in cells) > 0.8 * len(cells)
    ]  # fmt: skip
    return bool(numeric) and all(_NUMBER_OR_DATE.match(first[place]) for place in numeric)
