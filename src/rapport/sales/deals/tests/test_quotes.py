"""Ada quotes what she sells: on paper, in two languages, numbered, and as it was then."""

import base64
import re
import zlib
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from rapport.backbone import files
from rapport.kit.money import Money
from rapport.sales.deals import actions, quoting
from rapport.sales.deals.actions.changing import Line
from rapport.sales.deals.errors import NoLines, NotSaid
from rapport.team.models import Organisation

pytestmark = pytest.mark.django_db
LINES = [Line("Desk lamp", Decimal(2), 18900), Line("Łódź 台灯 <b>", Decimal("0.5"), 1001)]


def pages(quote):
    """The streams of a PDF of ours that draw its pages."""
    streams = re.findall(rb"stream\r?\n(.*?)endstream", files.read(quote.file), re.DOTALL)
    return [zlib.decompress(base64.a85decode(each.strip().removesuffix(b"~>"))) for each in streams]


def words(quote):
    """What is written on them: two bytes a character in the Chinese font, one in the others."""
    chinese = re.search(rb"/Encoding /UniGB-UCS2-H /Name /(F\d+)", files.read(quote.file))
    said, font = [], b""
    for page in pages(quote):
        for chosen, text in re.findall(rb"/(F\d+) [\d.]+ Tf|\(((?:\\.|[^()\\])*)\) Tj", page, re.DOTALL):
            font = chosen or font
            raw = re.sub(rb"\\(\d{3}|.)", unescaped, text, flags=re.DOTALL)
            said.append(raw.decode("utf-16-be" if chinese and font == chinese[1] else "cp1252"))
            said.append("" if chosen else " ")
    return " ".join("".join(said).split())


def unescaped(found):
    return bytes([int(found[1], 8)]) if found[1].isdigit() else {b"n": b"\n", b"r": b"\r"}.get(found[1], found[1])


@pytest.fixture
def sold(deal, ada):
    Organisation.objects.update_or_create(id=1, defaults={"name": "Lampwright"})
    actions.change_settings(address="Hafenstraße 12\nHamburg", tax_rate=Decimal("19"), small_print="Pay in 14 days.")
    actions.replace_lines(deal, LINES, by=ada)
    return deal


def test_a_quote_says_what_was_agreed(sold, ada):
    quote = quoting.write(sold, by=ada, valid_until=date(2099, 5, 31))
    assert (quote.net, quote.tax, str(quote.total)) == (37800 + 500, 7277, "€455.77")
    text = words(quote)
    told = (
        "Lampwright",
        "Hafenstraße 12",
        "Kim Park",
        f"Quote {quote.number}",
        "Desk lamp",
        "€378.00",
        "Valid until 31 May 2099",
        "Tax 19%",
        "€455.77",
        "Ada Lindqvist",
        "Pay in 14 days.",
        "台灯",
        "Lódz",
    )
    assert not [said for said in told if said not in text]


def test_numbers_follow_one_another_and_a_quote_stays_as_it_was(sold, ada):
    first = quoting.write(sold, by=ada)
    actions.replace_lines(sold, [Line("Something else", Decimal(1), 100)], by=ada)
    second = quoting.write(sold, by=ada)
    assert [first.number[-4:], second.number[-4:]] == ["0001", "0002"]
    first.refresh_from_db()
    assert first.lines[0] == {"title": "Desk lamp", "quantity": "2", "price": 18900, "total": 37800}
    assert "Desk lamp" in words(first)


def test_what_cannot_be_quoted_takes_no_number(deal, sold, ada):
    with pytest.raises(NotSaid):
        quoting.write(sold, by=ada, valid_until=timezone.localdate() - timedelta(days=1))
    actions.replace_lines(sold, [], by=ada)
    with pytest.raises(NoLines):
        quoting.write(sold, by=ada)
    actions.replace_lines(sold, LINES, by=ada)
    assert quoting.write(sold, by=ada).number.endswith("0001")


def test_without_tax_there_is_only_a_total(sold, ada):
    assert "Tax" not in words(quoting.write(sold, by=ada, tax_rate=Decimal(0)))


def test_a_chinese_quote_reads_chinese(sold, ada):
    quote = quoting.write(sold, by=ada, language="zh-hans")
    assert b"STSong-Light" in files.read(quote.file)
    assert "年" in words(quote)


def test_an_amount_in_a_currency_without_cents_has_none(deal, ada):
    actions.change(deal, money=Money.of("5000", "JPY"), by=ada)
    actions.replace_lines(deal, [Line("Lamp", Decimal(3), 5000)], by=ada)
    assert "¥15,000" in words(quoting.write(deal, by=ada))


def test_many_lines_go_on_over_the_page(deal, ada):
    actions.replace_lines(deal, [Line(f"Lamp {n}", Decimal(1), 100) for n in range(90)], by=ada)
    quote = quoting.write(deal, by=ada)
    assert len(pages(quote)) > 1
    assert "page 2" in words(quote)


def test_ada_downloads_it(signed_in, ada, sold):
    page = signed_in(ada)
    said = {"quote-language": "en", "quote-valid_until": "2099-01-01", "quote-tax_rate": "7"}
    page.post(f"/deals/{sold.pk}/quotes", said)
    quote = sold.quotes.get()
    answer = page.get(f"/deals/{sold.pk}/quotes/{quote.pk}.pdf")
    assert b"".join(answer.streaming_content).startswith(b"%PDF")
    assert quote.number in answer["Content-Disposition"]
    page.post(f"/deals/{sold.pk}/quotes", {**said, "quote-tax_rate": "700"})
    assert sold.quotes.count() == 1
