"""Whether those who buy more often also spend more a purchase, which the product of both models rules out."""

from dataclasses import dataclass

import numpy as np

from rapport.science.intervals import normal_quantile
from rapport.science.language import _
from rapport.science.value.likelihood import Vector

# Correlations below this change values by a few per cent at most.
_SMALL = 0.1
# With fewer, the error of a correlation of skewed numbers is not to be trusted.
_FEW = 30


@dataclass(frozen=True)
class Independence:
    """The correlation of frequency and mean spend among `n` repeat buyers, with its interval."""

    correlation: float
    lower: float
    upper: float
    n: int

    @property
    def doubtful(self) -> bool:
        """The correlation is surely not 0, and not small."""
        return self.n >= _FEW and abs(self.correlation) >= _SMALL and (self.lower > 0 or self.upper < 0)

    @property
    def sentence(self) -> str:
        values = {"correlation": f"{self.correlation:.2f}", "customers": f"{self.n:,}"}
        if not self.doubtful:
            return _(
                "How often customers buy and what they spend hardly go together (correlation {correlation} among "
                "{customers} repeat buyers), as the model expects."
            ).format(**values)
        if self.correlation > 0:
            return _(
                "Customers who buy more often spend more a purchase (correlation {correlation} among {customers} "
                "repeat buyers). The model takes both as independent, so it may value frequent buyers too low."
            ).format(**values)
        return _(
            "Customers who buy more often spend less a purchase (correlation {correlation} among {customers} repeat "
            "buyers). The model takes both as independent, so it may value frequent buyers too high."
        ).format(**values)


def independence(frequency: Vector, monetary_value: Vector, confidence: float = 0.95) -> Independence:
    """Pearson's correlation, whose mean is 0 when spend does not depend on frequency, however skewed both are.

    Its error is that of the mean product of both, which does not take them as normal.
    Source: Fader and Hardie (2013), The Gamma-Gamma Model of Monetary Value, section 1, check it the same way.
    """
    n = len(frequency)
    if n < 3 or not np.ptp(frequency) or not np.ptp(monetary_value):
        return Independence(0.0, -1.0, 1.0, n)
    x, z = ((values - values.mean()) / values.std() for values in (frequency, monetary_value))
    products = x * z
    correlation = float(products.mean())
    half = normal_quantile(confidence) * float(products.std(ddof=1)) / n**0.5
    return Independence(correlation, max(-1.0, correlation - half), min(1.0, correlation + half), n)
