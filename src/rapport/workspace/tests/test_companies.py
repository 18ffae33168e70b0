"""Companies as pages: the list, one of them, and two that are one."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rapport.backbone.custom_fields.defining import Definition, define
from rapport.conversations import actions as conversations
from rapport.customers import actions
from rapport.customers.companies import changing
from rapport.customers.fields import COMPANY_FIELDS
from rapport.customers.models import Company, CompanyMerge, IdentityKind
from rapport.team.models import Team

pytestmark = pytest.mark.django_db


@pytest.fixture
def studio(ada, kim):
    return actions.add_company(name="Studio", domain="studio.example", by=ada)


def names(page):
    return re.findall(r'href="/companies/\d+/">([^<]+)</a></span>', page)


def test_companies_are_listed_with_people_and_open_conversations(ada, signed_in, studio, write):
    write("It flickers")
    conversations.close(write("Another"), by=ada)
    page = signed_in(ada).get("/companies/").content.decode()
    assert names(page) == ["Studio"]
    assert re.findall(r'<td class="num">(\d+)</td>', page) == ["1", "1"]


@pytest.mark.parametrize(("sort", "reverse"), [("", False), ("-name", True)])
def test_companies_are_paged_by_name_without_gap_or_repeat(ada, signed_in, monkeypatch, sort, reverse):
    monkeypatch.setattr("rapport.workspace.queries.companies.PAGE", 3)
    for number in (3, 1, 2, 2, 5, 4, 2):
        Company.objects.create(name=f"company {number}")
    browser, seen, address = signed_in(ada), [], f"/companies/?sort={sort}"
    while address:
        page = browser.get(address, headers={"HX-Request": "true"}).content.decode()
        seen += names(page)
        more = re.search(r'hx-get="([^"]+)"', page)
        address = more[1].replace("&amp;", "&") if more else ""
    assert seen == sorted((f"company {n}" for n in (1, 2, 2, 2, 3, 4, 5)), reverse=reverse)


def test_companies_are_found_by_name_and_any_domain(ada, signed_in, studio):
    changing.be_at(studio, domains=["studio.example", "marchetti.test"], by=ada)
    actions.add_company(name="Other", by=ada)
    for query in ("studio", "marchetti", "STUDIO.exam"):
        assert names(signed_in(ada).get("/companies/", {"q": query}).content.decode()) == ["Studio"]
    assert "No company found" in signed_in(ada).get("/companies/?q=zeppelin").content.decode()


def test_a_page_of_companies_costs_the_same_however_many(ada, signed_in, studio):
    browser, counted = signed_in(ada), []
    browser.get("/companies/")
    for _times in range(2):
        with CaptureQueriesContext(connection) as captured:
            browser.get("/companies/")
        counted.append(len(captured))
        for number in range(30):
            actions.add_company(name=f"Company {number}", by=ada)
    assert counted[0] == counted[1] <= 20


def test_ada_adds_a_company_and_its_people_are_there(ada, signed_in, kim):
    browser = signed_in(ada)
    said = {"name": "Studio", "domains": "studio.example\nstudio.test", "about": "Net 30"}
    page = browser.post("/companies/", said, follow=True).content.decode()
    for words in ("Studio is added.", "Kim Park", "studio.example, studio.test", "Net 30"):
        assert words in page
    refused = browser.post("/companies/", {"name": "Twin", "domains": "studio.test"})
    assert refused.status_code == 422
    assert "Another company already has the domain studio.test." in refused.content.decode()
    assert Company.objects.count() == 1


def test_a_company_shows_how_it_goes_with_its_people_as_far_as_ada_sees(ada, omar, signed_in, studio, write):
    write("It flickers", subject="Flickers")
    conversations.assign(write("Sealed", subject="Sealed"), to=None, team=Team.objects.create(name="Legal"), by=omar)
    page = signed_in(ada).get(f"/companies/{studio.pk}/").content.decode()
    assert "Flickers" in page
    assert "Sealed" not in page
    assert "Sealed" in signed_in(omar).get(f"/companies/{studio.pk}/").content.decode()


def test_ada_puts_right_what_is_known_of_a_company(ada, omar, signed_in, studio):
    browser, here = signed_in(ada), f"/companies/{studio.pk}/"
    assert '<textarea name="domains"' in browser.get(f"{here}?edit=1").content.decode()
    said = {"name": "Studio Ltd", "domains": "studio.test", "owner": omar.pk, "about": "Net 30"}
    page = browser.post(here, said, follow=True).content.decode()
    assert "Omar Haddad looks after it." in page
    assert browser.post(here, {**said, "domains": "gmail.com"}).status_code == 422
    assert browser.post(here, {**said, "name": ""}).status_code == 422
    studio.refresh_from_db()
    assert (studio.name, studio.domain, studio.owner) == ("Studio Ltd", "studio.test", omar)


def test_two_companies_become_one_and_two_again(ada, signed_in, studio):
    twin = actions.add_company(name="Studio", by=ada)
    browser = signed_in(ada)
    assert "Perhaps the same company" in browser.get(f"/companies/{twin.pk}/").content.decode()
    assert "studio.example" in browser.get(f"/companies/{twin.pk}/merge").content.decode()
    assert "No company is found by" in browser.get(f"/companies/{twin.pk}/merge?q=zeppelin").content.decode()
    page = browser.post(f"/companies/{twin.pk}/merge", {"other": studio.pk}, follow=True).content.decode()
    assert "Studio is part of Studio now." in page
    assert browser.get(f"/companies/{twin.pk}/").url == f"/companies/{studio.pk}/"
    merged = CompanyMerge.objects.get()
    assert (
        "a company of its own again"
        in browser.post(f"/company-merges/{merged.pk}/undoing", follow=True).content.decode()
    )
    assert browser.get(f"/companies/{twin.pk}/").status_code == 200


def test_own_fields_of_companies_are_asked_for_on_their_page(ada, noor, signed_in, studio):
    define(COMPANY_FIELDS, Definition("Segment", "choice", choices=("Trade", "Retail")))
    browser = signed_in(ada)
    assert "Segment" in browser.get(f"/companies/{studio.pk}/").content.decode()
    browser.post(f"/companies/{studio.pk}/fields", {"segment": "Trade"}, headers={"HX-Request": "true"})
    assert COMPANY_FIELDS.said_of(studio.pk)[0].value == "Trade"
    assert "Of companies" in signed_in(noor).get("/settings/fields/").content.decode()


def test_a_viewer_reads_and_does_not_write(viewer, signed_in, studio):
    browser = signed_in(viewer)
    page = browser.get(f"/companies/{studio.pk}/?edit=1").content.decode()
    assert 'method="post" action="/companies/' not in page
    assert "?edit=1" not in page
    assert browser.post(f"/companies/{studio.pk}/", {"name": "X"}).status_code == 403
    assert browser.post("/companies/", {"name": "X"}).status_code == 403


def test_domains_worth_a_company_are_offered(ada, signed_in, kim):
    actions.meet(kind=IdentityKind.EMAIL, value="lee@studio.example")
    page = signed_in(ada).get("/companies/").content.decode()
    assert "Perhaps companies" in page
    assert "2 people" in page
