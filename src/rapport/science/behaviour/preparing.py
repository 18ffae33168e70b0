"""From the table a person has to the customers a model can be learnt from."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from rapport.science.behaviour.answers import Answers, read_answers
from rapport.science.behaviour.errors import NoColumns
from rapport.science.behaviour.leakage import guard
from rapport.science.behaviour.reading import read_column, read_table
from rapport.science.behaviour.roles import Column, Role, as_table, guess_roles, named_like_an_identifier
from rapport.science.behaviour.vectors import Rows, Vector
from rapport.science.language import _, ngettext


@dataclass
class Prepared:
    """Clean columns of the customers whose answer is known, at most as many as were asked for."""

    table: pd.DataFrame
    columns: list[Column]
    answers: Answers
    yes: Vector
    groups: Rows | None
    moments: Vector | None
    split: str
    rows_given: int
    notes: list[str] = field(default_factory=list)


def prepare(
    X: Any,
    y: Any,
    *,
    positive: Any,
    roles: Mapping[str, str] | None,
    keep: Collection[str],
    drop: Collection[str],
    groups: Any,
    time: Any,
    max_rows: int,
    seed: int,
) -> Prepared:
    """Read, sample, guess, guard. Raises ValueError, in words, for what cannot be learnt from."""
    if groups is not None and time is not None:
        raise ValueError("Split by time or by group, not by both.")
    table, y = _without_target(as_table(X), y)
    if not len(table) or not len(table.columns):
        raise NoColumns(
            f"The table has {len(table)} sample(s) and {len(table.columns)} feature(s) (shape={table.shape}) while a "
            "minimum of 1 is required."
        )
    answers = read_answers(y, rows=len(table), positive=positive)
    notes = _unknown(answers)
    rows = _sample(answers, max_rows, seed, notes)
    chosen = table.iloc[rows].reset_index(drop=True)
    yes = answers.yes[np.searchsorted(np.flatnonzero(answers.known), rows)]
    columns = guess_roles(chosen, {name: role for name, role in (roles or {}).items() if name in table.columns})
    moments, moment_name = _moments(chosen, time, rows, len(table))
    codes, group_name = _groups(chosen, columns, groups, rows, len(table), notes, may_guess=time is None)
    apart = {name: _("it says which rows belong together") for name in [group_name] if name}
    apart |= {name: _("it orders the customers in time for the test") for name in [moment_name] if name}
    apart |= dict.fromkeys(drop, _("it was asked to be left out"))
    left = [replace(c, used=False, why=apart[c.name]) if c.name in apart else c for c in columns]
    moment = None if moments is None else pd.Series(moments)
    judged, warnings = guard(chosen, [c for c in left if c.used], yes, target=answers.name, keep=keep, moment=moment)
    by_name = {column.name: column for column in judged}
    columns = [by_name.get(column.name, column) for column in left]
    split = "time" if moments is not None else "group" if codes is not None else "stratified"
    clean = read_table(chosen, columns)
    return Prepared(clean, columns, answers, yes, codes, moments, split, len(table), notes + warnings)


def _without_target(table: pd.DataFrame, y: Any) -> tuple[pd.DataFrame, Any]:
    """`y` may name a column of the table; a column with the very answers is not learnt from either way."""
    if isinstance(y, str):
        if y not in table.columns:
            raise ValueError(f"There is no column {y} in the table.")
        return table.drop(columns=y), table[y]
    name = getattr(y, "name", None)
    return (table.drop(columns=str(name)) if name is not None and str(name) in table.columns else table), y


def _unknown(answers: Answers) -> list[str]:
    unknown = int((~answers.known).sum())
    left_out = ngettext(
        "{count} customer whose answer is not known was left out.",
        "{count} customers whose answer is not known were left out.",
        unknown,
    )
    return [left_out.format(count=f"{unknown:,}")] if unknown else []


def _sample(answers: Answers, most: int, seed: int, notes: list[str]) -> Rows:
    rows = np.flatnonzero(answers.known)
    if len(rows) <= most:
        return rows
    drawn = _("Learnt from {some} customers drawn at random of {all}.")
    notes.append(drawn.format(some=f"{most:,}", all=f"{len(rows):,}"))
    return np.sort(np.random.default_rng(seed).choice(rows, most, replace=False))


def _moments(table: pd.DataFrame, time: Any, rows: Rows, total: int) -> tuple[Vector | None, str | None]:
    if time is None:
        return None, None
    values, name = _column(table, time, rows, total, "time")
    numeric = pd.api.types.is_numeric_dtype(values.dtype)
    moments = read_column(values, Role.NUMBER if numeric else Role.DATE).to_numpy(float)
    if not np.isfinite(moments).all():
        raise ValueError("Every customer needs a time when the test is by time; some have none.")
    return moments, name


def _groups(
    table: pd.DataFrame,
    columns: list[Column],
    groups: Any,
    rows: Rows,
    total: int,
    notes: list[str],
    *,
    may_guess: bool,
) -> tuple[Rows | None, str | None]:
    if groups is None and may_guess and (repeated := _repeated_identifier(table, columns)):
        together = _("{column} repeats, so all rows of one {column} are on the same side of each test.")
        notes.append(together.format(column=repeated))
        groups = repeated
    if groups is None:
        return None, None
    values, name = _column(table, groups, rows, total, "groups")
    codes = pd.factorize(values.astype(object).where(values.notna(), "(none)"))[0]
    if codes.max() < 3:
        raise ValueError("A test by group needs at least four groups.")
    return codes, name


def _repeated_identifier(table: pd.DataFrame, columns: list[Column]) -> str | None:
    """An identifier that stands in several rows: they are one customer, seen several times."""
    return next(
        (
            column.name
            for column in columns
            if column.role is Role.IDENTIFIER
            and named_like_an_identifier(column.name)
            and 20 <= column.distinct < 0.98 * len(table) * (1 - column.missing)
        ),
        None,
    )


def _column(table: pd.DataFrame, given: Any, rows: Rows, total: int, what: str) -> tuple[pd.Series, str | None]:
    if isinstance(given, str):
        if given not in table.columns:
            raise ValueError(f"There is no column {given} for {what}.")
        return table[given], given
    values = given if isinstance(given, pd.Series) else pd.Series(np.asarray(given).ravel())
    if len(values) != total:
        raise ValueError(f"{what} has {len(values)} entries for {total} customers.")
    name = str(values.name) if values.name is not None and str(values.name) in table.columns else None
    return values.iloc[rows].reset_index(drop=True), name
