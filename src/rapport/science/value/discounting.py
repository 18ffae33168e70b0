"""The value today of money that comes later."""

from collections.abc import Iterable

import numpy as np


def discounted_value(revenues: Iterable[float], rate: float) -> float:
    """sum over t = 1..T of revenue_t (1 + rate)^-t, in the unit of the revenues.

    `revenues` has one number a period, the first at the end of period 1; `rate` is the discount rate a period.
    Raises ValueError for a rate of -100 % or less, and for revenues that are not finite numbers.

    >>> round(discounted_value([1000] * 5, 0.10), 2)
    3790.79
    """
    values = np.asarray(list(revenues), dtype=float)
    if values.ndim != 1 or not np.isfinite(values).all():
        raise ValueError("Revenues are one finite number a period.")
    if not rate > -1:
        raise ValueError(f"A discount rate is above -1 (-100 %), not {rate:g}.")
    return float(values @ (1 + rate) ** -np.arange(1.0, len(values) + 1))
