"""How much of the explained variation is whose, also when drivers go together."""

from itertools import combinations
from math import factorial

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]

# 2 ** 10 regressions take a tenth of a second.
_EXACT = 10


def importance(X: Vector, y: Vector, drivers: list[str]) -> dict[str, float]:
    """The part of R squared of each driver; they add up to it. `drivers` names the driver of each column of X.

    Up to ten drivers: the mean gain over all orders in which they may come (Shapley value). Source: Lindeman, Merenda
    and Gold (1980), Introduction to Bivariate and Multivariate Analysis; Groemping (2007), Estimators of relative
    importance in linear regression based on variance decomposition, The American Statistician 61(2), 139-147.
    More drivers: relative weights, which come close. Source: Johnson (2000), A heuristic method for estimating the
    relative weight of predictor variables in multiple regression, Multivariate Behavioral Research 35(1), 1-19.
    """
    names = list(dict.fromkeys(drivers))
    spread = X.std(axis=0)
    if not len(y) or not y.std():
        return dict.fromkeys(names, 0.0)
    varied = spread > 1e-12 * np.maximum(np.abs(X.mean(axis=0)), 1e-300)
    scaled = np.where(varied, (X - X.mean(axis=0)) / np.where(varied, spread, 1.0), 0.0)
    between = scaled.T @ scaled / len(y)
    along = scaled.T @ ((y - y.mean()) / y.std()) / len(y)
    places = [np.flatnonzero([driver == name for driver in drivers]) for name in names]
    if len(names) <= _EXACT:
        parts = _shapley(between, along, places)
    else:
        weights = _relative_weights(between, along)
        parts = [float(weights[columns].sum()) for columns in places]
    return {name: max(0.0, part) for name, part in zip(names, parts, strict=True)}


def _shapley(between: Vector, along: Vector, places: list[NDArray[np.intp]]) -> list[float]:
    count = len(places)
    explained = {(): 0.0} | {
        some: _explained(between, along, np.concatenate([places[place] for place in some]))
        for size in range(1, count + 1)
        for some in combinations(range(count), size)
    }
    parts = []
    for place in range(count):
        others = [other for other in range(count) if other != place]
        part = 0.0
        for size in range(count):
            weight = factorial(size) * factorial(count - size - 1) / factorial(count)
            for some in combinations(others, size):
                part += weight * (explained[tuple(sorted((*some, place)))] - explained[some])
        parts.append(part)
    return parts


def _explained(between: Vector, along: Vector, columns: NDArray[np.intp]) -> float:
    target = along[columns]
    return float(target @ np.linalg.pinv(between[np.ix_(columns, columns)], rcond=1e-10, hermitian=True) @ target)


def _relative_weights(between: Vector, along: Vector) -> Vector:
    values, vectors = np.linalg.eigh(between)
    kept = values > 1e-10 * max(values.max(), 1e-300)
    root = (vectors[:, kept] * np.sqrt(values[kept])) @ vectors[:, kept].T
    inverse = (vectors[:, kept] / np.sqrt(values[kept])) @ vectors[:, kept].T
    weights: Vector = root**2 @ (inverse @ along) ** 2
    return weights
