"""From a list of purchases to recency, frequency and money."""

import pandas as pd


def rfm_from_transactions(
    transactions: pd.DataFrame,
    *,
    customer: str = "customer",
    date: str = "date",
    amount: str = "amount",
    until: object = None,
) -> pd.DataFrame:
    """One row a customer: `recency`, `frequency`, `monetary`.

    recency is the number of days from the last purchase to `until` (by default the last date of the list), frequency
    the number of days with a purchase and monetary the money spent on all of them. Raises ValueError for a column
    that is not there, and when nothing was bought up to that day.
    """
    if missing := [name for name in (customer, date, amount) if name not in transactions.columns]:
        has = ", ".join(str(name) for name in transactions.columns)
        raise ValueError(f"The purchases have no column {missing[0]!r}; they have {has}.")
    day = pd.to_datetime(transactions[date])
    # The day on the wall where it was bought.
    day = (day.dt.tz_localize(None) if day.dt.tz is not None else day).dt.normalize()
    frame = pd.DataFrame({"customer": transactions[customer], "day": day})
    frame["amount"] = pd.to_numeric(transactions[amount])
    end = frame["day"].max() if until is None else pd.Timestamp(until)
    frame = frame[frame["day"] <= end]
    if frame.empty:
        raise ValueError("There is no purchase up to that day.")
    by = frame.groupby("customer")
    return pd.DataFrame(
        {
            "recency": (end - by["day"].max()).dt.days.astype(float),
            "frequency": by["day"].nunique().astype(float),
            "monetary": by["amount"].sum().astype(float),
        }
    )
