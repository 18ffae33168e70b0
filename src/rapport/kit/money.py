"""Money: whole minor units of a currency, so that sums are exact on every database, and said as each language says it.

price = Money.of("219.90", "EUR")     # raises NotMoney for what is none
price.minor, price.currency           # 21990, "EUR"
str(price)                            # "€219.90", "¥219" and so on, in the language that is active
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache

from babel.core import Locale, UnknownLocaleError
from babel.numbers import format_currency, get_currency_precision, list_currencies
from django.utils import translation

_CODE = re.compile(r"[A-Z]{3}")
# What a column of eight bytes holds with room for sums.
_MOST = 10**15


class NotMoney(ValueError):
    """This is no amount, or no currency."""


@dataclass(frozen=True, slots=True)
class Money:
    minor: int
    currency: str

    @classmethod
    def of(cls, amount: str | int | Decimal, currency: str) -> "Money":
        """An amount in major units, half cents rounded to even. Raises NotMoney."""
        code = currency_code(currency)
        try:
            minor = int((Decimal(str(amount)) * 10 ** digits(code)).to_integral_value())
        except (InvalidOperation, ValueError, OverflowError) as error:
            raise NotMoney(f"“{amount}” is no amount.") from error
        if abs(minor) > _MOST:
            raise NotMoney(f"“{amount}” is too much.")
        return cls(minor, code)

    @property
    def amount(self) -> Decimal:
        """In major units."""
        return Decimal(self.minor).scaleb(-digits(self.currency))

    def __add__(self, other: "Money") -> "Money":
        if other.currency != self.currency:
            raise NotMoney(f"{self.currency} and {other.currency} do not add up.")
        return Money(self.minor + other.minor, self.currency)

    def __str__(self) -> str:
        return format_currency(self.amount, self.currency, locale=_locale(translation.get_language() or "en"))

    @property
    def whole(self) -> str:
        """Without cents, for figures that are read at a glance."""
        language = _locale(translation.get_language() or "en")
        return format_currency(
            self.amount.to_integral_value(), self.currency, "¤#,##0", language, currency_digits=False
        )


def digits(currency: str) -> int:
    """How many decimals a currency has: 2 for most, 0 for JPY, 3 for KWD."""
    return get_currency_precision(currency)


def currency_code(said: str) -> str:
    """`eur` as EUR. Raises NotMoney for what no country has."""
    code = said.strip().upper()
    if not _CODE.fullmatch(code) or code not in _currencies():
        raise NotMoney(f"“{said}” is no currency. Write its code of three letters, such as EUR, USD or CNY.")
    return code


def totals(amounts: Iterable[Money]) -> list[Money]:
    """One sum for each currency, the largest count of them first; currencies are never mixed."""
    by_code: dict[str, list[int]] = {}
    for each in amounts:
        by_code.setdefault(each.currency, []).append(each.minor)
    ordered = sorted(by_code.items(), key=lambda item: (-len(item[1]), item[0]))
    return [Money(sum(minors), code) for code, minors in ordered]


@cache
def _currencies() -> frozenset[str]:
    return frozenset(list_currencies())


@cache
def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en")
