"""Rows as Parquet: one row group after the other, so that only one of them is ever held."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from fastparquet.writer import make_metadata, write_simple

from rapport.backbone.outflow import Column

_COMPRESSION = "SNAPPY"
_ENCODINGS = {"text": "utf8", "day": "utf8", "texts": "json", "json": "json"}


def write_parquet(path: Path, columns: Sequence[Column], groups: Iterable[Sequence[Sequence[Any]]]) -> None:
    """Moments are microseconds in UTC, whole numbers 64 bits, and everything may be null."""
    encodings = {column.name: _ENCODINGS[column.type] for column in columns if column.type in _ENCODINGS}
    empty = _frame(columns, [], zone="UTC")
    head = make_metadata(empty, has_nulls=True, object_encoding=encodings, index_cols=[])
    write_simple(str(path), (_frame(columns, group) for group in groups), head, compression=_COMPRESSION)


def _frame(columns: Sequence[Column], rows: Sequence[Sequence[Any]], zone: str = "") -> pd.DataFrame:
    values = list(zip(*rows, strict=True)) if rows else [()] * len(columns)
    return pd.DataFrame({column.name: _array(column, said, zone) for column, said in zip(columns, values, strict=True)})


def _array(column: Column, values: Sequence[Any], zone: str) -> Any:
    match column.type:
        case "whole":
            return pd.array(list(values), dtype="Int64")
        case "number":
            return pd.array([None if value is None else float(value) for value in values], dtype="Float64")
        case "yes_no":
            return pd.array(list(values), dtype="boolean")
        case "moment":
            # Their zone is in the head of the file: with it in the frame, fastparquet's pandas warns of every group.
            naive = pd.Series(np.array([_naive(value) for value in values], dtype="datetime64[us]"))
            return naive.dt.tz_localize(zone) if zone else naive
        case "day":
            return pd.Series([None if value is None else value.isoformat() for value in values], dtype=object)
    return pd.Series(list(values), dtype=object)


def _naive(value: datetime | None) -> datetime | None:
    return None if value is None else value.astimezone(UTC).replace(tzinfo=None)
