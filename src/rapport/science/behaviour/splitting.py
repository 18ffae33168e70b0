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
    foreseen from all that came before it, and nothing is foreseen for the first part.
    """
    if moments is not None:
        return _forward(yes, moments, folds)
    return _stratified(yes, min(folds, _rarest(yes, groups)), seed, groups)


def inner_folds(yes: Vector, *, seed: int, groups: Rows | None = None, moments: Vector | None = None) -> Folds:
    """The splits of a learning part on which settings, calibration and threshold are chosen; fewer for more rows."""
    n = len(yes)
    if moments is not None:
        last = _forward(yes, moments, 3)
        return last[-1:] if n > _SOME else last
    parts = 2 if n > _SOME else 3
    folds = _stratified(yes, max(2, min(parts, _rarest(yes, groups))), seed + 1, groups)
    return folds[:1] if n > _MANY else folds


def _rarest(yes: Vector, groups: Rows | None) -> int:
    """How many folds can each hold both answers."""
    if groups is None:
        return int(min(yes.sum(), len(yes) - yes.sum()))
    return min(len(np.unique(groups[yes == answer])) for answer in (0, 1))


def _stratified(yes: Vector, parts: int, seed: int, groups: Rows | None) -> Folds:
    if groups is None:
        split = StratifiedKFold(parts, shuffle=True, random_state=seed).split(yes, yes)
    else:
        split = StratifiedGroupKFold(parts, shuffle=True, random_state=seed).split(yes, yes, groups)
    return [fold for fold in split if 0 < yes[fold[0]].sum() < len(fold[0])]


def _forward(yes: Vector, moments: Vector, parts: int) -> Folds:
    edges = np.unique(np.quantile(moments, np.linspace(0, 1, parts + 2)[1:-1]))
    part = np.searchsorted(edges, moments, side="right")
    folds = [(np.flatnonzero(part < k), np.flatnonzero(part == k)) for k in range(1, int(part.max()) + 1)]
    return [(learn, check) for learn, check in folds if len(check) and 0 < yes[learn].sum() < len(learn)]
