"""Companies: who belongs to which, by which domains, and two that are one."""

from datetime import timedelta

import pytest

from rapport.backbone.custom_fields.defining import Definition, define
from rapport.customers import actions
from rapport.customers.companies import changing, merging
from rapport.customers.companies.queries import domains_worth_a_company, likely_name, shared_domain, whole
from rapport.customers.errors import CannotMerge, DomainTaken, NotUnderstood
from rapport.customers.fields import COMPANY_FIELDS
from rapport.customers.models import Company, Customer, IdentityKind
from rapport.customers.queries import companies_visible_to

pytestmark = pytest.mark.django_db
EMAIL = IdentityKind.EMAIL


@pytest.fixture
def studio(ada):
    return actions.add_company(name="Studio", domain="studio.example", by=ada)


def company_of(address):
    return Customer.objects.get(email=address).company


def test_who_writes_from_a_companys_domain_is_of_it(kim, studio):
    assert company_of("kim@studio.example") == studio
    actions.meet(kind=EMAIL, value="lee@studio.example")
    actions.meet(kind=EMAIL, value="mo@sub.studio.example")
    assert company_of("lee@studio.example") == studio
    assert company_of("mo@sub.studio.example") is None


def test_a_second_domain_brings_its_people_and_belongs_to_one_company(kim, ada, studio):
    lee = actions.meet(kind=EMAIL, value="lee@studio.test")
    changing.be_at(studio, domains=["studio.example", "Studio.test"], by=ada)
    lee.refresh_from_db()
    assert lee.company == studio
    assert actions.meet(kind=EMAIL, value="mo@studio.test").company == studio
    assert changing.domains_of(studio) == ["studio.example", "studio.test"]
    with pytest.raises(DomainTaken):
        actions.add_company(name="Other", domain="studio.test", by=ada)
    other = actions.add_company(name="Other", by=ada)
    with pytest.raises(DomainTaken):
        changing.be_at(other, domains=["studio.test"], by=ada)
    changing.be_at(studio, domains=["studio.test"], by=ada)
    assert changing.domains_of(studio) == ["studio.test"]


def test_nobody_belongs_to_a_company_by_a_free_address(ada, studio):
    with pytest.raises(NotUnderstood):
        changing.be_at(studio, domains=["gmail.com"], by=ada)


def test_a_new_address_joins_its_company_unless_they_have_one(kim, ada, studio):
    mo = actions.meet(kind=EMAIL, value="mo@gmail.com")
    actions.add_identity(mo, kind=EMAIL, value="mo@studio.example", by=ada)
    assert mo.company == studio
    other = actions.add_company(name="Other", domain="other.example", by=ada)
    actions.add_identity(mo, kind=EMAIL, value="mo@other.example", by=ada)
    mo.refresh_from_db()
    assert mo.company == studio != other


def test_a_domain_that_two_share_may_be_a_company(kim, ada):
    assert shared_domain(kim) is None
    actions.meet(kind=EMAIL, value="lee@studio.example")
    for name in ("mo", "al"):
        actions.meet(kind=EMAIL, value=f"{name}@gmail.com")
    assert shared_domain(kim) == ("studio.example", 2)
    assert domains_worth_a_company() == [("studio.example", 2)]
    actions.add_company(name="Studio", domain="studio.example", by=ada)
    kim.refresh_from_db()
    assert shared_domain(kim) is None
    assert domains_worth_a_company() == []


@pytest.mark.parametrize(
    ("domain", "name"),
    [
        ("studio-marchetti.example", "Studio Marchetti"),
        ("mail.acme.co.uk", "Acme"),
        ("shop.example", "Shop"),
        ("localhost", "Localhost"),
    ],
)
def test_a_company_is_probably_called_like_its_domain(domain, name):
    assert likely_name(domain) == name


def test_two_records_of_one_company_become_one_and_two_again(kim, ada, omar, studio):
    define(COMPANY_FIELDS, Definition("Segment", "text"))
    twin = actions.add_company(name="Studio Ltd", domain="studio.test", by=ada)
    changing.be_at(twin, domains=["studio.test", "studio-ltd.test"], by=ada)
    changing.look_after(twin, owner=omar, by=ada)
    changing.fill_in(twin, {"segment": "Trade"}, by=ada)
    lee = actions.meet(kind=EMAIL, value="lee@studio-ltd.test")
    merged = merging.merge(twin, into=studio, by=ada)
    lee.refresh_from_db()
    studio.refresh_from_db()
    assert (lee.company, studio.owner) == (studio, omar)
    assert changing.domains_of(studio) == ["studio.example", "studio-ltd.test", "studio.test"]
    assert COMPANY_FIELDS.said_of_many([studio.pk])[studio.pk] == {"segment": "Trade"}
    assert list(companies_visible_to(ada)) == [studio]
    assert whole(companies_visible_to(ada)).get().people_count == 2
    assert merging.merges_of(studio) == [merged]
    merging.unmerge(merged, by=ada)
    lee.refresh_from_db()
    studio.refresh_from_db()
    assert (lee.company_id, studio.owner) == (twin.pk, None)
    assert changing.domains_of(studio) == ["studio.example"]
    assert set(changing.domains_of(Company.objects.get(pk=twin.pk))) == {"studio.test", "studio-ltd.test"}
    with pytest.raises(CannotMerge):
        merging.unmerge(merged, by=ada)


def test_a_company_is_not_merged_with_itself_nor_twice_nor_taken_back_late(ada, studio):
    twin = actions.add_company(name="Twin", by=ada)
    with pytest.raises(CannotMerge):
        merging.merge(studio, into=studio, by=ada)
    merged = merging.merge(twin, into=studio, by=ada)
    with pytest.raises(CannotMerge):
        merging.merge(twin, into=studio, by=ada)
    merged.at -= timedelta(days=31)
    merged.save()
    with pytest.raises(CannotMerge):
        merging.unmerge(merged, by=ada)


def test_what_has_no_meaning_is_refused(ada, studio):
    for wrong in (
        lambda: changing.rename(studio, name=" ", by=ada),
        lambda: changing.be_at(studio, domains=["not a domain"], by=ada),
        lambda: changing.describe(studio, about="x" * 4001, by=ada),
        lambda: changing.fill_in(studio, {"no_such": 1}, by=ada),
    ):
        with pytest.raises(NotUnderstood):
            wrong()
