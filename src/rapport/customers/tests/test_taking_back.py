"""Noor takes back a file of companies or of what customers did; who came with other tables leaves with them."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rapport.customers.actions import add_identity, meet
from rapport.customers.companies import changing
from rapport.customers.importing.strangers import forget_companies, forget_strangers
from rapport.customers.lifecycle import founding
from rapport.customers.lifecycle.models import Stage, StageEntry, Standing
from rapport.customers.models import Company, Customer, CustomerEvent
from rapport.customers.segments.scoring import Scored, score
from rapport.kit import clock
from tests.tables import bring

pytestmark = pytest.mark.django_db

COMPANIES = "name,domain\nStudio,studio.example\nGrand Hotel,hotel.example\nLampwright,\n"
EVENTS = (
    "name,at,email,create\n"
    "signed in,2026-03-01,kim@studio.example,yes\n"
    "signed in,2026-03-01,kim@studio.example,yes\n"
    "export started,2026-03-02,lee@hotel.example,yes\n"
)


def test_nothing_of_a_file_of_companies_is_left():
    old = Company.objects.create(name="Old friends")
    came = bring("companies", COMPANIES + "Old friends,\nGrand hotel,hotel.example\n")
    assert came.words == ["created"] * 3 + ["same", "changed"]
    assert [len(each.made) for each in came.outcomes] == [1, 1, 1, 0, 0]
    assert came.take_back() == 3
    assert Company.objects.get() == old


@pytest.mark.parametrize("touch", ["people", "domain", "rename", "owner", "about", "file", "merge"])
def test_a_company_that_has_anything_or_was_changed_stays(kim, ada, touch):
    came = bring("companies", COMPANIES)
    company = Company.objects.get(name="Lampwright")
    if touch == "people":
        Customer.objects.filter(pk=kim.pk).update(company=company)
    elif touch == "domain":
        changing.be_at(company, domains=["lampwright.example"], by=ada)
    elif touch == "rename":
        changing.rename(company, name="Lamps", by=ada)
    elif touch == "owner":
        changing.look_after(company, owner=ada, by=ada)
    elif touch == "about":
        changing.describe(company, about="Nice people", by=ada)
    elif touch == "file":
        assert bring("companies", "name,domain\nLampwright,lampwright.example\n").words == ["changed"]
    else:
        from rapport.customers.companies import merging

        merging.merge(Company.objects.create(name="Lamp wright"), into=company, by=ada)
    assert came.take_back() == 2
    assert Company.objects.filter(pk=company.pk).exists()
    assert not Company.objects.filter(name__in=["Studio", "Grand Hotel"]).exists()


def test_events_go_and_whoever_did_them_stays(kim):
    CustomerEvent.objects.create(customer=kim, name="signed in")
    came = bring("events", EVENTS)
    assert [len(each.made) for each in came.outcomes] == [1, 0, 1]
    assert bring("events", EVENTS).made == []
    assert came.take_back() == 2
    assert (CustomerEvent.objects.count(), kim.events.count(), Customer.objects.count()) == (1, 1, 2)


def test_a_stranger_whom_only_machines_know_is_forgotten(kim):
    founding.found()
    robin = meet(kind="email", value="robin@mail.example")
    entry = StageEntry.objects.create(customer=robin, stage=Stage.objects.first())
    Standing.objects.create(customer=robin, stage=entry.stage, entry=entry, since=entry.since)
    score("churn_risk", {robin.pk: Scored(0.4, ())})
    now = clock.now()
    assert forget_strangers({robin.pk: robin.created_at}, since=now) == 1
    assert Customer.objects.get() == kim


def test_a_stranger_stays_in_doubt(ada):
    founding.found()
    moved, addressed, labelled, older, later = (meet(kind="email", value=f"p{n}@mail.example") for n in range(5))
    began = min(each.created_at for each in (moved, addressed, labelled, later))
    since = clock.now()
    StageEntry.objects.create(customer=moved, stage=Stage.objects.first(), by=ada)
    with clock.frozen(since + timedelta(hours=1)):
        add_identity(addressed, kind="phone", value="+493023125100", by=ada)
    labelled.identities.update(label="office")
    came = dict.fromkeys((moved.pk, addressed.pk, labelled.pk), began)
    came |= {older.pk: older.created_at + timedelta(seconds=1)}
    assert forget_strangers(came, since=since) == 0
    renamed = meet(kind="email", value="renamed@mail.example")
    Customer.objects.filter(pk=renamed.pk).update(updated_at=renamed.created_at + timedelta(minutes=5))
    # The import went on for an hour, and somebody was faster.
    assert forget_strangers({renamed.pk: began}, since=since + timedelta(hours=1)) == 0
    # Somebody else's end of an import: this one was made after it.
    assert forget_strangers({later.pk: began}, since=later.created_at - timedelta(seconds=1)) == 0
    assert forget_strangers({later.pk: began}, since=clock.now()) == 1
    assert forget_strangers({}, since=since) == 0
    assert forget_companies([], since=since) == 0


@pytest.mark.parametrize(
    ("kind", "head", "row"),
    [
        ("companies", "name,domain\n", "Company {n},c{n}.example\n"),
        ("events", "name,at,email\n", "signed in,2026-03-01T{n:02}:00:00Z,kim@studio.example\n"),
    ],
)
def test_many_are_taken_back_with_as_few_questions_as_two(kim, kind, head, row):
    def queries(count):
        came = bring(kind, head + "".join(row.format(n=n) for n in range(count)))
        with CaptureQueriesContext(connection) as asked:
            assert came.take_back() == count
        return len(asked)

    assert queries(2) == queries(20) < 30
