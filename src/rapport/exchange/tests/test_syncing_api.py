"""Connected systems by a script: everything the pages do, and no secret ever comes back."""

import pytest

from rapport.backbone.jobs import run_pending
from rapport.customers.models import Customer
from rapport.exchange.syncing.models import Connection
from rapport.exchange.tests.hubspot import TOKEN, HubSpotPlayed
from rapport.privacy.models import Entry

pytestmark = pytest.mark.django_db


@pytest.fixture
def nightly(noor, script):
    return script(noor)


@pytest.fixture
def connected(nightly, played):
    said = {"kind": "hubspot", "name": "Our HubSpot", "settings": {"token": TOKEN, "api": played.address}}
    answer = nightly.post("/connected-systems", said)
    assert answer.status_code == 201, answer.content
    return f"/connected-systems/{answer.json()['id']}"


def test_a_script_learns_what_a_system_asks_for(nightly):
    known = {each["kind"]: each for each in nightly.get("/connected-systems/kinds").json()}
    secret = {each["name"] for each in known["salesforce"]["settings"] if each["is_secret"]}
    assert secret == {"client_secret", "refresh_token", "private_key"}
    assert known["hubspot"]["steps"]


def test_a_script_connects_looks_begins_and_reads_what_it_did(nightly, played, connected, kim):
    played.add(firstname="Lee", lastname="Ng", email="lee@x.example")
    assert nightly.get(connected).json()["state"] == "new"
    assert nightly.post(f"{connected}/start").json()["detail"] == "Look first what would happen, then begin."
    assert nightly.post(f"{connected}/run").status_code == 409
    assert nightly.delete(f"{connected}/pause").status_code == 409
    trial = nightly.post(f"{connected}/trial")
    assert (trial.status_code, trial.json()["is_trial"], trial.json()["ended_at"]) == (202, True, None)
    run_pending(strict=True)
    looked = nightly.get(f"{connected}/runs", is_trial="true").json()["items"][0]
    assert looked["counts"]["made_here"] == 1
    assert [(note["what"], note["label"]) for note in looked["notes"]] == [("made_here", "Lee Ng")]
    assert not Customer.objects.filter(email="lee@x.example").exists()
    assert nightly.post(f"{connected}/start").json()["state"] == "running"
    run_pending(strict=True)
    assert Customer.objects.get(email="lee@x.example").name == "Lee Ng"
    assert nightly.get(f"{connected}/runs", is_trial="false").json()["items"][0]["counts"]["made_here"] == 1
    assert nightly.get("/connected-systems").json()["items"][0]["linked"] == 1
    assert nightly.post(f"{connected}/pause").json()["state"] == "paused"
    assert nightly.delete(f"{connected}/pause").json()["state"] == "running"
    assert nightly.post(f"{connected}/run").status_code == 202
    assert nightly.delete(connected).status_code == 204
    assert Customer.objects.filter(email="lee@x.example").exists()
    told = Entry.objects.filter(kind="exchange.connection").order_by("id")
    assert [(told[0].action, told[0].via), (told.last().action, told.last().via)] == [
        ("added", "api"),
        ("removed", "api"),
    ]


def test_no_secret_ever_comes_back(nightly, played, connected):
    answers = [
        nightly.get("/connected-systems"),
        nightly.get(connected),
        nightly.patch(connected, {"name": "CRM", "settings": {"token": TOKEN}}),
        nightly.patch(connected, {"settings": {"token": "pat-wr0ng"}}),
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 422]
    told = " ".join(answer.content.decode() for answer in answers)
    assert TOKEN not in told
    assert "pat-wr0ng" not in told
    assert "HubSpot does not know this token" in told
    assert nightly.get(connected).json()["settings"] == {"api": played.address}
    kept = Connection.objects.get()
    assert (kept.name, kept.settings["token"]) == ("CRM", TOKEN)


