"""Rows as a file that a spreadsheet opens: UTF-8, and no cell that it would run as a formula."""

import csv
from collections.abc import Iterable, Iterator, Sequence

CONTENT_TYPE = "text/csv; charset=utf-8"
_FORMULAS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def csv_lines(columns: Sequence[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """The lines of the file, one by one: a million rows are never held."""
    writer = csv.writer(_Echo())
    # The mark tells Excel that the file is UTF-8.
    yield "\ufeff" + writer.writerow(columns)
    for row in rows:
        yield writer.writerow([safe_cell(value) for value in row])


def safe_cell(value: object) -> object:
    """What a spreadsheet shows as text: a cell that begins like a formula gets an apostrophe before it."""
    if isinstance(value, str) and value.lstrip().startswith(_FORMULAS):
        return f"'{value}"
    return f"'{value}" if isinstance(value, str) and value.startswith(("\t", "\r", "\n")) else value


class _Echo:
    """A file whose writes come back, which is all that the writer of the standard library needs."""

    def write(self, line: str) -> str:
        return line
