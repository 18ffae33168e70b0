"""Rows into a file: CSV for spreadsheets, JSON lines for scripts, Parquet for analysis. Memory does not grow with them.

CSV follows RFC 4180 in UTF-8 with a mark for Excel; a cell that a spreadsheet would run as a formula gets an
apostrophe, unless it is asked for exactly as it is kept. Lists of texts are joined by "; " there, other structures are
JSON. Parquet has typed columns and a row group for each 20,000 rows; days are texts such as 2026-03-01.
"""

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from rapport.backbone.outflow import Column, Type
from rapport.kit.sheets import safe_cell

Chunks = Iterable[Sequence[Sequence[Any]]]
Cell = Callable[[Any], Any]
ROW_GROUP = 20_000


class Format(models.TextChoices):
    CSV = "csv", _("CSV, for spreadsheets")
    JSONL = "jsonl", _("JSON lines, for scripts")
    PARQUET = "parquet", _("Parquet, for analysis")


def write(format_: str, path: Path, columns: Sequence[Column], chunks: Chunks, *, exact: bool = False) -> None:
    """One table into one file. `exact` leaves away what is there for spreadsheets only."""
    if format_ == Format.CSV:
        _write_csv(path, columns, chunks, exact=exact)
    elif format_ == Format.JSONL:
        _write_json_lines(path, columns, chunks)
    else:
        # Its library takes a second to import, which nobody else should wait for.
        from rapport.exchange.exporting.parquet import write_parquet

        write_parquet(path, columns, regrouped(chunks, ROW_GROUP))


def csv_rows(columns: Sequence[Column], chunks: Chunks) -> Iterator[list[Any]]:
    """Cells as a spreadsheet wants them, for an answer that is written while it is read."""
    cells = [_csv_cell(column.type, safe_cell) for column in columns]
    for chunk in chunks:
        for row in chunk:
            yield [None if value is None else cell(value) for cell, value in zip(cells, row, strict=True)]


def regrouped(chunks: Chunks, size: int) -> Iterator[list[Sequence[Any]]]:
    """The same rows in groups of this size or a little more."""
    group: list[Sequence[Any]] = []
    for chunk in chunks:
        group.extend(chunk)
        if len(group) >= size:
            yield group
            group = []
    if group:
        yield group


def said(moment: datetime) -> str:
    """RFC 3339 in UTC."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def plain(value: Any) -> Any:
    """As JSON holds it."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, datetime):
        return said(value)
    return value.isoformat() if isinstance(value, date) else value


def _write_csv(path: Path, columns: Sequence[Column], chunks: Chunks, *, exact: bool) -> None:
    guard: Cell = (lambda value: value) if exact else safe_cell
    cells = [_csv_cell(column.type, guard) for column in columns]
    with path.open("w", encoding="utf-8" if exact else "utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([column.name for column in columns])
        for chunk in chunks:
            writer.writerows(
                [None if value is None else cell(value) for cell, value in zip(cells, row, strict=True)]
                for row in chunk
            )


def _csv_cell(type_: Type, guard: Cell) -> Cell:
    cells: dict[Type, Cell] = {
        "text": guard,
        "moment": said,
        "yes_no": lambda value: "true" if value else "false",
        "texts": lambda value: guard("; ".join(value)),
        "json": lambda value: json.dumps(value, ensure_ascii=False, default=plain),
    }
    return cells.get(type_, plain)


def _write_json_lines(path: Path, columns: Sequence[Column], chunks: Chunks) -> None:
    names = [column.name for column in columns]
    encode = json.JSONEncoder(ensure_ascii=False, default=plain, separators=(",", ":")).encode
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for chunk in chunks:
            file.writelines(f"{encode(dict(zip(names, row, strict=True)))}\n" for row in chunk)
