"""How many people an experiment needs, and what it can see with those it has."""

import math
from collections.abc import Callable

from scipy.optimize import brentq
from scipy.stats import nct, norm, t

from rapport.science.experiment.samples import checked_level

_MOST = 10**12
# From so many degrees of freedom on, Student's distribution and the normal one agree to five digits.
_MANY = 20_000


def power(
    effect: float, n: float, *, sd: float | None = None, baseline: float | None = None, alpha: float = 0.05,
    ratio: float = 1.0,
) -> float:  # fmt: skip
    """The chance that an experiment with `n` people in the control shows a true difference of `effect`.

    For means give `sd`, the standard deviation between people, in the unit of `effect`; for shares give `baseline`,
    the share of the control from 0 to 1. The variant has `ratio` times as many people. Two-sided at `alpha`.
    Sources: Cohen (1988), Statistical Power Analysis, chapter 2 (noncentral t); Fleiss, Levin and Paik (2003),
    Statistical Methods for Rates and Proportions, chapter 4 (shares).
    """
    _check(sd, baseline, alpha, ratio)
    if n < 2 or n * ratio < 2:
        raise ValueError("Power is known for two people in each group or more.")
    if sd is not None:
        return _power_of_means(abs(effect) / sd, n, n * ratio, alpha)
    return _power_of_shares(float(baseline or 0.0), effect, n, n * ratio, alpha)


def sample_size(
    effect: float, *, sd: float | None = None, baseline: float | None = None, alpha: float = 0.05,
    power: float = 0.8, ratio: float = 1.0,
) -> int:  # fmt: skip
    """The least number of people in the control with which `effect` is shown with chance `power`.

    The variant needs `ratio` times as many. For means give `sd`, for shares `baseline`, as in `power`.
    """
    _check(sd, baseline, alpha, ratio)
    _check_power(power, alpha)
    if effect == 0:
        raise ValueError("No number of people shows a difference of 0: name the smallest one that matters.")
    chance = _power(sd, baseline, alpha, ratio)
    low = high = max(2, math.ceil(2 / ratio))
    while chance(effect, high) < power:
        low, high = high, high * 2
        if high > _MOST:
            raise ValueError("So small a difference needs more people than there are: name a greater one.")
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if chance(effect, middle) >= power else (middle + 1, high)
    return high


def detectable_effect(
    n: float, *, sd: float | None = None, baseline: float | None = None, alpha: float = 0.05, power: float = 0.8,
    ratio: float = 1.0,
) -> float:  # fmt: skip
    """The smallest difference upwards that `n` people in the control show with chance `power`.

    In the unit of `sd`, or as a difference of shares over `baseline`. Raises ValueError when not even a share of 1
    would be shown.
    """
    _check(sd, baseline, alpha, ratio)
    _check_power(power, alpha)
    chance = _power(sd, baseline, alpha, ratio)
    most = 1 - baseline if baseline is not None else float(sd or 0.0) / math.sqrt(n)
    while baseline is None and chance(most, n) < power:
        most *= 2
    if chance(most, n) < power:
        raise ValueError("So few people show no difference of shares for sure: ask more of them.")
    return float(brentq(lambda effect: chance(effect, n) - power, most * 1e-12, most, xtol=most * 1e-13))


def _power(sd: float | None, baseline: float | None, alpha: float, ratio: float) -> Callable[[float, float], float]:
    return lambda effect, n: power(effect, n, sd=sd, baseline=baseline, alpha=alpha, ratio=ratio)


def _power_of_means(effect: float, n_a: float, n_b: float, alpha: float) -> float:
    """`effect` in standard deviations."""
    freedom = n_a + n_b - 2
    shift = effect * math.sqrt(n_a * n_b / (n_a + n_b))
    # Beyond, the noncentral t distribution of SciPy is slow and the chance is 1 to every digit.
    if freedom > _MANY or shift > 30:
        z = norm.isf(alpha / 2)
        return float(norm.sf(z - shift) + norm.cdf(-z - shift))
    quantile = t.isf(alpha / 2, freedom)
    # The lower tail is 0 to every digit long before SciPy cannot name it any more.
    lower = nct.cdf(-quantile, freedom, shift) if shift < 5 else 0.0
    return float(nct.sf(quantile, freedom, shift) + lower)


def _power_of_shares(baseline: float, effect: float, n_a: float, n_b: float, alpha: float) -> float:
    variant = baseline + effect
    if not 0 <= variant <= 1:
        raise ValueError(f"A share of {baseline} cannot change by {effect}: it would leave the range from 0 to 1.")
    pooled = (n_a * baseline + n_b * variant) / (n_a + n_b)
    same = math.sqrt(pooled * (1 - pooled) * (1 / n_a + 1 / n_b))
    other = math.sqrt(baseline * (1 - baseline) / n_a + variant * (1 - variant) / n_b)
    z = norm.isf(alpha / 2)
    return float(norm.sf((z * same - effect) / other) + norm.cdf((-z * same - effect) / other))


def _check(sd: float | None, baseline: float | None, alpha: float, ratio: float) -> None:
    checked_level(alpha)
    if (sd is None) == (baseline is None):
        raise ValueError("Give sd for means or baseline for shares, one of the two.")
    if sd is not None and not 0 < sd < math.inf:
        raise ValueError("A standard deviation is above 0.")
    if baseline is not None and not 0 < baseline < 1:
        raise ValueError("The share of the control lies between 0 and 1.")
    if not 0 < ratio < math.inf:
        raise ValueError("The ratio of people in the variant to people in the control is above 0.")


def _check_power(power: float, alpha: float) -> None:
    if not alpha < power < 1:
        raise ValueError("Power lies between alpha and 1, such as 0.8.")