def test_a_token_goes_to_no_address_but_the_one_it_was_entered_for(nightly, noor, signed_in, played, connected):
    elsewhere = HubSpotPlayed()
    answer = nightly.patch(connected, {"settings": {"api": elsewhere.address}})
    assert answer.json()["errors"][0]["field"] == "body.settings.token"
    said = {"name": "CRM", "token": "", "api": elsewhere.address}
    pk = Connection.objects.get().pk
    assert signed_in(noor).post(f"/settings/systems/{pk}/settings/", said).status_code == 422
    assert elsewhere.asked == []
    elsewhere.close()


def test_a_private_key_is_not_shown_on_its_page(noor, signed_in):
    kept = {"client_id": "3MVG9", "username": "rapport@acme.example", "private_key": "-----BEGIN KEY-----\nkanarek"}
    made = Connection.objects.create(kind="salesforce", name="Salesforce", settings=kept)
    page = signed_in(noor).get(f"/settings/systems/{made.pk}/settings/").content.decode()
    assert "3MVG9" in page
    assert "<textarea" in page
    assert "kanarek" not in page


def test_a_script_says_what_goes_where(nightly, connected):
    kept = nightly.get(f"{connected}/mapping").json()
    assert kept["customers"][0] == {"ours": "name", "theirs": "name", "direction": "both", "rule": "newest"}
    fields = nightly.get(f"{connected}/fields", noun="customer").json()
    assert "jobtitle" in {each["name"] for each in fields["theirs"]}
    assert "email" in {each["name"] for each in fields["ours"]}
    lines = [
        {"ours": "email", "theirs": "email"},
        {"ours": "location", "theirs": "jobtitle", "direction": "in", "rule": "theirs"},
    ]
    changed = nightly.patch(f"{connected}/mapping", {"customers": lines, "makes_there": True, "every_minutes": 15})
    said = changed.json()
    assert (said["customers"][1]["rule"], said["makes_there"], said["every_minutes"]) == ("theirs", True, 15)
    assert said["companies"] == kept["companies"]
    for wrong, words in (
        ([{"ours": "name", "theirs": "name"}], "Email has to be in the table"),
        ([*lines, {"ours": "shoes", "theirs": "x"}], "There is no field called shoes"),
    ):
        answer = nightly.patch(f"{connected}/mapping", {"customers": wrong})
        assert answer.status_code == 422
        assert words in answer.json()["detail"]


def test_what_was_not_taken_is_read_and_tried_again(nightly, played, connected, kim):
    nightly.patch(f"{connected}/mapping", {"makes_there": True})
    played.refused = {"kim@studio.example"}
    nightly.post(f"{connected}/trial")
    run_pending(strict=True)
    nightly.post(f"{connected}/start")
    run_pending(strict=True)
    (wrong,) = nightly.get(f"{connected}/problems").json()["items"]
    assert (wrong["customer"], wrong["noun"]) == (kim.pk, "customer")
    assert "email kim@studio.example is invalid" in wrong["problem"]
    assert nightly.get(connected).json()["not_taken"] == 1
    played.refused = set()
    assert nightly.post(f"{connected}/problems/99999/retry").status_code == 404
    assert nightly.post(f"{connected}/problems/{wrong['id']}/retry").status_code == 202
    run_pending(strict=True)
    assert nightly.get(f"{connected}/problems").json()["items"] == []
    assert nightly.post(f"{connected}/problems/retry").status_code == 202


def test_whoever_may_not_connect_systems_may_not_by_script(omar, ada, noor, script, connected):
    for person in (omar, ada):
        caller = script(person)
        for path in ("/connected-systems", "/connected-systems/kinds", connected, f"{connected}/runs"):
            assert caller.get(path).status_code == 403
        for path in ("trial", "start", "pause", "run", "problems/retry"):
            assert caller.post(f"{connected}/{path}").status_code == 403
        assert caller.delete(connected).status_code == 403
        assert caller.post("/connected-systems", {"kind": "hubspot", "settings": {}}).status_code == 403
    assert Connection.objects.count() == 1


def test_a_system_nobody_knows_is_said(nightly):
    answer = nightly.post("/connected-systems", {"kind": "notebook", "settings": {}})
    assert answer.json()["errors"][0]["message"] == "Choose one of hubspot, salesforce."
