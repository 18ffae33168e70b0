"""The leakage guard: columns that would let a model copy the answer instead of foreseeing it.

Left out are identifiers, texts, constants and empty columns; a column that alone tells the answer almost perfectly;
a column filled almost only for customers of one answer; one named as a result of the target; and dates that lie
after the moment of prediction. Source of the idea: S. Kaufman, S. Rosset, C. Perlich and O. Stitelman (2012),
Leakage in data mining, ACM Transactions on Knowledge Discovery from Data 6(4), article 15.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from rapport.science.behaviour.metrics import area_under_roc
from rapport.science.behaviour.reading import read_column
from rapport.science.behaviour.roles import USABLE, Column, Role, snake, without_gaps
from rapport.science.behaviour.vectors import Vector
from rapport.science.language import _

NEAR_PERFECT = 0.98
SUSPICIOUS = 0.93
_FEWEST = 10  # customers of each answer: fewer can be told apart by chance
_SAMPLE = 50_000
_RESULT = {"score", "value", "label", "reason", "date", "category", "prob", "probability", "prediction", "predicted"}
_RESULT |= {"pred", "flag", "outcome", "status", "at", "on", "risk", "target"}


def guard(
    table: pd.DataFrame,
    columns: Sequence[Column],
    yes: Vector,
    *,
    target: str,
    keep: Collection[str] = (),
    moment: pd.Series | None = None,
) -> tuple[list[Column], list[str]]:
    """The columns, each marked as used or left out with the reason, and warnings about those that look too good.

    `yes` is 1.0 or 0.0 a row, `target` the target's name, `keep` names columns that stay whatever the guard thinks,
    `moment` the time of each row, after which nothing may be known.
    """
    judged, warnings = [], []
    for column in columns:
        if column.role not in USABLE:
            judged.append(replace(column, used=False, why=_unusable(column.role)))
        elif column.name in keep:
            judged.append(column)
        else:
            area = alone(table[column.name], column.role, yes)
            why = _why_leaking(table[column.name], column, yes, target, moment, area)
            judged.append(replace(column, used=not why, why=why))
            if not why and area >= SUSPICIOUS:
                doubt = _(
                    "{column} alone tells the answer with an area under the curve of {area}: make sure that it is "
                    "known before the answer is."
                )
                warnings.append(doubt.format(column=column.name, area=f"{area:.2f}"))
    return judged, warnings


def _unusable(role: Role) -> str:
    if role is Role.IDENTIFIER:
        return _("it names single customers, so nothing learnt from it holds for the next one")
    if role is Role.TEXT:
        return _("it is free text, which this model does not read")
    return _("it is empty") if role is Role.EMPTY else _("it holds the same value for everybody")


def alone(values: pd.Series, role: Role, yes: Vector) -> float:
    """How well one column tells the answer by itself: the ROC area of its rates by bin, learnt on the other half."""
    step = -(-len(yes) // _SAMPLE)
    bins = _bins(read_column(values.iloc[::step], role))
    yes = yes[::step]
    order = np.random.default_rng(0).permutation(len(yes))
    scores = np.empty(len(yes))
    for half in (0, 1):
        learn, check = order[half::2], order[1 - half :: 2]
        total = np.bincount(bins[learn], minlength=bins.max() + 1)
        hits = np.bincount(bins[learn], weights=yes[learn], minlength=bins.max() + 1)
        scores[check] = ((hits + yes[learn].mean()) / (total + 1))[bins[check]]
    return area_under_roc(yes, scores)


def _bins(values: pd.Series) -> np.ndarray:
    if isinstance(values.dtype, pd.CategoricalDtype):
        return np.asarray(values.cat.codes, dtype=int) + 1
    numbers = values.to_numpy(float)
    if not np.isfinite(numbers).any():
        return np.zeros(len(numbers), dtype=int)
    edges = np.unique(np.nanquantile(numbers, np.linspace(0, 1, 33)[1:-1]))
    # Both sides, so that a frequent value such as 0 has a bin of its own.
    sides = np.searchsorted(edges, numbers, side="left") + np.searchsorted(edges, numbers, side="right")
    return np.where(np.isnan(numbers), 0, sides + 1)


def _why_leaking(
    values: pd.Series, column: Column, yes: Vector, target: str, moment: pd.Series | None, area: float
) -> str:
    few = min(yes.sum(), len(yes) - yes.sum())
    if few < _FEWEST:
        return ""
    if area >= NEAR_PERFECT:
        perfect = _("it alone tells the answer almost perfectly (area under the curve {area}): it follows from it")
        return perfect.format(area=f"{area:.3f}")
    if _only_one_answer(values, yes):
        return _("it is filled only for customers of one answer, so it is written after the answer is known")
    if area >= 0.75 and _named_as_result(column.name, target):
        return _("its name says that it is a result of {target}").format(target=target)
    if column.role is Role.DATE and moment is not None and _after(values, moment):
        return _("its dates lie after the moment of prediction")
    return ""


def _only_one_answer(values: pd.Series, yes: Vector) -> bool:
    present = without_gaps(values).notna().to_numpy()
    if present.all() or present.sum() < 2 * _FEWEST:
        return False
    for answer in (yes, 1 - yes):
        share = answer[present].mean()
        # Beyond chance: that many of one answer in a row must be rarer than one in a million.
        chance = present.sum() * np.log(answer.mean())
        if share >= 0.995 and answer[present].sum() >= 0.2 * answer.sum() and chance < np.log(1e-6):
            return True
    return False


def _named_as_result(name: str, target: str) -> bool:
    words, about = snake(name).split("_"), snake(target).split("_")
    stem = {re.sub(r"(ed|er|e|s)$", "", word) for word in about if len(word) > 3}
    return bool(stem & {re.sub(r"(ed|er|e|s)$", "", word) for word in words}) and bool(_RESULT & set(words))


def _after(values: pd.Series, moment: pd.Series) -> bool:
    dates = read_column(values, Role.DATE).to_numpy(float)
    return bool(np.nanmean(dates > moment.to_numpy(float)) > 0.01) if np.isfinite(dates).any() else False
