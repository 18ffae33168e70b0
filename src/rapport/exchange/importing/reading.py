"""Rows of a file as an intake takes them, a chunk at a time."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from rapport.backbone.intake import Row
from rapport.customers.importing import tables

AT_ONCE = 1_000
# However many rows belong together, a chunk has an end.
_MOST_AT_ONCE = 5_000
_MARKED = ("=", "+", "-", "@")


def rows(
    data: bytes,
    table: tables.Table,
    *,
    columns: Sequence[str],
    has_head: bool,
    said: Mapping[str, str],
    most: int = tables.MOST_ROWS,
) -> Iterator[Row]:
    """`columns` are names of the intake's, "" for what is left out; `said` holds where a row says nothing.

    Raises CannotRead.
    """
    for number, cells in islice(tables.rows(data, table, most=most), int(has_head), None):
        row = dict(said)
        for name, cell in zip(columns, cells, strict=False):
            if name and cell:
                # The mark by which a file of errors keeps a formula from running.
                freed = cell[1:] if cell[0] == "'" and cell[1:2] in _MARKED else cell
                row[name] = f"{row[name]}\n{freed}" if name in row and name not in said else freed
        yield Row(number, row)


def chunks(found: Iterator[Row], *, together: str) -> Iterator[list[Row]]:
    """About a thousand at once; rows that follow each other with the same value of `together` are not torn apart."""
    chunk: list[Row] = []
    for row in found:
        is_full = len(chunk) >= AT_ONCE
        goes_on = bool(together and chunk and row.get(together) and row.get(together) == chunk[-1].get(together))
        if is_full and (not goes_on or len(chunk) >= _MOST_AT_ONCE):
            yield chunk
            chunk = []
        chunk.append(row)
    if chunk:
        yield chunk
