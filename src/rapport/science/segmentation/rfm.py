"""How lately, how often and for how much a customer bought, as scores and named groups."""

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from rapport.science.language import _

Vector = NDArray[np.float64]

FACTS = ("recency", "frequency", "monetary")
# The group of every recency score from 1 to 5 (rows) and purchase score from 1 to 5 (columns).
GRID = (
    ("lost", "lost", "at_risk", "at_risk", "cannot_lose"),
    ("hibernating", "hibernating", "at_risk", "at_risk", "cannot_lose"),
    ("about_to_sleep", "about_to_sleep", "need_attention", "loyal", "loyal"),
    ("promising", "potentially_loyal", "potentially_loyal", "loyal", "loyal"),
    ("new", "potentially_loyal", "potentially_loyal", "champions", "champions"),
)


class RFM(BaseEstimator):
    """Scores from 1 to `quantiles` (5 is best) for recency, frequency and money, and a named group.

    The scores are quantiles: `fit` learns where they change, so that later customers are measured with the same
    rule. Customers with equal values always get equal scores (the middle of their ranks); the lowest value scores 1
    and the highest most. The group comes from recency and from the mean of the two purchase scores, rounded up at
    the half.

    Sources: A. M. Hughes (1994), Strategic Database Marketing, for the quintiles; the eleven groups are those that
    Putler and others made common, drawn over a grid of 5 x 5 so that everybody has exactly one.

    Parameters: `quantiles`, how many scores there are, from 2 on; `names`, a mapping of some of the groups (the words
    in GRID) to other names.

    Learned: `cuts_` (fact to the `quantiles` - 1 values from which on the next better score begins; recency is
    counted backwards, so they are negative), `n_customers_`.
    """

    def __init__(self, quantiles: int = 5, names: Mapping[str, str] | None = None) -> None:
        self.quantiles = quantiles
        self.names = names

    def fit(self, recency: Any, frequency: Any = None, monetary: Any = None) -> Self:
        """Learn from one row a customer: time since the last purchase, purchases and money, or a table with these.

        Raises ValueError when the facts are missing, of unequal length, or not finite numbers.
        """
        if self.quantiles < 2:
            raise ValueError("There are at least two scores, such as RFM(quantiles=5).")
        if unknown := sorted(set(self.names or ()) - set(group_names())):
            raise ValueError(f"Unknown groups: {', '.join(unknown)}. Known are {', '.join(group_names())}.")
        facts = read_facts(recency, frequency, monetary)
        if facts.empty:
            raise ValueError("RFM scores are learnt from at least one customer.")
        self.cuts_ = {name: _cuts(_goodness(facts, name), self.quantiles) for name in FACTS}
        self.n_customers_ = len(facts)
        return self

    def score(self, recency: Any, frequency: Any = None, monetary: Any = None) -> pd.DataFrame:
        """One row a customer: scores `recency`, `frequency`, `monetary`, and `group` in the language being spoken."""
        facts = read_facts(recency, frequency, monetary)
        scores = self._scores(facts)
        names = group_names() | dict(self.names or {})
        return scores.assign(group=[names[key] for key in _groups(scores, self.quantiles)])

    def groups(self, recency: Any, frequency: Any = None, monetary: Any = None) -> pd.Series:
        """The group of each customer as a word that is the same in every language, one of those in GRID."""
        scores = self._scores(read_facts(recency, frequency, monetary))
        return pd.Series(_groups(scores, self.quantiles), index=scores.index, name="group")

    def _scores(self, facts: pd.DataFrame) -> pd.DataFrame:
        check_is_fitted(self)
        found = {name: 1 + np.searchsorted(self.cuts_[name], _goodness(facts, name), "right") for name in FACTS}
        return pd.DataFrame(found, index=facts.index)


def group_names() -> dict[str, str]:
    """What the groups are called in the language being spoken, the best customers first."""
    return {
        "champions": _("Champions"),
        "loyal": _("Loyal"),
        "potentially_loyal": _("Potentially loyal"),
        "new": _("New"),
        "promising": _("Promising"),
        "need_attention": _("Need attention"),
        "about_to_sleep": _("About to sleep"),
        "cannot_lose": _("Cannot lose"),
        "at_risk": _("At risk"),
        "hibernating": _("Hibernating"),
        "lost": _("Lost"),
    }


def read_facts(recency: Any, frequency: Any, monetary: Any) -> pd.DataFrame:
    """The three facts as floats, from three columns or from a table that has them by name."""
    if frequency is None and monetary is None:
        facts = _from_table(recency)
    elif frequency is None or monetary is None:
        raise ValueError("RFM needs all of recency, frequency and monetary, or one table with these columns.")
    else:
        facts = _from_columns(recency, frequency, monetary)
    if not np.isfinite(facts.to_numpy()).all():
        raise ValueError("Recency, frequency and monetary are numbers without gaps; leave out customers without them.")
    return facts


def _from_table(table: Any) -> pd.DataFrame:
    if not isinstance(table, pd.DataFrame):
        raise ValueError("Give recency, frequency and monetary, or one DataFrame with these columns.")
    if "monetary" not in table.columns and "monetary_value" in table.columns:
        table = table.rename(columns={"monetary_value": "monetary"})
    if missing := [name for name in FACTS if name not in table.columns]:
        raise ValueError(f"The table has no column {missing[0]!r}; RFM needs {', '.join(FACTS)}.")
    return table[list(FACTS)].apply(pd.to_numeric).astype(float)


def _from_columns(recency: Any, frequency: Any, monetary: Any) -> pd.DataFrame:
    given = dict(zip(FACTS, (recency, frequency, monetary), strict=True))
    arrays = {name: np.asarray(values, dtype=float).ravel() for name, values in given.items()}
    if len({len(values) for values in arrays.values()}) > 1:
        counts = ", ".join(f"{name} {len(values)}" for name, values in arrays.items())
        raise ValueError(f"Every customer has one of each: there are {counts}.")
    index = recency.index if isinstance(recency, pd.Series) else None
    return pd.DataFrame(arrays, index=index)


def _goodness(facts: pd.DataFrame, name: str) -> Vector:
    """The fact, turned so that more is better."""
    values: Vector = facts[name].to_numpy(float)
    return np.negative(values) if name == "recency" else values


def _cuts(values: Vector, quantiles: int) -> Vector:
    """The values from which on the scores 2, 3, ... begin."""
    distinct, counts = np.unique(values, return_counts=True)
    middle = (np.cumsum(counts) - counts / 2) / len(values)
    scores = np.minimum(1 + np.floor(quantiles * middle), quantiles)
    if len(distinct) > 1:
        scores[0], scores[-1] = 1, quantiles
    positions = np.searchsorted(scores, np.arange(2, quantiles + 1), "left")
    return np.append(distinct, np.inf)[positions]


def _groups(scores: pd.DataFrame, quantiles: int) -> list[str]:
    # The worst and the best of any number of scores are the worst and the best of five.
    of_five = np.round(1 + (scores[list(FACTS)].to_numpy() - 1) * 4 / (quantiles - 1))
    purchases = np.floor((of_five[:, 1] + of_five[:, 2]) / 2 + 0.5)
    return [GRID[int(r) - 1][int(p) - 1] for r, p in zip(of_five[:, 0], purchases, strict=True)]
