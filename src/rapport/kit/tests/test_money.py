"""Money is exact, and said as each language says it."""

import pytest
from django.utils import translation

from rapport.kit.money import Money, NotMoney, totals


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [("219.90", "EUR", 21990), ("219", "jpy", 219), ("1.2345", "KWD", 1234), ("-5", "usd", -500), (0, "CNY", 0)],
)
def test_a_price_is_kept_in_whole_minor_units(amount, currency, minor):
    assert Money.of(amount, currency).minor == minor
    assert Money.of(Money.of(amount, currency).amount, currency).minor == minor


@pytest.mark.parametrize(
    ("amount", "currency"), [("much", "EUR"), ("NaN", "EUR"), ("1e30", "EUR"), ("5", "XXXX"), ("5", "QQQ"), ("5", "")]
)
def test_what_is_no_money_is_refused_in_a_sentence(amount, currency):
    with pytest.raises(NotMoney, match="“"):
        Money.of(amount, currency)


@pytest.mark.parametrize(
    ("language", "said", "whole"),
    [("en", "€1,219.90", "€1,220"), ("de", "1.219,90\xa0€", "€1.220"), ("zh-hans", "€1,219.90", "€1,220")],
)
def test_it_is_said_as_the_language_says_it(language, said, whole):
    with translation.override(language):
        assert (str(Money.of("1219.90", "EUR")), Money.of("1219.90", "EUR").whole) == (said, whole)


def test_currencies_are_never_mixed():
    paid = [Money.of(3, "EUR"), Money.of(4, "USD"), Money.of(5, "EUR")]
    assert totals(paid) == [Money(800, "EUR"), Money(400, "USD")]
    with pytest.raises(NotMoney, match="do not add up"):
        paid[0] + paid[1]
