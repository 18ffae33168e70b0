"""Less noise from what was known before: CUPED, and ratios of two totals."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rapport.science.experiment.fixed import Comparison, compare_samples
from rapport.science.experiment.samples import CannotCompare, Sample, Vector, checked_level, numbers_of, sample_of
from rapport.science.language import _


@dataclass(frozen=True)
class Adjusted:
    """The comparison after and before taking out what the covariates foresee.

    `variance_reduction` is the share of the variance between people that they took away, and `theta` their weights.
    """

    adjusted: Comparison
    unadjusted: Comparison
    variance_reduction: float
    theta: tuple[float, ...]

    @property
    def effect(self) -> float:
        return self.adjusted.effect

    @property
    def interval(self) -> tuple[float, float]:
        return self.adjusted.interval

    @property
    def p_value(self) -> float:
        return self.adjusted.p_value

    @property
    def verdict(self) -> str:
        return self.adjusted.verdict

    @property
    def description(self) -> str:
        """What the adjustment was worth, in one sentence."""
        return _(
            "What was known before takes away {share:.0%} of the variance, as {times:.1f} times the people would."
        ).format(share=self.variance_reduction, times=1 / max(1 - self.variance_reduction, 1e-12))


def cuped(y: Any, x: Any, group: Any, *, control: Any = None, alpha: float = 0.05) -> Adjusted:
    """Compare the two groups by `y`, less what `x`, measured before the experiment began, foresees of it.

    `y` is a number a person, `x` one or more (n or n x columns), `group` one of two labels; the control is `control`
    or the first label in order (False, 0, "a", "control"). A person without a past (`x` empty) counts as the average
    one and is marked by a further covariate. Nothing in `x` may have been changed by the experiment.
    Source: Deng, Xu, Kohavi and Walker (2013), Improving the sensitivity of online controlled experiments by utilizing
    pre-experiment data, WSDM.
    """
    checked_level(alpha)
    outcome = numbers_of(y, "y")
    is_variant = _variant(group, control)
    covariates = _covariates(x)
    if not len(outcome) == len(covariates) == len(is_variant):
        raise CannotCompare("y, x and group need one row a person, so they must be of one length.")
    plain = compare_samples(sample_of(outcome[~is_variant], "a"), sample_of(outcome[is_variant], "b"), alpha)
    theta = _weights(outcome, covariates, is_variant)
    rest = outcome - covariates @ theta
    samples = [_sample(rest[part], covariates.shape[1]) for part in (~is_variant, is_variant)]
    better = compare_samples(samples[0], samples[1], alpha, method="CUPED, Welch")
    before, after = (_pooled_error(each) for each in (plain, better))
    return Adjusted(better, plain, max(0.0, 1 - (after / before) ** 2), tuple(float(weight) for weight in theta))


def compare_ratios(a: tuple[Any, Any], b: tuple[Any, Any], *, alpha: float = 0.05) -> Comparison:
    """Compare ratios of totals, such as clicks by views, when people (not views) were shared out.

    Each group is two columns with a number a person: numerators and denominators. The variance is that of the delta
    method. Source: Deng, Knoblich and Lu (2018), Applying the delta method in metric analytics, KDD.
    """
    checked_level(alpha)
    samples = [_ratio(*group, name) for group, name in ((a, "a"), (b, "b"))]
    return compare_samples(samples[0], samples[1], alpha, method="delta method, Welch", kind="ratio")


def _ratio(numerator: Any, denominator: Any, name: str) -> Sample:
    top, bottom = numbers_of(numerator, name), numbers_of(denominator, name)
    if len(top) != len(bottom):
        raise CannotCompare(f"Group {name} needs a numerator and a denominator of each person.")
    if (bottom < 0).any() or not bottom.sum() > 0:
        raise CannotCompare(f"The denominators of group {name} must be 0 or more, and not all 0.")
    ratio = top.sum() / bottom.sum()
    linear = (top - ratio * bottom) / bottom.mean()
    return Sample(len(top), float(ratio), float(linear.var(ddof=1)) if len(top) > 1 else float("nan"))


def _variant(group: Any, control: Any) -> NDArray[np.bool_]:
    labels = pd.Series(np.asarray(group).ravel())
    if labels.isna().any():
        raise CannotCompare("Some people have no group: leave them out.")
    names = sorted(labels.unique(), key=lambda name: (str(type(name)), name))
    if len(names) != 2:
        raise CannotCompare(f"There must be two groups, not {len(names)}.")
    if control is not None and control not in names:
        raise CannotCompare(f"Nobody is in the control group {control!r}.")
    variant: NDArray[np.bool_] = (labels != (names[0] if control is None else control)).to_numpy(dtype=bool)
    return variant


def _covariates(x: Any) -> Vector:
    """n x columns with mean 0: filled gaps, and for each column with gaps another that marks them."""
    table = x if isinstance(x, pd.DataFrame) else pd.DataFrame(np.asarray(x))
    if not all(pd.api.types.is_numeric_dtype(kind) or pd.api.types.is_bool_dtype(kind) for kind in table.dtypes):
        raise CannotCompare("What was known before must be numbers.")
    values = table.to_numpy(dtype=float, na_value=np.nan)
    if np.isinf(values).any():
        raise CannotCompare("What was known before holds endless numbers: leave those people out.")
    gaps = np.isnan(values)
    known = np.maximum((~gaps).sum(axis=0), 1)
    filled = np.where(gaps, np.where(gaps, 0.0, values).sum(axis=0) / known, values)
    together: Vector = np.column_stack([filled, gaps[:, gaps.any(axis=0)].astype(float)])
    together -= together.mean(axis=0)
    return together


def _weights(outcome: Vector, covariates: Vector, is_variant: NDArray[np.bool_]) -> Vector:
    """Least squares within the groups, so that a difference between them is not taken for an influence of x."""
    centred, target = covariates.copy(), outcome.copy()
    for part in (~is_variant, is_variant):
        centred[part] -= centred[part].mean(axis=0)
        target[part] -= target[part].mean()
    scale = np.sqrt(np.square(centred).mean(axis=0))
    usable = scale > 1e-12 * np.maximum(np.abs(covariates).max(axis=0), 1e-300)
    theta = np.zeros(covariates.shape[1])
    if usable.any():
        theta[usable] = np.linalg.lstsq(centred[:, usable] / scale[usable], target, rcond=None)[0] / scale[usable]
    return theta


def _sample(rest: Vector, columns: int) -> Sample:
    """Weights that were fitted to the same people make the rest look smaller than it is: each costs one degree."""
    found = sample_of(rest, "adjusted")
    spare = max(found.n - 1 - columns / 2, 1)
    return Sample(found.n, found.mean, found.variance * (found.n - 1) / spare)


def _pooled_error(comparison: Comparison) -> float:
    return comparison.upper - comparison.lower
