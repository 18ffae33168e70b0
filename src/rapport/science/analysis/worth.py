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
from rapport.science.value import BetaGeoNBD, CustomerValue

YEARLY = 0.10
WEEKS, MONTHS = 52, 12
_FEWEST = 30
_RECORD = ("frequency", "recency", "T")
_FORESEEN = ("alive", "purchases", "value", "value_lower", "value_upper", "value_least", "value_most")
_LEAVING = ("churn", "left", "leave", "cancel", "attrition", "exited", "exit", "流失", "离开", "退订")


@dataclass
class Purchasing:
    """How often customers buy again and, where the money is known, for how much, over `horizon` units of time."""

    model: CustomerValue | BetaGeoNBD
    horizon: float

    def value(self, purchases: pd.DataFrame) -> pd.DataFrame:
        """One row a customer: `alive`, `purchases`, and where money is known `value` with `value_lower` and
        `value_upper` (how well it is known) and `value_least` and `value_most` (what may really come)."""
        known = purchases[list(_RECORD)].notna().all(axis=1)
        x, t_x, age = (purchases.loc[known, name] for name in _RECORD)
        if not known.any():
            return pd.DataFrame(np.nan, index=purchases.index, columns=["alive", "purchases"])
        if isinstance(self.model, CustomerValue):
            found = self.model.predict(self.horizon, x, t_x, age, purchases.loc[known, "monetary_value"])
            found = found.rename(columns={"lower": "value_lower", "upper": "value_upper"})[list(_FORESEEN)]
        else:
            alive = self.model.probability_alive(x, t_x, age)
            coming = self.model.expected_purchases(self.horizon, x, t_x, age)
            found = pd.DataFrame({"alive": alive, "purchases": coming}, index=x.index)
        return found.reindex(purchases.index)


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
    known = record.dropna(subset=list(_RECORD))
    weekly = customers.from_purchases
    horizon = float(WEEKS) if weekly else float(np.ceil(known["T"].max()))
    facts = [known[name] for name in _RECORD]
    notes: list[str] = []
    learnt: CustomerValue | BetaGeoNBD | None = None
    if "monetary_value" in known:
        learnt, notes = _with_money(known, weekly=weekly)
    model = Purchasing(learnt or BetaGeoNBD().fit(*facts), horizon)
    return Worth("purchases", model, horizon, "weeks" if weekly else "units", model.value(record), notes=notes)


def _with_money(known: pd.DataFrame, *, weekly: bool) -> tuple[CustomerValue | None, list[str]]:
    """The value in money, or nothing and why not. Without a known unit of time nothing is discounted."""
    model = CustomerValue(YEARLY, WEEKS) if weekly else CustomerValue()
    try:
        x, t_x, age = (known[name] for name in _RECORD)
        model.fit(x, t_x, age, known["monetary_value"].clip(lower=0))
    except ValueError as error:
        text = _("Spend could not be learnt, so only purchases are foreseen. {why}")
        return None, [text.format(why=str(error))]
    return model, list(model.notes_)


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
        inside = values[segments.labels == segment.number].dropna()
        if len(inside) > 1:
            found[segment.name] = mean(inside.to_list(), bounds=(0.0, float("inf")))
    return found
