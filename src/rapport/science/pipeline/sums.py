"""What many deals come to together, and how far forecasts were from what came."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

# Of the normal distribution, for the 80% in the middle.
_EIGHTY = 1.2816


@dataclass(frozen=True)
class Expectation:
    """The expected sum, and between what it is in four cases of five, each deal being won or not by itself."""

    mean: float
    lower: float
    upper: float


@dataclass(frozen=True)
class Accuracy:
    """Of a method over past periods: `mape` is the mean absolute error in parts of what came, over those in which
    something came; `bias` is all forecasts over all that came less one, positive where too much was promised.
    """

    periods: int
    mape: float | None
    bias: float | None


def expected(deals: Iterable[tuple[float, float]]) -> Expectation:
    """Of (amount, probability). The range is the normal one around independent deals, and never below nothing."""
    listed = [(amount, min(1.0, max(0.0, probability))) for amount, probability in deals]
    mean = math.fsum(amount * probability for amount, probability in listed)
    spread = _EIGHTY * math.sqrt(math.fsum(a * a * p * (1 - p) for a, p in listed))
    most = math.fsum(amount for amount, probability in listed if probability > 0)
    return Expectation(mean, max(0.0, mean - spread), min(most, mean + spread))


def accuracy(forecasts: Sequence[float | None], actuals: Sequence[float]) -> Accuracy:
    """Periods without a forecast are left out.

    >>> accuracy([110, 80, None, 50], [100, 100, 70, 0])
    Accuracy(periods=3, mape=0.15, bias=0.2)
    """
    pairs = [(said, came) for said, came in zip(forecasts, actuals, strict=True) if said is not None]
    errors = [abs(said - came) / came for said, came in pairs if came > 0]
    came_in_all = math.fsum(came for _said, came in pairs)
    said_in_all = math.fsum(said for said, _came in pairs)
    return Accuracy(
        periods=len(pairs),
        mape=round(math.fsum(errors) / len(errors), 10) if errors else None,
        bias=round(said_in_all / came_in_all - 1, 10) if came_in_all > 0 else None,
    )
