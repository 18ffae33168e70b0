"""The list of customers, and one of them."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rapport.conversations import actions
from rapport.customers.actions import meet
from rapport.customers.models import Company, Customer, IdentityKind
from rapport.kit import clock
from rapport.surveys.models import Invitation, Rating
from rapport.team.models import Team


def rated(conversation, score, comment=""):
    invitation = Invitation.objects.create(
        conversation=conversation,
        customer=conversation.customer,
        token_hash=f"{conversation.pk}",
        expires_at=clock.now() + timedelta(days=60),
    )
    return Rating.objects.create(
        invitation=invitation, conversation=conversation, customer=conversation.customer, score=score, comment=comment
    )


@pytest.fixture
def crowd(db):
    """A hundred and twenty customers."""
    return [
        meet(kind=IdentityKind.EMAIL, value=f"c{number}@crowd.example", name=f"Customer {number}")
        for number in range(120)
    ]


def test_customers_are_paged_without_gap_or_repeat(ada, signed_in, crowd):
    browser, seen, address = signed_in(ada), [], "/customers/"
    while address:
        page = browser.get(address, headers={"HX-Request": "true"}).content.decode()
        seen += re.findall(r'href="/customers/(\d+)/"', page)
        more = re.search(r'hx-get="([^"]+)"', page)
        address = more[1].replace("&amp;", "&") if more else ""
    assert seen == [str(person.pk) for person in crowd[::-1]]


def test_customers_are_found_by_name_address_and_company(ada, signed_in, kim, crowd):
    kim.company = Company.objects.create(name="Blue Door")
    kim.save()
    for query in ("park", "KIM@studio", "blue door", "kim blue"):
        page = signed_in(ada).get("/customers/", {"q": query}).content.decode()
        assert re.findall(r'href="/customers/(\d+)/"', page) == [str(kim.pk)]
    assert "Nobody found" in signed_in(ada).get("/customers/?q=zeppelin").content.decode()


def test_a_page_of_customers_costs_the_same_however_many(ada, signed_in, write, crowd):
    browser = signed_in(ada)
    browser.get("/customers/")
    counted = []
    for query in ("customer 11", "customer", "ada", ""):
        with CaptureQueriesContext(connection) as captured:
            browser.get("/customers/", {"q": query})
        counted.append(len(captured))
    # Words are looked up first, in a few queries for each.
    assert max(counted) <= counted[-1] + 6


def test_the_page_of_kim_tells_how_it_went(ada, signed_in, write, kim):
    conversation = write("It flickers", subject="Lamp <flickers>")
    rated(conversation, 2, "Slow & <rude>")
    actions.close(conversation, by=ada)
    write("Another one")
    page = signed_in(ada).get(f"/customers/{kim.pk}/").content.decode()
    for said in ("Kim Park", "kim@studio.example", "Lamp &lt;flickers&gt;", "Slow &amp; &lt;rude&gt;", "Last rating 2"):
        assert said in page


def test_the_timeline_can_be_narrowed(ada, signed_in, write, kim):
    rated(write("It flickers", subject="Flickers"), 5, "Wonderful")
    browser = signed_in(ada)
    talks = browser.get(f"/customers/{kim.pk}/?only=conversations").content.decode()
    ratings = browser.get(f"/customers/{kim.pk}/?only=ratings").content.decode()
    assert "It flickers" in talks
    assert "Wonderful" not in talks
    assert "It flickers" not in ratings
    assert "Wonderful" in ratings


def test_the_page_of_kim_keeps_what_ada_may_not_see(ada, omar, signed_in, write, kim):
    secret = write("Sealed text", subject="Sealed matter")
    rated(secret, 1, "Sealed rating")
    actions.assign(secret, to=None, team=Team.objects.create(name="Legal"), by=omar)
    assert "Sealed" not in signed_in(ada).get(f"/customers/{kim.pk}/").content.decode()
    assert signed_in(omar).get(f"/customers/{kim.pk}/").content.decode().count("Sealed") >= 3


def test_ada_puts_right_who_kim_is(ada, signed_in, kim):
    said = {"name": "Kim Q. Park", "company": "Blue  Door", "language": "zh-hans", "location": "Seoul"}
    assert signed_in(ada).post(f"/customers/{kim.pk}/", said).status_code == 302
    found = Customer.objects.select_related("company").get(pk=kim.pk)
    assert (found.name, found.company.name, found.language, found.location) == (
        "Kim Q. Park",
        "Blue Door",
        "zh-hans",
        "Seoul",
    )
    signed_in(ada).post(f"/customers/{kim.pk}/", {**said, "company": "blue door"})
    assert Company.objects.count() == 1
    signed_in(ada).post(f"/customers/{kim.pk}/", {**said, "company": ""})
    assert Customer.objects.get(pk=kim.pk).company is None


def test_what_is_not_understood_is_said_and_nothing_changes(ada, signed_in, kim):
    said = {"name": "New name", "company": "Blue Door", "language": "!!", "location": ""}
    page = signed_in(ada).post(f"/customers/{kim.pk}/", said)
    assert page.status_code == 200
    assert 'class="error"' in page.content.decode()
    assert Customer.objects.get(pk=kim.pk).name == "Kim Park"
    assert not Company.objects.exists()


def test_a_viewer_reads_and_does_not_write(viewer, signed_in, kim):
    page = signed_in(viewer).get(f"/customers/{kim.pk}/").content.decode()
    assert 'name="location"' not in page
    assert signed_in(viewer).post(f"/customers/{kim.pk}/", {"name": "X"}).status_code == 403


def test_nobody_is_nobody(ada, signed_in):
    assert signed_in(ada).get("/customers/999999/").status_code == 404
