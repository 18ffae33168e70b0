"""From the lines of a table to one row a customer."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from rapport.science.analysis.errors import CannotAnalyse
from rapport.science.analysis.parts import SCORES, Part, only
from rapport.science.language import _, ngettext, with_commas
from rapport.science.segmentation import rfm_from_transactions
from rapport.science.value import summary_from_transactions

# What is made of a list of purchases, in the order of the columns.
FACTS = ("days_since_last_purchase", "days_with_a_purchase", "money_spent")
_APART = frozenset({Part.CUSTOMER, Part.TARGET, Part.IGNORE, Part.IDENTIFIER})
_SAME = 0.99


@dataclass
class Customers:
    """`table` has one row a customer, `names` says who they are, `features` are the columns to learn from;
    `purchases` has frequency, recency, T and monetary_value, where they are known (weeks, or the table's unit)."""

    table: pd.DataFrame
    names: pd.Series
    features: list[str]
    purchases: pd.DataFrame | None = None
    from_purchases: bool = False
    repeated: bool = False
    until: pd.Timestamp | None = None
    parts: dict[str, Part] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.table)


def gather(table: pd.DataFrame, parts: Mapping[str, Part], *, transactional: bool | None = None) -> Customers:
    """One row a customer: the lines as they are, or made of a list of purchases (found out unless it is said)."""
    if transactional is None:
        transactional = lists_purchases(table, parts)
    return _from_purchases(table, parts) if transactional else _from_lines(table, parts)


def lists_purchases(table: pd.DataFrame, parts: Mapping[str, Part]) -> bool:
    """Whether customers come several times, each time with a date and an amount."""
    who, target = only(parts, Part.CUSTOMER), only(parts, Part.TARGET)
    if who is None or only(parts, Part.DATE) is None or only(parts, Part.AMOUNT) is None:
        return False
    if table[who].nunique() > 0.9 * len(table):
        return False
    return target is None or _same_for_each(table[who], table[target])


def _same_for_each(who: pd.Series, values: pd.Series) -> bool:
    return bool((values.groupby(who.to_numpy()).nunique() <= 1).mean() >= _SAME)


def _from_lines(table: pd.DataFrame, parts: Mapping[str, Part]) -> Customers:
    who = only(parts, Part.CUSTOMER)
    notes = []
    if who is not None:
        copies = table.duplicated()
        if copies.any():
            table = table[~copies].reset_index(drop=True)
            notes.append(
                ngettext(
                    "{count} line is an exact copy of an earlier one and was left out.",
                    "{count} lines are exact copies of earlier ones and were left out.",
                    int(copies.sum()),
                ).format(count=int(copies.sum()))
            )
    names = pd.Series(np.arange(1, len(table) + 1), name="row") if who is None else table[who]
    repeated = int(names.dropna().duplicated(keep=False).sum())
    if repeated:
        notes.append(
            _(
                "{column} repeats: {count} lines share their {column} with another line. Each line counts as it is, "
                "and lines of one {column} are on the same side of every test."
            ).format(column=who, count=f"{repeated:,}")
        )
    features = [name for name in table.columns if parts[name] not in _APART]
    return Customers(
        table, names, features, _purchases(table, parts, notes), repeated=bool(repeated), parts=dict(parts), notes=notes
    )


def _purchases(table: pd.DataFrame, parts: Mapping[str, Part], notes: list[str]) -> pd.DataFrame | None:
    """The columns of the purchase models, when the table has them and they agree with each other."""
    wanted = {"frequency": Part.FREQUENCY, "recency": Part.RECENCY, "T": Part.T}
    found = {key: only(parts, part) for key, part in wanted.items()}
    if not all(found.values()):
        return None
    frame = pd.DataFrame({key: table[name].to_numpy(float) for key, name in found.items()})
    money = only(parts, Part.MONETARY)
    if money:
        frame["monetary_value"] = table[money].fillna(0.0).to_numpy(float)
    one_time = frame["frequency"] == 0
    if one_time.any() and (frame["recency"] == frame["T"])[one_time].all():
        notes.append(_("Recency was read as the time since the last purchase."))
        frame["recency"] = frame["T"] - frame["recency"]
    wrong = frame[["frequency", "recency", "T"]].isna().any(axis=1)
    wrong |= (frame["frequency"] < 0) | (frame["frequency"] % 1 != 0) | (frame["recency"] < 0)
    wrong |= (frame["recency"] > frame["T"]) | (one_time & (frame["recency"] > 0))
    if wrong.mean() > 1 - _SAME:
        notes.append(
            _(
                "The columns frequency, recency and T do not fit together: recency is the time from the first to the "
                "last purchase and lies between 0 and T, and is 0 without a repeat purchase."
            )
        )
        return None
    frame.loc[wrong] = np.nan
    return frame


def _from_purchases(table: pd.DataFrame, parts: Mapping[str, Part]) -> Customers:
    who, when, amount = (only(parts, part) for part in (Part.CUSTOMER, Part.DATE, Part.AMOUNT))
    if who is None or when is None or amount is None:
        raise CannotAnalyse("A list of purchases has columns for the customer, the date and the amount.")
    whole = table[[who, when, amount]].notna().all(axis=1)
    bought = table[whole]
    if bought.empty:
        raise CannotAnalyse(f"No line has all of {who}, {when} and {amount}.")
    facts = rfm_from_transactions(bought, customer=who, date=when, amount=amount)
    summary = summary_from_transactions(bought, customer=who, date=when, amount=amount)
    frame = facts.set_axis(list(FACTS), axis=1)
    kept = [name for name in table.columns if name not in (who, when, amount) and parts[name] not in _APART]
    target = only(parts, Part.TARGET)
    same = [name for name in kept if parts[name] not in SCORES and _same_for_each(bought[who], bought[name])]
    by = bought.groupby(who)
    firsts = by[[*same, *([target] if target else [])]].first() if same or target else None
    scores = [name for name in kept if parts[name] in SCORES]
    joined = pd.concat(
        [frame, *([firsts] if firsts is not None else []), *([by[scores].mean()] if scores else [])], axis=1
    )
    until = pd.Timestamp(bought[when].max())
    joined = joined.loc[facts.index]
    gone = [name for name in kept if name not in same and name not in scores]
    return Customers(
        joined.reset_index(drop=True),
        pd.Series(facts.index, name=who),
        [*FACTS, *same],
        summary.reset_index(drop=True),
        from_purchases=True,
        until=until,
        parts=_parts_of(joined, parts, target),
        notes=_about(len(facts), len(bought), int((~whole).sum()), until, gone),
    )


def _parts_of(joined: pd.DataFrame, parts: Mapping[str, Part], target: str | None) -> dict[str, Part]:
    return {name: Part.NUMBER if name in FACTS else parts[name] for name in joined.columns}


def _about(customers: int, lines: int, gaps: int, until: pd.Timestamp, gone: list[str]) -> list[str]:
    notes = [
        _(
            "The table lists purchases: {lines} lines of {customers} customers up to {day} were made "
            "one row a customer."
        ).format(lines=f"{lines:,}", customers=f"{customers:,}", day=until.date().isoformat())
    ]
    if gaps:
        notes.append(
            ngettext(
                "{count} line without customer, date or amount was left out.",
                "{count} lines without customer, date or amount were left out.",
                gaps,
            ).format(count=gaps)
        )
    if gone:
        notes.append(
            _("These columns differ from purchase to purchase and were left out: {columns}.").format(
                columns=with_commas(gone)
            )
        )
    return notes
