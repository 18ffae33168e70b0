"""CSAT, NPS and CES of every team, channel or month at once, with what to believe of the small ones."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from rapport.science.intervals import Estimate
from rapport.science.satisfaction.scores import ces, csat, nps
from rapport.science.satisfaction.shrinkage import shrunken_means, shrunken_shares

Measure = Callable[..., Estimate]


def by_group(measure: Measure, scores: Any, groups: Any, *, confidence: float = 0.95) -> pd.DataFrame:
    """One row a group, in order of its name: `raw` with `raw_lower` and `raw_upper` as `measure` gives them alone,
    and `value`, `lower`, `upper` drawn towards all groups, in the unit of the measure; `n` answers, `weight` its own.

    `measure` is `csat`, `nps` or `ces`. Missing scores, and answers without a group, are left out.
    """
    if measure not in (csat, nps, ces):
        raise ValueError("Groups are compared by csat, nps or ces.")
    answers = pd.DataFrame({"score": np.asarray(scores, dtype=float), "group": np.asarray(groups, dtype=object)})
    answers = answers.dropna()
    if answers.empty:
        raise ValueError("There is no answer to count.")
    parts = {name: part["score"].to_numpy() for name, part in answers.groupby("group", sort=True)}
    alone = {name: measure(part, confidence=confidence) for name, part in parts.items()}
    raw = pd.DataFrame(
        {
            "raw_lower": {name: found.lower for name, found in alone.items()},
            "raw_upper": {name: found.upper for name, found in alone.items()},
        }
    )
    return _shrunken(measure, parts, confidence).join(raw)


def _shrunken(measure: Measure, parts: dict[Any, Any], confidence: float) -> pd.DataFrame:
    n = pd.Series({name: len(part) for name, part in parts.items()})
    if measure is csat:
        hits = pd.Series({name: int((part >= 4).sum()) for name, part in parts.items()})
        return shrunken_shares(hits, n, confidence=confidence)
    points = {name: _points(part) if measure is nps else part for name, part in parts.items()}
    low, high = (-100.0, 100.0) if measure is nps else (1.0, 7.0)
    means = pd.Series({name: float(part.mean()) for name, part in points.items()})
    inside = sum(float(((part - part.mean()) ** 2).sum()) for part in points.values())
    # One spread for all: that of three answers is no better known than their mean. Nobody's is taken as 0.
    pooled = (inside + ((high - low) / 4) ** 2) / (n.sum() - len(n) + 1)
    found = shrunken_means(means, np.sqrt(pooled / n), n, confidence=confidence)
    return found.assign(lower=found["lower"].clip(low, high), upper=found["upper"].clip(low, high))


def _points(scores: Any) -> Any:
    return np.where(scores >= 9, 100.0, np.where(scores <= 6, -100.0, 0.0))
