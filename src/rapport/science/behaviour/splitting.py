"""Which customers are learnt from and which are held out: stratified, by group, or by time."""

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from rapport.science.behaviour.vectors import Folds, Rows, Vector

_MANY = 20_000
_SOME = 4_000


def outer_folds(
    yes: Vector, *, folds: int, seed: int, groups: Rows | None = None, moments: Vector | None = None
) -> Folds:
    """The (learn, check) rows on which candidates are compared.

    Stratified and shuffled by default; with `groups` no group is on both sides; with `moments` each part is
    foreseen from all that came before it, and nothing is foreseen for the first part. Empty where no learning part
    would have both answers twice.
    """
    if moments is not None:
        return _forward(yes, moments, folds)
    return _stratified(yes, folds, seed, groups)


def inner_folds(yes: Vector, *, seed: int, groups: Rows | None = None, moments: Vector | None = None) -> Folds:
    """The splits of a learning part on which settings, calibration and threshold are chosen; fewer for more rows.

    Where none by time or group has both answers in its learning part, they are drawn at random.
    """
    n = len(yes)
    if moments is not None and (last := _forward(yes, moments, 3)):
        return last[-1:] if n > _SOME else last
    parts = 2 if n > _SOME else 3
    by_group = _stratified(yes, parts, seed + 1, groups) if groups is not None else []
    folds = by_group or _stratified(yes, parts, seed + 1, None)
    return folds[:1] if n > _MANY else folds


def _rarest(yes: Vector, groups: Rows | None) -> int:
    """How many folds can each hold both answers."""
    if groups is None:
        return int(min(yes.sum(), len(yes) - yes.sum()))
    return min(len(np.unique(groups[yes == answer])) for answer in (0, 1))


def _stratified(yes: Vector, parts: int, seed: int, groups: Rows | None) -> Folds:
    parts = min(parts, _rarest(yes, groups))
    if parts < 2:
        return []
    if groups is None:
        split = StratifiedKFold(parts, shuffle=True, random_state=seed).split(yes, yes)
    else:
        split = StratifiedGroupKFold(parts, shuffle=True, random_state=seed).split(yes, yes, groups)
    return [fold for fold in split if _both_twice(yes[fold[0]])]


def _forward(yes: Vector, moments: Vector, parts: int) -> Folds:
    edges = np.unique(np.quantile(moments, np.linspace(0, 1, parts + 2)[1:-1]))
    part = np.searchsorted(edges, moments, side="right")
    folds = [(np.flatnonzero(part < k), np.flatnonzero(part == k)) for k in range(1, int(part.max()) + 1)]
    return [(learn, check) for learn, check in folds if len(check) and _both_twice(yes[learn])]


def _both_twice(yes: Vector) -> bool:
    return bool(2 <= yes.sum() <= len(yes) - 2)
