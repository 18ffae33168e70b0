"""Contacts kept in step with HubSpot and Salesforce, each played over a socket."""

import pytest

from rapport.backbone.models import Event
from rapport.customers import actions, merging
from rapport.customers.models import Company, Customer, Likeness
from rapport.exchange.syncing import running, starting
from rapport.exchange.syncing.models import Connection, SyncedRecord
from rapport.exchange.tests.desk import linked

pytestmark = pytest.mark.django_db


def test_a_look_first_counts_and_writes_nothing(desk, kim):
    desk.add("Kim", "Park", "kim@studio.example", phone="+49 30 1234")
    desk.add("Lee", "Ng", "lee@x.example")
    desk.add("No", "Address", "")
    mo = actions.register(name="Mo", email="mo@x.example", by=None)
    run = starting.look_first(desk.connection)
    running.go_on(desk.connection.pk, run.pk)
    run.refresh_from_db()
    assert run.problem == ""
    assert {word: run.count(word) for word in ("seen", "matched", "made_here", "made_there", "failed")} == {
        "seen": 3, "matched": 1, "made_here": 1, "made_there": 1, "failed": 1,
    }  # fmt: skip
    assert set(Customer.objects.values_list("pk", flat=True)) == {kim.pk, mo.pk}
    assert not SyncedRecord.objects.exists()
    assert desk.writes == 0
    assert len(desk.contacts) == 3


def test_it_begins_only_after_somebody_looked(desk, noor):
    with pytest.raises(starting.NotNow, match="Look first"):
        starting.begin(desk.connection, by=noor)


def test_a_contact_comes_a_customer_goes_and_one_is_matched(desk, kim):
    kims = desk.add("Kim", "Park", "Kim@Studio.example", phone="+49 30 1234")
    desk.add("Lee", "Ng", "lee@x.example", phone="0049")
    mo = actions.register(name="Mo Salah", email="mo@x.example", by=None)
    run = desk.begin()
    assert (run.problem, run.count("matched"), run.count("made_here"), run.count("made_there")) == ("", 1, 1, 1)
    kim.refresh_from_db()
    assert kim.phone == "+49301234"
    assert linked(kim).their_id == kims
    assert Customer.objects.get(email="lee@x.example").name == "Lee Ng"
    theirs = desk.said(linked(mo).their_id)
    assert (theirs["firstname"], theirs["lastname"], theirs["email"]) == ("Mo", "Salah", "mo@x.example")


def test_changes_go_both_ways_and_come_back_as_no_change(desk, kim, ada):
    kims = desk.add("Kim", "Park", "kim@studio.example")
    desk.begin()
    desk.change(kims, phone="+49 40 99")
    actions.describe(kim, by=ada, location="Oslo")
    run = desk.run()
    kim.refresh_from_db()
    assert (kim.phone, kim.location) == ("+494099", "Oslo")
    assert desk.said(kims)["city"] == "Oslo"
    assert (run.count("changed_here"), run.count("changed_there"), run.count("conflicts")) == (1, 1, 0)
    writes, events = desk.writes, Event.objects.count()
    for _again in range(2):
        quiet = desk.run()
        assert quiet.is_quiet, quiet.counts
    assert (desk.writes, Event.objects.count()) == (writes, events)


def test_a_field_that_both_changed_goes_to_the_newer_or_by_the_rule(desk, kim, ada):
    kims = desk.add("Kim", "Park", "kim@studio.example")
    desk.begin()
    desk.change(kims, city="Bergen")
    # Their clock is played and stands before ours.
    actions.describe(kim, by=ada, location="Oslo")
    run = desk.run()
    assert run.count("conflicts") == 1
    assert desk.said(kims)["city"] == "Oslo"
    mapping = desk.connection.mapping
    for line in mapping["customer"]:
        line["rule"] = "theirs"
    Connection.objects.update(mapping=mapping)
    desk.change(kims, city="Bergen")
    actions.describe(kim, by=ada, location="Narvik")
    desk.run()
    kim.refresh_from_db()
    assert (kim.location, desk.said(kims)["city"]) == ("Bergen", "Bergen")


