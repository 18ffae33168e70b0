"""The pages of connected systems: set up, mapped, looked at, begun; what is wrong is said, and who may."""

import pytest

from rapport.backbone.jobs import run_pending
from rapport.customers.models import Customer
from rapport.exchange.syncing.models import Connection, SyncedRecord
from rapport.exchange.tests.hubspot import TOKEN
from rapport.privacy.models import Entry

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(noor, signed_in):
    return signed_in(noor)


def connect(browser, played, **more):
    said = {"name": "Our HubSpot", "token": TOKEN, "api": played.address, **more}
    return browser.post("/settings/systems/new/hubspot/", said)


def step(browser, word, **more):
    pk = Connection.objects.get().pk
    return browser.post(f"/settings/systems/{pk}/step", {"do": word, **more}, follow=True).content.decode()


def test_noor_connects_looks_begins_and_sees_what_it_did(browser, played, kim):
    played.add(firstname="Lee", lastname="Ng", email="lee@x.example")
    assert "No other system is connected" in browser.get("/settings/systems/").content.decode()
    assert "pat-" in browser.get("/settings/systems/new/hubspot/").content.decode()
    here = connect(browser, played)["Location"]
    page = browser.get(here).content.decode()
    assert "Before it begins" in page
    assert TOKEN not in browser.get(f"{here}settings/").content.decode()
    assert "Look first what would happen, then begin." in step(browser, "begin")
    assert "looked through so far" in step(browser, "look")
    run_pending(strict=True)
    assert browser.get(f"{here}progress")["HX-Refresh"] == "true"
    page = browser.get(here).content.decode()
    assert "New here" in page
    assert "Lee Ng" in page
    assert not Customer.objects.filter(email="lee@x.example").exists()
    assert "Both are kept in step" in step(browser, "begin")
    run_pending(strict=True)
    assert Customer.objects.get(email="lee@x.example").name == "Lee Ng"
    page = browser.get(here).content.decode()
    assert "New here: 1" in page
    assert "1 record in step" in browser.get("/settings/systems/").content.decode()
    assert "Paused" in step(browser, "pause")
    assert "In step" in step(browser, "resume")
    assert "It runs in a moment." in step(browser, "run")
    assert "Nobody was deleted" in step(browser, "let_go")
    assert Customer.objects.filter(email="lee@x.example").exists()
    assert not SyncedRecord.objects.exists()
    told = Entry.objects.filter(kind="exchange.connection").order_by("id")
    assert (told[0].action, told[0].label, told[0].changes["settings"]) == ("added", "Our HubSpot", ["", "•••"])
    assert told.last().action == "removed"
    assert TOKEN not in str(list(told.values()))


def test_a_wrong_token_is_said_and_nothing_is_kept(browser, played):
    page = connect(browser, played, token="pat-wrong")
    assert page.status_code == 422
    assert "HubSpot does not know this token" in page.content.decode()
    assert not Connection.objects.exists()


def test_the_token_stays_when_the_field_is_left_empty(browser, played):
    here = connect(browser, played)["Location"]
    assert browser.post(f"{here}settings/", {"name": "CRM", "token": "", "api": played.address}).status_code == 302
    kept = Connection.objects.get()
    assert (kept.name, kept.settings["token"], kept.settings["portal"]) == ("CRM", TOKEN, "4711")


def mapping(**more):
    lines = [
        ("name", "name", "both", "newest"),
        ("email", "email", "both", "newest"),
        ("location", "jobtitle", "in", "theirs"),
    ]
    said = {
        f"customer-{name}": [line[place] for line in lines]
        for place, name in enumerate(("ours", "theirs", "direction", "rule"))
    }
    said |= {
        "company-ours": ["name"],
        "company-theirs": ["name"],
        "company-direction": ["both"],
        "company-rule": ["newest"],
    }
    return {**said, "makes_here": "on", "every_minutes": "15", **more}


def test_fields_are_mapped_and_what_makes_no_sense_is_said(browser, played):
    here = connect(browser, played)["Location"]
    page = browser.get(f"{here}fields/").content.decode()
    assert "First and last name" in page
    assert "Jobtitle" in page
    assert browser.post(f"{here}fields/", mapping()).status_code == 302
    kept = Connection.objects.get()
    assert kept.mapping["customer"][2] == {
        "ours": "location",
        "theirs": "jobtitle",
        "direction": "in",
        "rule": "theirs",
    }
    assert (kept.makes_here, kept.makes_there, kept.has_companies, kept.every_minutes) == (True, False, False, 15)
    for wrong, words in (
        ({"customer-ours": ["name", "name", "email"]}, "is in the table twice"),
        ({"customer-theirs": ["name", "", "x"]}, "Say which field there Email is"),
        ({"customer-ours": ["name", "phone", "location"]}, "Email has to be in the table"),
        ({"customer-ours": ["name", "email", "shoes"]}, "There is no field called shoes"),
    ):
        answer = browser.post(f"{here}fields/", mapping(**wrong))
        assert answer.status_code == 422
        assert words in answer.content.decode()
    played.faults = [(500, {}, {})] * 9
    assert "has a problem of its own" in browser.get(f"{here}fields/").content.decode()


def test_what_was_not_taken_is_listed_and_tried_again(browser, played, kim):
    connect(browser, played)
    Connection.objects.update(makes_there=True)
    played.refused = {"kim@studio.example"}
    step(browser, "look")
    run_pending(strict=True)
    step(browser, "begin")
    run_pending(strict=True)
    page = browser.get(f"/settings/systems/{Connection.objects.get().pk}/").content.decode()
    assert "email kim@studio.example is invalid" in page
    assert "Next try:" in page
    assert "1 not taken" in browser.get("/settings/systems/").content.decode()
    played.refused = set()
    assert "tried again with the next run" in step(browser, "retry", record=SyncedRecord.objects.get().pk)
    run_pending(strict=True)
    assert SyncedRecord.objects.get().problem == ""


def test_a_failing_system_is_an_alarm_in_the_settings(browser, played):
    connect(browser, played)
    Connection.objects.update(begun_at="2026-01-01T00:00:00Z", error="HubSpot does not know this token.")
    assert "HubSpot does not know this token." in browser.get("/settings/systems/").content.decode()


def test_a_lead_may_not(omar, signed_in):
    assert signed_in(omar).get("/settings/systems/").status_code == 403
    assert signed_in(omar).post("/settings/systems/new/hubspot/").status_code == 403
