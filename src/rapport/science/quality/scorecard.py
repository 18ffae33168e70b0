"""Weighted scorecards: one review, many reviews, and what they say of agents and teams."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
from sklearn.base import BaseEstimator

from rapport.science.intervals import mean, share
from rapport.science.quality.checking import TextEncoder, checks
from rapport.science.quality.conversation import Conversation
from rapport.science.quality.criteria import Criterion, Scale, as_criteria

FEW = 10


@dataclass(frozen=True)
class Line:
    """One criterion of one review: the score `given` (None: not applicable), its `share` from 0 to 1, the `weight` it
    had in the end (all add up to 1), and the `points` of 100 that it gave; `failed_all` where it alone failed all."""

    criterion: str
    given: float | None
    share: float | None
    weight: float
    points: float
    failed_all: bool


@dataclass(frozen=True)
class Score:
    """A review in points from 0 to 100.

    `value` is 0 where a critical criterion failed, `weighted` is what it would be otherwise; `index` is the weighted
    mean on the criteria's own scale where they share one, else None. `passed` compares `value` with the pass mark.
    """

    value: float
    weighted: float
    index: float | None
    passed: bool
    failed_all: tuple[str, ...]
    not_applicable: tuple[str, ...]
    breakdown: tuple[Line, ...]


class Scorecard(BaseEstimator):
    """Scores conversations by weighted criteria, sum(w_i s_i) / sum(w_i) over those that apply.

    `criteria` are Criterion objects, names with weights (a mapping or pairs), or None for a ready-made card that
    automatic checks can fill as far as they go; `scale` is that of criteria without one; `pass_mark` is in points of
    100. A critical criterion that fails makes the value 0, whatever the others are.
    """

    def __init__(self, criteria: Any = None, *, scale: Scale = (0.0, 1.0), pass_mark: float = 80.0) -> None:
        self.criteria = criteria
        self.scale = scale
        self.pass_mark = pass_mark

    @property
    def criteria_(self) -> tuple[Criterion, ...]:
        return as_criteria(self.criteria, self.scale)

    def score(self, review: Mapping[str, Any]) -> Score:
        """The points of one review: a score, True, False, "passed", "failed" or None (not applicable) by criterion.

        A criterion that the review does not name does not apply. Raises ValueError for a score that is not on its
        scale, for an unknown criterion, and where nothing applies.
        """
        return _score(self.criteria_, review, self.pass_mark)

    def review(
        self,
        conversation: Conversation | Iterable[Any],
        language: str | None = None,
        *,
        by_hand: Mapping[str, Any] | None = None,
        encoder: TextEncoder | None = None,
    ) -> Score:
        """The points of a conversation by its automatic checks, and what a reviewer scored `by_hand` on top."""
        found = {check.name: check.outcome for check in checks(conversation, language, encoder=encoder)}
        criteria = self.criteria_
        if unknown := sorted({one.check for one in criteria if one.check} - set(found)):
            raise ValueError(f"There are no automatic checks named {', '.join(unknown)}.")
        filled = {one.name: found[one.check] for one in criteria if one.check}
        return _score(criteria, {**filled, **(by_hand or {})}, self.pass_mark)

    def score_many(self, reviews: pd.DataFrame) -> pd.DataFrame:
        """`value`, `weighted`, `passed` and `failed_all` of each row, which has a column a criterion."""
        criteria = self.criteria_
        columns = [one.name for one in criteria if one.name in reviews.columns]
        if not columns:
            raise ValueError(f"The table has no column named like a criterion: {', '.join(o.name for o in criteria)}.")
        rows = reviews[columns].astype(object).to_dict("records")
        scores = [_score(criteria, row, self.pass_mark) for row in rows]
        return pd.DataFrame(
            {
                "value": pd.Series([one.value for one in scores], dtype=float),
                "weighted": pd.Series([one.weighted for one in scores], dtype=float),
                "passed": pd.Series([one.passed for one in scores], dtype=bool),
                "failed_all": pd.Series([", ".join(one.failed_all) for one in scores], dtype=object),
            }
        ).set_axis(reviews.index)

    def by(self, reviews: pd.DataFrame, group: str, *, confidence: float = 0.95) -> pd.DataFrame:
        """One row a group (agent, team), best first: mean value and share passed, each with its interval.

        `few` marks groups of fewer than ten reviews, whose order says little.
        """
        if group not in reviews.columns:
            raise ValueError(f"There is no column {group} to group by.")
        scored = self.score_many(reviews).assign(**{group: reviews[group]})
        rows, failed = [], []
        for name, part in scored.dropna(subset=[group]).groupby(group, sort=True, observed=True):
            middle = mean(part["value"].tolist(), bounds=(0.0, 100.0), confidence=confidence)
            passed = share(int(part["passed"].sum()), len(part), confidence=confidence)
            failed.append(int((part["failed_all"] != "").sum()))
            rows.append(
                (name, len(part), middle.value, middle.lower, middle.upper, passed.value, passed.lower, passed.upper)
            )
        columns = [group, "n", "value", "lower", "upper", "passed", "passed_lower", "passed_upper"]
        table = pd.DataFrame(rows, columns=columns).assign(failed_all=failed, few=[row[1] < FEW for row in rows])
        return table.sort_values("value", ascending=False, ignore_index=True, kind="stable")


def _score(criteria: tuple[Criterion, ...], review: Mapping[str, Any], pass_mark: float) -> Score:
    if unknown := sorted(str(name) for name in set(review) - {one.name for one in criteria}):
        raise ValueError(f"The scorecard has no criterion named {', '.join(unknown)}.")
    given = {one.name: one.read(review.get(one.name)) for one in criteria}
    total = sum(one.weight for one in criteria if given[one.name] is not None)
    if total <= 0:
        raise ValueError("Nothing with a weight was scored in this review.")
    lines = tuple(_line(one, given[one.name], total) for one in criteria)
    weighted = min(100.0, sum(line.points for line in lines))
    failed = tuple(line.criterion for line in lines if line.failed_all)
    value = 0.0 if failed else weighted
    scales = {one.scale for one in criteria if given[one.name] is not None and one.weight > 0}
    low, high = next(iter(scales))
    return Score(
        value,
        weighted,
        low + (high - low) * weighted / 100 if len(scales) == 1 else None,
        not failed and value >= pass_mark,
        failed,
        tuple(name for name, score in given.items() if score is None),
        lines,
    )


def _line(criterion: Criterion, score: float | None, total: float) -> Line:
    if score is None:
        return Line(criterion.name, None, None, 0.0, 0.0, False)
    part, weight = criterion.share(score), criterion.weight / total
    return Line(criterion.name, score, part, weight, 100 * part * weight, criterion.fails_all(score))