def test_what_is_deleted_there_stays_here_and_is_not_made_again(desk, kim, ada):
    kims = desk.add("Kim", "Park", "kim@studio.example")
    desk.begin()
    (desk.played.archive if desk.kind == "hubspot" else desk.played.delete)(kims)
    run = desk.run()
    assert run.count("gone") == 1
    assert linked(kim).state == "gone"
    actions.describe(kim, by=ada, location="Oslo")
    writes = desk.writes
    assert desk.run().is_quiet
    assert desk.writes == writes


def test_two_that_became_one_there_are_shown_to_people_here(desk, kim):
    lee = actions.register(name="Lee", email="lee@x.example", by=None)
    kims, lees = desk.add("Kim", "Park", "kim@studio.example"), desk.add("Lee", "", "lee@x.example")
    desk.begin()
    if desk.kind == "hubspot":
        desk.played.merge(lees, kims)
    else:
        desk.played.change(kims)
        desk.played.delete(lees, into=kims)
    run = desk.run()
    assert run.count("gone") == 1
    assert linked(lee).state == "gone"
    assert Likeness.objects.filter(one=kim, other=lee).exists()
    assert desk.run().is_quiet


def test_a_merge_that_made_a_new_id_is_followed(hubspot, kim, ada):
    kims = hubspot.add("Kim", "Park", "kim@studio.example")
    hubspot.begin()
    new = hubspot.add("Kim", "Park", "kim@studio.example")
    hubspot.played.merge(kims, new)
    hubspot.run()
    assert linked(kim).their_id == new
    actions.describe(kim, by=ada, location="Oslo")
    hubspot.run()
    assert hubspot.said(new)["city"] == "Oslo"


def test_our_merge_sends_the_survivor_and_leaves_the_other_alone(desk, kim, ada):
    lee = actions.register(name="Lee", email="lee@x.example", by=None)
    actions.describe(lee, by=ada, location="Oslo")
    kims, lees = desk.add("Kim", "Park", "kim@studio.example"), desk.add("Lee", "", "lee@x.example")
    desk.begin()
    merging.merge(lee, into=kim, by=ada)
    desk.run()
    assert desk.said(kims)["city"] == "Oslo"
    desk.change(lees, phone="+49 1 55555")
    desk.run()
    kim.refresh_from_db()
    assert (kim.phone, linked(kim).their_id) == ("", kims)


def test_companies_are_matched_by_domain_made_and_changed(desk, noor):
    studio = actions.add_company(name="Studio", domain="studio.example", by=noor)
    if desk.kind == "hubspot":
        theirs = desk.played.add("companies", name="Studio Ltd", domain="www.studio.example")
        desk.played.add("companies", name="Hall", domain="hall.example")
    else:
        theirs = desk.played.add("Account", Name="Studio Ltd", Website="https://www.studio.example/")
        desk.played.add("Account", Name="Hall", Website="hall.example")
    shed = actions.add_company(name="Shed", domain="shed.example", by=noor)
    run = desk.begin()
    assert run.problem == ""
    studio.refresh_from_db()
    assert studio.name == "Studio Ltd"
    assert Company.objects.filter(name="Hall", domain="hall.example").exists()
    kind, name = ("companies", "name") if desk.kind == "hubspot" else ("Account", "Name")
    made = SyncedRecord.objects.get(company=shed).their_id
    row = desk.played.kept[kind][made]
    assert (row.get("properties") or row)[name] == "Shed"
    Company.objects.filter(pk=studio.pk).update(name="Studio & Co")
    desk.run()
    row = desk.played.kept[kind][theirs]
    assert (row.get("properties") or row)[name] == "Studio & Co"
    assert desk.run().is_quiet


def test_a_customer_who_is_forgotten_here_is_forgotten_in_the_link(desk, kim):
    desk.add("Kim", "Park", "kim@studio.example")
    desk.begin()
    kim.delete()
    assert not SyncedRecord.objects.exists()
