"""Getting to know people, and keeping what is known of them right."""

import threading

import pytest
from django.db import connection

from rapport.backbone.models import Event
from rapport.customers import actions, queries
from rapport.customers.errors import DomainTaken, IdentityTaken, NotUnderstood
from rapport.customers.models import Company, Customer, Identity, IdentityKind
from rapport.team.models import Agent

EMAIL = IdentityKind.EMAIL


def changes():
    return [event.payload["fields"] for event in Event.objects.filter(name="CustomerChanged").order_by("id")]


def test_kim_is_met_once_however_she_spells_her_address(kim):
    assert actions.meet(kind=EMAIL, value=" KIM@Studio.example ") == kim
    assert Customer.objects.count() == 1


def test_a_name_is_filled_in_but_never_replaced(db):
    unknown = actions.meet(kind=EMAIL, value="lee@mail.example")
    assert unknown.display_name == "lee@mail.example"
    assert actions.meet(kind=EMAIL, value="lee@mail.example", name="Lee").name == "Lee"
    assert actions.meet(kind=EMAIL, value="lee@mail.example", name="Somebody else").name == "Lee"


def test_an_address_is_verified_when_it_is_first_proven(db):
    actions.meet(kind=EMAIL, value="lee@mail.example")
    assert Identity.objects.get().verified_at is None
    actions.meet(kind=EMAIL, value="lee@mail.example", verified=True)
    assert Identity.objects.get().verified_at is not None


def test_a_number_is_the_same_with_spaces_and_dashes(db):
    customer = actions.meet(kind=IdentityKind.PHONE, value="+49 (30) 231-25")
    assert customer.phone == "+493023125"
    assert actions.meet(kind=IdentityKind.PHONE, value="+49 30 23125") == customer


@pytest.mark.django_db(transaction=True)
def test_two_mails_from_a_new_address_at_once_meet_one_customer():
    met, ready = [], threading.Barrier(4)

    def arrive():
        ready.wait()
        met.append(actions.meet(kind=EMAIL, value="new@mail.example", name="New").pk)
        connection.close()

    threads = [threading.Thread(target=arrive) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(met) == 4
    assert len(set(met)) == 1
    assert Customer.objects.count() == 1


def test_who_writes_from_a_companys_domain_belongs_to_it(db, ada):
    studio = actions.add_company(name="Studio", domain="studio.example", by=ada)
    assert actions.meet(kind=EMAIL, value="lee@studio.example").company == studio
    assert actions.meet(kind=EMAIL, value="lee@gmail.com").company is None


def test_a_company_gathers_those_who_wrote_before_it_was_known(kim, ada):
    other = actions.meet(kind=EMAIL, value="lee@notstudio.example")
    studio = actions.add_company(name=" Studio ", domain="@Studio.example.", by=ada)
    kim.refresh_from_db()
    other.refresh_from_db()
    assert (kim.company, other.company) == (studio, None)


def test_who_has_a_company_keeps_it(kim, ada):
    first = actions.add_company(name="First", by=ada)
    actions.employ(kim, at=first, by=ada)
    actions.add_company(name="Studio", domain="studio.example", by=ada)
    kim.refresh_from_db()
    assert kim.company == first


@pytest.mark.parametrize("domain", ["gmail.com", "no dots", "-", "a" * 250 + ".example"])
def test_a_domain_that_says_nothing_is_refused(ada, domain):
    with pytest.raises(NotUnderstood):
        actions.add_company(name="X", domain=domain, by=ada)
    with pytest.raises(NotUnderstood):
        actions.add_company(name=" ", by=ada)
    assert not Company.objects.exists()


def test_two_companies_cannot_have_one_domain(ada):
    actions.add_company(name="One", domain="one.example", by=ada)
    with pytest.raises(DomainTaken):
        actions.add_company(name="Two", domain="ONE.example", by=ada)


def test_every_change_is_told_once_and_only_when_it_is_one(kim, ada):
    actions.rename(kim, name=" Kim   Parker ", by=ada)
    actions.rename(kim, name="Kim Parker", by=ada)
    actions.describe(kim, by=ada, language="ko", location="Seoul")
    actions.describe(kim, by=ada)
    actions.employ(kim, at=None, by=ada)
    assert changes() == ["name", "language,location"]
    kim.refresh_from_db()
    assert (kim.name, kim.language, kim.location, kim.time_zone) == ("Kim Parker", "ko", "Seoul", "")


@pytest.mark.parametrize("detail", [{"language": "klingon speech"}, {"time_zone": "Mars/Base"}])
def test_a_detail_without_meaning_is_refused(kim, ada, detail):
    with pytest.raises(NotUnderstood) as refused:
        actions.describe(kim, by=ada, **detail)
    assert refused.value.field in detail


def test_kim_gets_a_second_address_and_lists_show_the_one_that_counts(kim, ada):
    actions.add_identity(kim, kind=EMAIL, value="Private@mail.example", by=ada)
    kim.refresh_from_db()
    assert kim.email == "kim@studio.example"
    actions.add_identity(kim, kind=EMAIL, value="private@mail.example", by=ada, primary=True)
    kim.refresh_from_db()
    assert kim.email == "private@mail.example"
    assert kim.identities.count() == 2


def test_an_address_of_somebody_else_is_refused(kim, ada):
    lee = actions.meet(kind=EMAIL, value="lee@mail.example")
    with pytest.raises(IdentityTaken):
        actions.add_identity(lee, kind=EMAIL, value="kim@studio.example", by=ada)


@pytest.mark.parametrize(
    ("kind", "value"), [(EMAIL, "nobody"), (IdentityKind.PHONE, "12"), (IdentityKind.EXTERNAL, "  ")]
)
def test_what_is_no_address_is_refused(kim, ada, kind, value):
    with pytest.raises(NotUnderstood):
        actions.add_identity(kim, kind=kind, value=value, by=ada)


def test_somebody_without_any_address_cannot_be_added(ada):
    with pytest.raises(NotUnderstood):
        actions.register(name="Nobody", by=ada)
    added = actions.register(name="Lee", phone="+49 30 23125", account="A-1", by=ada)
    assert {identity.kind for identity in added.identities.all()} == {"phone", "external"}


def test_people_are_found_by_words_wherever_they_stand(kim, ada):
    everyone = queries.visible_to(ada)
    assert list(queries.called(everyone, "park studio")) == [kim]
    assert list(queries.called(everyone, "park nobody")) == []
    assert queries.known_by(EMAIL, "kim@studio.example") == kim
    assert queries.known_by(EMAIL, "nobody@mail.example") is None


def test_who_has_left_sees_nobody(kim, ada):
    actions.add_company(name="X", by=ada)
    Agent.objects.filter(pk=ada.pk).update(deactivated_at="2026-01-01T00:00:00Z")
    ada.refresh_from_db()
    assert not queries.visible_to(ada).exists()
    assert not queries.companies_visible_to(ada).exists()
