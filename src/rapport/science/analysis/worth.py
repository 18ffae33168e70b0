"""What customers are worth, by their purchases or by their subscription."""

from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
import pandas as pd

from rapport.science.analysis.customers import Customers
from rapport.science.analysis.groups import Segments, plain
from rapport.science.analysis.parts import Part, only
from rapport.science.analysis.subscription import SubscriptionValue
from rapport.science.analysis.target import Prediction
from rapport.science.intervals import Estimate, mean
from rapport.science.language import _
from rapport.science.value import BetaGeoNBD, GammaGamma

YEARLY = 0.10
WEEKS, MONTHS = 52, 12
_FEWEST = 30
_LEAVING = ("churn", "left", "leave", "cancel", "attrition", "exited", "exit", "流失", "离开", "退订")


@dataclass
class Purchasing:
    """How often customers buy again and for how much, over `horizon` units of time."""

    buying: BetaGeoNBD
    spending: GammaGamma | None
    horizon: float

    def value(self, purchases: pd.DataFrame) -> pd.DataFrame:
        """One row a customer: `alive`, `purchases`, and `value` where the money is known; NaN where nothing is."""
        columns = ["alive", "purchases", *(["value"] if self.spending else [])]
        out = pd.DataFrame(np.nan, index=purchases.index, columns=columns)
        known = purchases[["frequency", "recency", "T"]].notna().all(axis=1)
        record = [purchases.loc[known, name] for name in ("frequency", "recency", "T")]
        if known.any():
            out.loc[known, "alive"] = self.buying.probability_alive(*record)
            out.loc[known, "purchases"] = self.buying.expected_purchases(self.horizon, *record)
            if self.spending is not None:
                spend = self.spending.expected_value(record[0], purchases.loc[known, "monetary_value"])
                out.loc[known, "value"] = spend * out.loc[known, "purchases"]
        return out


@dataclass
class Worth:
    """`customers` has one row each, aligned with the table; `kind` is "purchases" or "subscription"."""

    kind: str
    model: Purchasing | SubscriptionValue
    horizon: float
    unit: str
    customers: pd.DataFrame
    by_segment: dict[str, Estimate] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    at_risk: float | None = None

    @property
    def money(self) -> bool:
        """Whether the value is known in money, not in purchases alone."""
        return "value" in self.customers

    @property
    def measure(self) -> pd.Series:
        """The value, or the expected purchases where no money is known."""
        return self.customers["value" if self.money else "purchases"]

    def to_dict(self) -> dict[str, Any]:
        values = self.measure.dropna()
        return {
            "kind": self.kind, "horizon": self.horizon, "unit": self.unit, "in": "money" if self.money else "purchases",
            "customers": len(values), "total": float(values.sum()), "mean": float(values.mean()),
            "median": float(values.median()), "at_risk": self.at_risk,
            "by_segment": {name: plain(one) for name, one in self.by_segment.items()},
            "notes": self.notes,
        }  # fmt: skip


def value_customers(
    customers: Customers, prediction: Prediction | None, segments: Segments | None, chances: pd.Series | None, seed: int
) -> tuple[Worth | None, str]:
    """What customers are worth, or nothing and why not."""
    try:
        worth = _by_purchases(customers) or _by_subscription(customers, prediction, seed)
    except ValueError as error:
        return None, _("Customers are not valued. {why}").format(why=str(error))
    if worth is None:
        return None, _(
            "Customers are not valued: that needs a list of purchases (customer, date, amount), or the columns "
            "frequency, recency, T and monetary_value, or tenure, a monthly charge and who has left."
        )
    if segments is not None and segments.told_apart:
        worth.by_segment = _by_segment(worth.measure, segments)
    if chances is not None and worth.money and worth.kind == "subscription":
        worth.at_risk = float((worth.measure * chances.to_numpy()).sum())
    return worth, ""


def _by_purchases(customers: Customers) -> Worth | None:
    record = customers.purchases
    if record is None or len(record) < _FEWEST:
        return None
    known = record.dropna(subset=["frequency", "recency", "T"])
    buying = BetaGeoNBD().fit(known["frequency"], known["recency"], known["T"])
    horizon = float(WEEKS) if customers.from_purchases else float(np.ceil(known["T"].max()))
    unit = "weeks" if customers.from_purchases else "units"
    notes, spending = [], None
    if "monetary_value" in record:
        try:
            spending = GammaGamma().fit(known["frequency"], known["monetary_value"].clip(lower=0))
            if not np.isfinite(spending.mean_):
                spending = None
                notes.append(_("Spend varies too much between customers for a mean to be said, so only purchases are."))
        except ValueError as error:
            notes.append(_("Spend could not be learnt, so only purchases are foreseen. {why}").format(why=str(error)))
    model = Purchasing(buying, spending, horizon)
    return Worth("purchases", model, horizon, unit, model.value(record), notes=notes)


def _by_subscription(customers: Customers, prediction: Prediction | None, seed: int) -> Worth | None:
    tenure, charge = only(customers.parts, Part.TENURE), only(customers.parts, Part.CHARGE)
    if tenure is None or charge is None or prediction is None or not speaks_of_leaving(prediction):
        return None
    model = SubscriptionValue(MONTHS, (1 + YEARLY) ** (1 / MONTHS) - 1, seed)
    table, left = customers.table, prediction.yes
    known = table[tenure].notna() & left.notna()
    model.fit(table.loc[known, tenure], left[known])
    found = model.value(table[tenure], table[charge])
    found[(left == 1).to_numpy()] = np.nan
    return Worth("subscription", model, MONTHS, "months", found)


def speaks_of_leaving(prediction: Prediction) -> bool:
    """Whether the target is about customers who go."""
    return any(word in prediction.target.lower() for word in _LEAVING)


def value_of(model: Purchasing | SubscriptionValue, customers: Customers) -> pd.DataFrame:
    """The value of other customers, by what was learnt; without columns where theirs are missing."""
    if isinstance(model, Purchasing):
        buying = cast(Purchasing, model)
        return buying.value(customers.purchases) if customers.purchases is not None else pd.DataFrame()
    tenure, charge = only(customers.parts, Part.TENURE), only(customers.parts, Part.CHARGE)
    if tenure is None or charge is None:
        return pd.DataFrame()
    return model.value(customers.table[tenure], customers.table[charge])


def _by_segment(values: pd.Series, segments: Segments) -> dict[str, Estimate]:
    found = {}
    for segment in segments.found:
        inside = values[segments.model.labels_ == segment.number].dropna()
        if len(inside) > 1:
            found[segment.name] = mean(inside.to_list(), bounds=(0.0, float("inf")))
    return found
