"""Everything that happened with the people of a company, on one timeline."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rapport.channels.guests import Visit, Visitor
from rapport.channels.models import Channel
from rapport.conversations import actions
from rapport.customers import timeline
from rapport.customers.actions import add_company, employ, meet
from rapport.customers.models import CustomerEvent, Identity, IdentityKind
from rapport.customers.profiles import notes
from rapport.kit import clock
from rapport.kit.money import Money
from rapport.sales.deals import actions as deals
from rapport.sales.deals.models import Stage
from rapport.sales.models import Order
from rapport.team.models import Team
from rapport.workspace.tests.test_customers import rated

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def person(number, studio=None):
    made = meet(kind=IdentityKind.EMAIL, value=f"p{number}@elsewhere.example", name=f"Person {number}", verified=True)
    if studio:
        employ(made, at=studio, by=None)
    return made


@pytest.fixture
def studio(kim, ada):
    """Kim and Lee work there; Eve does not."""
    made = add_company(name="Studio", domain="studio.example", by=ada)
    kim.refresh_from_db()
    assert kim.company == made
    return made


@pytest.fixture
def lee(studio):
    return person(1, studio)


@pytest.fixture
def eve(db):
    return person(2)


def titles(of, viewer, **said):
    return [entry.title for entry in timeline.read(of, viewer=viewer, **said).entries]


def test_what_happened_with_each_of_its_people_stands_there_and_nobody_elses(studio, kim, lee, eve, ada, write, inbox):
    rated(write(subject="Of Kim", by=kim), 4, "")
    write(subject="Of Lee", by=lee)
    write(subject="Of Eve", by=eve)
    for who in (kim, lee, eve):
        notes.write(who, text=f"About {who.display_name}", by=ada)
        CustomerEvent.objects.create(customer=who, name=f"seen {who.display_name}", at=clock.now())
        said = {"customer": who, "placed_at": clock.now(), "total": 1, "currency": "EUR"}
        Order.objects.create(source="api", external_id=who.email, number=who.display_name, **said)
    page = timeline.read(studio, viewer=ada)
    assert {entry.customer for entry in page.entries} == {kim.pk, lee.pk}
    kinds = sorted(entry.kind for entry in page.entries)
    assert kinds == ["conversations"] * 2 + ["events"] * 2 + ["notes"] * 2 + ["orders"] * 2 + ["ratings"]
    counted = {source.kind: source.count(timeline.Whose(studio), viewer=ada) for source in timeline.sources()}
    assert {kind: count for kind, count in counted.items() if count} == {
        "conversations": 2, "events": 2, "notes": 2, "orders": 2, "ratings": 1,
    }  # fmt: skip
    assert len(titles(kim, ada)) == 5


def test_visits_are_of_whoever_came(studio, kim, lee, ada, inbox):
    channel = Channel.objects.create(kind="chat", inbox=inbox, name="Chat")
    for who in (kim, lee):
        visitor = Visitor.objects.create(channel=channel)
        Identity.objects.create(customer=who, kind=IdentityKind.HANDLE, value=f"chat:{visitor.handle}")
        Visit.objects.create(visitor=visitor, url="https://lamps.example/", title=who.display_name)
    entries = timeline.read(studio, viewer=ada, kinds=["visits"]).entries
    assert {(entry.customer, entry.title) for entry in entries} == {
        (who.pk, f"Looked at {who.display_name}") for who in (kim, lee)
    }


def test_a_deal_with_the_company_is_there_though_it_names_nobody(studio, kim, ada):
    deals.ready()
    stage = Stage.objects.all()[0]
    deals.open_deal(title="Forty lamps", stage=stage, money=Money(1, "EUR"), company=studio, by=ada)
    deals.open_deal(title="One lamp", stage=stage, money=Money(1, "EUR"), customer=kim, by=ada)
    assert sorted(titles(studio, ada)) == ["Deal opened: Forty lamps", "Deal opened: One lamp"]
    assert titles(kim, ada) == ["Deal opened: One lamp"]


def test_what_is_hidden_from_ada_is_not_on_it(studio, kim, ada, omar, write):
    shown, hidden = write(subject="For all"), write(subject="Of lawyers")
    rated(hidden, 1, "Secret")
    actions.assign(hidden, to=None, team=Team.objects.create(name="Legal"), by=omar)
    assert titles(studio, ada) == [shown.subject]
    assert len(titles(studio, omar)) == 3


def test_the_page_names_people_filters_and_goes_on(studio, kim, lee, ada, signed_in, write):
    write(subject="Lamps of Lee", by=lee)
    now = clock.now()
    CustomerEvent.objects.bulk_create(
        CustomerEvent(customer=who, name=f"step {number}", at=now - timedelta(minutes=number))
        for number in range(40)
        for who in (kim, lee)
    )
    browser = signed_in(ada)
    page = browser.get(f"/companies/{studio.pk}/").text
    assert f'<a href="/customers/{lee.pk}/">Person 1</a>' in page
    assert "Lamps of Lee" in page
    more = re.search(rf'hx-get="(/companies/{studio.pk}/timeline\?[^"]+)"[^>]*hx-target="closest li"', page)
    rest = browser.get(more[1].replace("&amp;", "&"), headers=HTMX).text
    assert "Lamps of Lee" not in rest
    assert "<header>" not in rest
    assert rest.count("<li>") == 30
    only = browser.get(f"/companies/{studio.pk}/timeline?only=conversations", headers=HTMX).text
    assert "Lamps of Lee" in only
    assert "step 1" not in only
    assert browser.get(f"/companies/{studio.pk}/timeline?only=events").status_code == 302
    assert "Nothing in these days" in browser.get(f"/companies/{studio.pk}/?until=2020-01-01").text


def test_the_same_thing_done_by_two_people_is_two_things(studio, kim, lee, ada, signed_in):
    for who in (kim, kim, kim, lee):
        CustomerEvent.objects.create(customer=who, name="signed in", at=clock.now())
    page = signed_in(ada).get(f"/companies/{studio.pk}/").text
    assert "2 more times before" in page
    assert page.count("<b>signed in</b>") == 2


def test_a_page_costs_the_same_for_two_people_and_for_fifty(studio, kim, ada, signed_in, write):
    browser, counted = signed_in(ada), []
    browser.get(f"/companies/{studio.pk}/")
    for size in (2, 50):
        for number in range(size):
            who = person(100 * size + number, studio)
            CustomerEvent.objects.create(customer=who, name=f"step {number}", at=clock.now())
            notes.write(who, text="n", by=ada)
        with CaptureQueriesContext(connection) as captured:
            browser.get(f"/companies/{studio.pk}/")
        counted.append(len(captured))
    assert counted[0] == counted[1]
