"""Whether people were shared out as planned: when not, no result of the experiment can be trusted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import binomtest, chisquare

from rapport.science.experiment.samples import Vector
from rapport.science.language import _

# Below this chance the plan is not believed; strict, because a look at every experiment must not raise false alarms.
LEVEL = 0.001


@dataclass(frozen=True)
class SampleRatio:
    """How many people each group has, how many it should, and how likely so great a difference is by chance."""

    counts: dict[str, int]
    expected: dict[str, float]
    p_value: float
    level: float

    @property
    def trustworthy(self) -> bool:
        return self.p_value >= self.level

    @property
    def verdict(self) -> str:
        """One sentence in the language being spoken."""
        if self.trustworthy:
            return _("People were shared out as planned.")
        name = max(self.counts, key=lambda group: abs(self.counts[group] - self.expected[group]))
        return _(
            "Do not trust this experiment: {group} has {found:,} people where {planned:,.0f} were planned, which "
            "chance does not explain. Find out who was lost first."
        ).format(group=name, found=self.counts[name], planned=self.expected[name])


def sample_ratio(
    counts: Mapping[str, int] | Sequence[int], plan: Mapping[str, float] | Sequence[float] | None = None, *,
    level: float = LEVEL,
) -> SampleRatio:  # fmt: skip
    """Check the people of each group against the planned shares (equal ones when None).

    Chi-squared; the exact binomial test for two groups when few people are expected in one.
    Source: Fabijan et al. (2019), Diagnosing sample ratio mismatch in online controlled experiments, KDD.
    """
    found = dict(counts) if isinstance(counts, Mapping) else {chr(97 + n): count for n, count in enumerate(counts)}
    if len(found) < 2:
        raise ValueError("There must be at least two groups.")
    people = np.array(list(found.values()), dtype=float)
    if not np.isfinite(people).all() or (people < 0).any() or people.sum() == 0:
        raise ValueError("Each group has a number of people from 0 up, and one of them at least one.")
    shares = _shares(list(found), plan)
    expected = shares * people.sum()
    if len(people) == 2 and expected.min() < 10:
        p_value = binomtest(round(people[0]), round(people.sum()), shares[0]).pvalue
    else:
        p_value = chisquare(people, expected).pvalue
    return SampleRatio(
        {name: int(count) for name, count in found.items()},
        dict(zip(found, (float(number) for number in expected), strict=True)),
        float(p_value),
        level,
    )


def _shares(names: list[str], plan: Mapping[str, float] | Sequence[float] | None) -> Vector:
    if plan is None:
        return np.full(len(names), 1 / len(names))
    if isinstance(plan, Mapping):
        if set(plan) != set(names):
            raise ValueError("The plan names other groups than the counts.")
        plan = [plan[name] for name in names]
    shares: Vector = np.array(list(plan), dtype=float)
    if len(shares) != len(names) or not np.isfinite(shares).all() or (shares <= 0).any():
        raise ValueError("The plan has one share above 0 for each group.")
    shares /= shares.sum()
    return shares
