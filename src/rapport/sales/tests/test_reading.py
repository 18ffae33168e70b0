"""Days and amounts in the ways of the world."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.utils import timezone

from rapport.sales.errors import NotUnderstood
from rapport.sales.reading import moment, money, number


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("1234.5", "1234.5"),
        ("1,234.50", "1234.50"),
        ("1.234,50", "1234.50"),
        ("1 234,50", "1234.50"),
        ("1\u00a0234\u202f567", "1234567"),
        ("1'234.50", "1234.50"),
        ("1,234", "1234"),
        ("0,500", "0.500"),
        ("12,5", "12.5"),
        ("1.234.567", "1234567"),
        ("-3", "-3"),
        ("€ 19,90", "19.90"),
        ("19.90 EUR", "19.90"),
        ("¥1,999", "1999"),
    ],
)
def test_a_number_is_read_however_it_is_written(words, value):
    assert number(words, field="total") == Decimal(value)


@pytest.mark.parametrize("words", ["", "many", "1-2", "12 lamps and 3", "--1", "1e9"])
def test_what_is_no_number_is_refused(words):
    with pytest.raises(NotUnderstood):
        number(words, field="total")


def test_a_currency_stands_beside_the_amount_or_in_it():
    assert str(money("19.90", "EUR", field="total")) == "€19.90"
    assert money("$19.90", "", field="total").currency == "USD"
    assert money("199 元", "", field="total").currency == "CNY"
    with pytest.raises(NotUnderstood, match="currency is missing"):
        money("19.90", "", field="total")
    with pytest.raises(NotUnderstood, match="currency is missing"):
        money("¥199", "", field="total")
    with pytest.raises(NotUnderstood, match="is no currency"):
        money("19.90", "XYZ", field="total")


@pytest.mark.parametrize(
    "words",
    [
        "2026-03-14", "20260314", "2026/3/14", "14.3.2026", "14/03/2026", "3/14/2026", "03-14-2026", "14.03.26",
        "2026年3月14日", "14 Mar 2026", "March 14, 2026", "14. März 2026", "14-Mar-2026", "2026-03-14 00:00",
        "2026-03-14T00:00:00Z", "2026-03-14 00:00:00 +0000", "3/14/2026 12:00 AM", "1773446400",
    ],
)  # fmt: skip
def test_a_day_is_read_however_it_is_written(words):
    with timezone.override(UTC):
        assert moment(words) == datetime(2026, 3, 14, tzinfo=UTC)


def test_a_day_begins_where_the_company_is():
    with timezone.override("Asia/Shanghai"):
        assert moment("2026-03-14") == datetime(2026, 3, 13, 16, tzinfo=UTC)
        assert moment("2026-03-14 20:00:00 -0500") == datetime(2026, 3, 15, 1, tzinfo=UTC)


def test_a_day_that_may_be_another_is_asked_about():
    with timezone.override(UTC):
        with pytest.raises(NotUnderstood, match="one of two days"):
            moment("03/04/2026")
        assert moment("03/04/2026", order="dmy").month == 4
        assert moment("03/04/2026", order="mdy").month == 3
        assert moment("03.04.2026").month == 4
        assert moment("04/04/2026").day == 4


@pytest.mark.parametrize(
    "words", ["soon", "2026-13-01", "31/31/2026", "2026", "30.2.2026", "14 Foo 2026", "0001-01-01x"]
)
def test_what_is_no_day_is_refused(words):
    with pytest.raises(NotUnderstood):
        moment(words)
