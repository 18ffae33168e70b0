"""The list of customers by what the company wants to know of them: columns, filter, order."""

import json
import re
from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rapport.backbone.custom_fields.defining import Definition, define, retire
from rapport.customers import actions
from rapport.customers.fields import FIELDS
from rapport.customers.models import Customer, IdentityKind

pytestmark = pytest.mark.django_db


@pytest.fixture
def fields():
    define(FIELDS, Definition("Tier", "choice", choices=("Gold", "Silver")))
    define(FIELDS, Definition("Seats", "number"))
    define(FIELDS, Definition("Renewal", "date"))
    define(FIELDS, Definition("Trial", "yes_no"))
    return define(FIELDS, Definition("Site", "link", in_lists=False))


@pytest.fixture
def crowd(fields, ada):
    """Ten people: every other one says how many seats they have, two of them the same."""
    made = []
    for number in range(10):
        value = f"c{number}@crowd.example"
        person = actions.meet(kind=IdentityKind.EMAIL, value=value, name=f"Customer {number}")
        if number % 2:
            said = {"seats": 5 if number in (3, 7) else number, "tier": "Gold" if number > 4 else "Silver"}
            actions.fill_in(person, {**said, "renewal": f"2026-03-0{number}", "trial": number > 4}, by=ada)
        made.append(person)
    return made


@pytest.fixture
def look(ada, signed_in):
    browser = signed_in(ada)
    return lambda query="": browser.get(f"/customers/?{query}").content.decode()


def names(page):
    return [int(found) for found in re.findall(r">Customer (\d+)</a>", page)]


def asking(*lines):
    return "filter=" + quote(
        json.dumps({"conditions": [dict(zip(("field", "op", "value"), line, strict=False)) for line in lines]})
    )


def test_the_first_fields_are_columns_until_ada_chooses_others(crowd, look):
    page = look()
    assert re.findall(r'class="sorts"[^>]*>([^<]+)<', page) == [
        "Name", "Company", "Tier", "Seats", "Renewal", "Last contact",
    ]  # fmt: skip
    assert 'title="March 9, 2026"' in page or 'title="9 March 2026"' in page
    assert "Site" not in re.sub(r"<script.*?</script>", "", page.split("filter-builder")[0])
    assert "Trial</a>" not in page.replace("<span", "</a><span").split("<tbody")[0].split("<thead")[1]
    chosen = look("columns=&columns=trial&columns=site")
    assert re.findall(r'class="sorts"[^>]*>([^<]+)<', chosen) == ["Name", "Company", "Trial", "Last contact"]
    assert 'title="Yes"' in look()
    assert re.findall(r'class="sorts"[^>]*>([^<]+)<', look("columns=")) == ["Name", "Company", "Last contact"]


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("", [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]),
        ("name", [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]),
        ("-name", [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]),
        ("company", [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]),
        ("seats", [1, 3, 5, 7, 9, 8, 6, 4, 2, 0]),
        ("-seats", [9, 7, 5, 3, 1, 8, 6, 4, 2, 0]),
        ("tier", [5, 7, 9, 1, 3, 8, 6, 4, 2, 0]),
        ("-renewal", [9, 7, 5, 3, 1, 8, 6, 4, 2, 0]),
        ("trial", [1, 3, 5, 7, 9, 8, 6, 4, 2, 0]),
        ("shoes", [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]),
    ],
)
def test_a_list_is_sorted_by_any_column_page_by_page_without_gap_or_repeat(crowd, look, monkeypatch, sort, order):
    assert names(look(f"sort={sort}")) == order
    monkeypatch.setattr("rapport.workspace.queries.customer_list.customers_in.__kwdefaults__", {"limit": 3})
    seen, query = [], f"sort={sort}"
    while query:
        page = look(query)
        seen += names(page)
        more = re.search(r'hx-get="/customers/\?([^"]+)"', page)
        query = more[1].replace("&amp;", "&") if more else ""
    assert seen == order


def test_a_head_sorts_up_then_down_then_by_age(crowd, look):
    page = look("sort=seats")
    assert '<th scope="col" aria-sort="ascending"><a class="sorts" href="/customers/?sort=-seats">' in page
    page = look("sort=-seats")
    assert '<th scope="col" aria-sort="descending"><a class="sorts" href="/customers/?">' in page


@pytest.mark.parametrize(
    ("lines", "order"),
    [
        ([("customer.tier", "is", ["Gold"])], [9, 7, 5]),
        ([("customer.tier", "is_not", ["Gold"])], [8, 6, 4, 3, 2, 1, 0]),
        ([("customer.seats", "at_least", "6"), ("customer.trial", "is", "yes")], [9]),
        ([("customer.seats", "empty")], [8, 6, 4, 2, 0]),
        ([("customer.renewal", "before", "2026-03-04")], [3, 1]),
        ([("company", "has", "blue")], [4]),
    ],
)
def test_a_filter_finds_whom_it_means_and_goes_on_through_the_order(crowd, look, ada, lines, order):
    actions.employ(crowd[4], at=actions.add_company(name="Blue Door", by=ada), by=ada)
    page = look(asking(*lines))
    assert names(page) == order
    assert sorted(names(look(asking(*lines) + "&sort=seats&q=customer"))) == sorted(order)
    assert 'aria-label="Remove the filter"' in page


