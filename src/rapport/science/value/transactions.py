"""From a list of purchases to what the purchase models read."""

import pandas as pd

from rapport.science.language import _


def summary_from_transactions(
    transactions: pd.DataFrame,
    *,
    customer: str = "customer",
    date: str = "date",
    amount: str | None = None,
    until: object = None,
    days_a_unit: float = 7.0,
) -> pd.DataFrame:
    """One row a customer: `frequency`, `recency`, `T` and, with `amount`, `monetary_value`.

    frequency is the number of days with a purchase after the first; recency the time from the first to the last
    purchase and T from the first purchase to `until` (by default the last date), both in units of `days_a_unit`
    days (weeks by default); monetary_value the mean spend of those repeat days, 0 where there are none.
    Purchases of one day count as one, as Fader, Hardie and Lee (2005) do for CDNOW.
    """
    missing = [name for name in (customer, date, amount) if name and name not in transactions.columns]
    if missing:
        raise ValueError(
            f"The purchases have no column {missing[0]!r}; they have {', '.join(map(str, transactions.columns))}."
        )
    frame = pd.DataFrame({"customer": transactions[customer], "day": days_of(transactions, date)})
    frame["amount"] = transactions[amount].astype(float) if amount else 0.0
    end = frame["day"].max() if until is None else moment(until, frame["day"])
    frame = frame[frame["day"] <= end]
    if frame.empty:
        raise ValueError(_("There is no purchase up to that day."))
    days = frame.groupby(["customer", "day"], sort=True, as_index=False)["amount"].sum()
    first = days.groupby("customer")["day"].transform("first")
    repeats = days[days["day"] > first].groupby("customer")["amount"].agg(["size", "mean"])
    span = days.groupby("customer")["day"].agg(["first", "last"])
    unit = pd.Timedelta(days=days_a_unit)
    summary = pd.DataFrame(index=span.index)
    summary["frequency"] = repeats["size"].reindex(span.index, fill_value=0).astype(int)
    summary["recency"] = (span["last"] - span["first"]) / unit
    summary["T"] = (end - span["first"]) / unit
    if amount:
        summary["monetary_value"] = repeats["mean"].reindex(span.index).fillna(0.0)
    return summary


def days_of(transactions: pd.DataFrame, date: str) -> "pd.Series[pd.Timestamp]":
    """The day of each purchase. Raises ValueError where it is not a date, or missing."""
    try:
        days = pd.to_datetime(transactions[date]).dt.normalize()
    except (ValueError, TypeError, AttributeError) as trouble:
        raise ValueError(f"The column {date!r} holds something that is not a date: {trouble}.") from trouble
    if days.isna().any():
        raise ValueError(f"{int(days.isna().sum())} purchases have no date in {date!r}; leave them out.")
    return days


def moment(day: object, days: "pd.Series[pd.Timestamp]") -> pd.Timestamp:
    """The day as the purchases tell theirs: with their time zone, when they have one."""
    found = pd.Timestamp(day)
    zone = days.dt.tz
    if found.tzinfo is None and zone is not None:
        return found.tz_localize(zone)
    return found.tz_localize(None) if found.tzinfo is not None and zone is None else found
