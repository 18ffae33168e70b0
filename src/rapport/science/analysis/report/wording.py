"""How numbers are said."""

from rapport.science.intervals import Estimate
from rapport.science.language import _


def percent(share: float, digits: int = 0) -> str:
    """26.5%, and less than 1% where it would be nought."""
    if 0 < share < 0.005 and not digits:
        return "<1%"
    return f"{share:.{digits}%}"


def interval(one: Estimate, form: str = ".3f") -> str:
    """0.851 (0.841 to 0.860)."""
    return _("{value} ({lower} to {upper})").format(
        value=format(one.value, form), lower=format(one.lower, form), upper=format(one.upper, form)
    )


def money(value: float) -> str:
    """1,234 or 12.30, without a currency, as the table names none."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.2f}"


def listed(names: list[str], most: int = 3) -> str:
    """a, b and c."""
    shown = names[:most]
    if len(shown) < 2:
        return "".join(shown)
    return _("{first} and {last}").format(first=_(", ").join(shown[:-1]), last=shown[-1])