def test_a_filter_that_makes_no_sense_says_so_and_shows_nobody(crowd, look):
    for said, reason in (
        ("filter=x", "it is no JSON"),
        (asking(("status", "is", ["open"])), "There is nothing called status to filter by."),
        (asking(("customer.seats", "at_least", "many")), "Line 1"),
    ):
        page = look(said)
        assert reason in page
        assert names(page) == []
    for cursor in ("5", '["x",-1]', '["x",3]', "[[],2]", "\x00"):
        assert len(names(look(f"sort=seats&before={quote(cursor)}"))) in (5, 10)


def test_nobody_found_offers_to_remove_the_filter(crowd, look):
    assert "Ask for less, or remove the filter." in look(asking(("customer.seats", "at_least", 99)))


def test_a_retired_field_is_no_column_and_sorts_nothing(crowd, look):
    retire(FIELDS.present.get(key="seats"))
    page = look("sort=seats&columns=&columns=seats")
    assert names(page) == [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]
    assert "Seats</a>" not in page


def test_a_page_with_columns_filter_and_order_costs_the_same_however_many(crowd, look, ada):
    query = "sort=-seats&columns=&columns=tier&columns=seats&" + asking(("customer.seats", "filled"))
    counted = []
    for _times in range(2):
        look(query)
        with CaptureQueriesContext(connection) as captured:
            look(query)
        counted.append(len(captured))
        for number in range(20, 40):
            person = Customer.objects.create(name=f"Customer {number}")
            FIELDS.put(person.pk, {"seats": number, "tier": "Gold"})
    assert counted[0] == counted[1] <= 32, "ten of them for what the builder offers"


def test_whom_ada_looks_after_and_who_writes_in_italian_are_found(crowd, look, ada, omar):
    for person, owner, language in ((crowd[3], ada, "it"), (crowd[4], omar, "it-ch"), (crowd[5], ada, "en")):
        actions.look_after(person, owner=owner, by=ada)
        actions.describe(person, language=language, by=ada)
    assert names(look(asking(("owner", "is", ["me"])))) == [5, 3]
    assert names(look(asking(("owner", "is", [str(omar.pk)])))) == [4]
    assert names(look(asking(("owner", "is", ["nobody"])))) == [9, 8, 7, 6, 2, 1, 0]
    assert names(look(asking(("owner", "is_not", ["me"])))) == [9, 8, 7, 6, 4, 2, 1, 0]
    assert names(look(asking(("language", "is", ["it"])))) == [4, 3]
    assert names(look(asking(("language", "is", ["it"]), ("owner", "is", ["me"])))) == [3]
    assert "Ada Lindqvist</td>" in look()


def test_the_people_of_one_company_are_shown_alone(crowd, look, ada):
    blue = actions.add_company(name="Blue Door", by=ada)
    actions.employ(crowd[4], at=blue, by=ada)
    page = look(f"company={blue.pk}&sort=name")
    assert names(page) == [4]
    assert 'aria-label="People of every company"' in page
    assert len(names(look("company=999999"))) == 10


@pytest.mark.parametrize(
    ("sort", "order"),
    [("contact", [2, 7, 4, 9, 8, 6, 5, 3, 1, 0]), ("-contact", [4, 7, 2, 9, 8, 6, 5, 3, 1, 0])],
)
def test_whoever_wrote_last_stands_first_page_by_page(crowd, look, write, monkeypatch, sort, order):
    for number in (2, 4, 7, 2):
        write("Hello", by=crowd[number])
    assert names(look(f"sort={sort}")) == order
    monkeypatch.setattr("rapport.workspace.queries.customer_list.customers_in.__kwdefaults__", {"limit": 2})
    seen, query = [], f"sort={sort}"
    while query:
        page = look(query)
        seen += names(page)
        more = re.search(r'hx-get="/customers/\?([^"]+)"', page)
        query = more[1].replace("&amp;", "&") if more else ""
    assert seen == order


def test_whoever_wrote_where_ada_sees_nothing_has_not_written_to_her(crowd, look, write, omar):
    from rapport.conversations.actions import assign
    from rapport.team.models import Team

    assign(write("Sealed", by=crowd[2]), to=None, team=Team.objects.create(name="Legal"), by=omar)
    write("Hello", by=crowd[4])
    assert names(look("sort=contact")) == [4, 9, 8, 7, 6, 5, 3, 2, 1, 0]
    assert names(look("sort=contact&" + asking(("owner", "is", ["nobody"])))) == [4, 9, 8, 7, 6, 5, 3, 2, 1, 0]
