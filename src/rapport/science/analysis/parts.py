"""The part each column plays in the analysis, guessed from its name and its values."""

import difflib
import re
from collections.abc import Iterable, Mapping
from enum import StrEnum

import numpy as np
import pandas as pd

from rapport.science.analysis.errors import CannotAnalyse
from rapport.science.behaviour.roles import Role, guess_roles, named_like_an_identifier, snake


class Part(StrEnum):
    """What a column is to the analysis."""

    CUSTOMER = "customer"
    TARGET = "target"
    DATE = "date"
    AMOUNT = "amount"
    FREQUENCY = "frequency"
    RECENCY = "recency"
    T = "T"
    MONETARY = "monetary"
    TENURE = "tenure"
    CHARGE = "charge"
    CSAT = "csat"
    NPS = "nps"
    CES = "ces"
    NUMBER = "number"
    BOOLEAN = "boolean"
    CATEGORY = "category"
    TEXT = "text"
    IDENTIFIER = "identifier"
    CONSTANT = "constant"
    EMPTY = "empty"
    IGNORE = "ignore"


SCORES = (Part.CSAT, Part.NPS, Part.CES)
SCALES = {Part.CSAT: (1, 5), Part.NPS: (0, 10), Part.CES: (1, 7)}
# Numbers, whatever else they mean.
NUMERIC = frozenset(
    {Part.AMOUNT, Part.FREQUENCY, Part.RECENCY, Part.T, Part.MONETARY, Part.TENURE, Part.CHARGE, Part.NUMBER, *SCORES}
)
# At most one column plays each of these.
_ONE_EACH = (
    Part.CUSTOMER, Part.AMOUNT, Part.FREQUENCY, Part.RECENCY, Part.T, Part.MONETARY, Part.TENURE, Part.CHARGE, *SCORES,
)  # fmt: skip

_PEOPLE = "customer|client|user|member|account|contact|subscriber|buyer|cust|kunden?|client[ea]|客户|用户|会员|顾客"
_NAMES: dict[Part, str] = {
    Part.CUSTOMER: rf"^({_PEOPLE})(_?(id|no|nr|num|number|key|code|nummer|编号|号|ID))?$|^id$|^编号$",
    Part.FREQUENCY: r"^(frequency|freq|repeat_(purchases|transactions|orders)|x|购买次数|频次|频率)$",
    Part.RECENCY: r"^(recency|t_x|recency_.*|days_since_last_(purchase|order)|最近一次.*)$",
    Part.T: r"^(T|t_cal|observed|observation_(time|period)|customer_age)$",
    Part.MONETARY: r"^(monetary(_value)?|m|mean_spend|average_spend|avg_(order_value|spend|basket)|aov|zbar|客单价)$",
    Part.TENURE: r"^(tenure(_months)?|months_(on_book|as_customer|with_us)|membership_months|account_length|在网时长)$",
    Part.CHARGE: r"^(monthly_?(charges?|fee|bill|price|revenue|payment)|mrr|arpu|subscription_(fee|price)|月费)$",
    Part.AMOUNT: r"(^|_)(amount|total|price|revenue|sales|spend|spent|turnover|dollars|betrag|umsatz)$|金额|销售额",
    Part.NPS: r"(^|_)(nps|likelihood_to_recommend|recommend(ation)?)(_|$)|推荐",
    Part.CES: r"(^|_)(ces|(customer_)?effort)(_|$)|费力",
    Part.CSAT: r"(^|_)(csat|satisfaction|rating|stars|zufriedenheit)(_|$)|满意|评分|打分",
}
_OF_ROLE = {
    Role.DATE: Part.DATE, Role.NUMBER: Part.NUMBER, Role.BOOLEAN: Part.BOOLEAN, Role.CATEGORY: Part.CATEGORY,
    Role.TEXT: Part.TEXT, Role.IDENTIFIER: Part.IDENTIFIER, Role.CONSTANT: Part.CONSTANT, Role.EMPTY: Part.EMPTY,
}  # fmt: skip


def guess_parts(table: pd.DataFrame, *, target: str = "", given: Mapping[str, str] | None = None) -> dict[str, Part]:
    """The part of every column, in order; `given` overrides guesses. Raises CannotAnalyse for unknown names."""
    given = given or {}
    for name in [*given, *([target] if target else [])]:
        if name not in table.columns:
            raise CannotAnalyse(_unknown_column(name, table.columns))
    parts = {name: _part(given[name]) for name in given}
    if target:
        parts[target] = Part.TARGET
    taken = set(parts.values())
    for column in guess_roles(table):
        if column.name not in parts:
            part = _guess(column.name, table[column.name], _OF_ROLE[column.role], column.distinct, taken)
            parts[column.name] = part
            taken.add(part)
    parts = {str(name): parts[name] for name in table.columns}
    if Part.CUSTOMER not in taken and (found := _whose(table, parts)):
        parts[found] = Part.CUSTOMER
    return parts


def only(parts: Mapping[str, Part], part: Part) -> str | None:
    """The first column with this part."""
    return next((name for name, one in parts.items() if one is part), None)


def _part(word: str) -> Part:
    for part in Part:
        if part.value.lower() == word.strip().lower():
            return part
    known = ", ".join(part.value for part in Part if part is not Part.TARGET)
    raise CannotAnalyse(f"There is no role named {word}. Roles are {known}.")


def _unknown_column(name: str, columns: Iterable[str]) -> str:
    known = [str(column) for column in columns]
    lower = {column.lower(): column for column in known}
    near = [lower[found] for found in difflib.get_close_matches(name.lower(), lower, n=1)]
    if near:
        return f"There is no column {name}. Did you mean {near[0]}?"
    listed = ", ".join(known[:12]) + (", ..." if len(known) > 12 else "")
    return f"There is no column {name}. The columns are {listed}."


def _guess(name: str, values: pd.Series, plain: Part, distinct: int, taken: set[Part]) -> Part:
    for part, pattern in _NAMES.items():
        free = part not in taken or part not in _ONE_EACH
        called = name if part is Part.T else _folded(name)
        if free and re.search(pattern, called) and _may_be(part, plain, values, distinct):
            return part
    return plain


def _folded(name: str) -> str:
    return snake(name) if name.isascii() else name.strip().lower().replace(" ", "_")


def _may_be(part: Part, plain: Part, values: pd.Series, distinct: int) -> bool:
    """Whether the values can play the part that the name speaks of."""
    if part is Part.CUSTOMER:
        return plain not in (Part.EMPTY, Part.DATE) and distinct > max(2, 0.005 * len(values))
    # Everybody may have been watched for the same time.
    numbers = (Part.NUMBER, Part.CATEGORY, Part.IDENTIFIER, *([Part.CONSTANT] if part is Part.T else []))
    if plain not in numbers or not pd.api.types.is_numeric_dtype(values.dtype):
        return False
    present = values.dropna()
    if part in SCALES:
        low, high = SCALES[part]
        whole = bool((present % 1 == 0).all())
        return whole and bool(present.between(low, high).all()) and bool(present.max() > (low + high) / 2)
    if part is Part.FREQUENCY and (present % 1 != 0).any():
        return False
    return bool(np.isfinite(present).all() and (present >= 0).mean() > 0.9)


def _whose(table: pd.DataFrame, parts: Mapping[str, Part]) -> str | None:
    """An identifier without a telling name: the one with most different values."""
    found = [name for name, part in parts.items() if part is Part.IDENTIFIER]
    named = [name for name in found if named_like_an_identifier(name)] or found
    return max(named, key=lambda name: int(table[name].nunique()), default=None)
