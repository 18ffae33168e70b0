"""Moving in by a script: everything the pages do, and no token ever comes back."""

import json

import pytest

pytestmark = pytest.mark.django_db


@pytest.fixture
def nightly(noor, script):
    return script(noor)


def prepared(nightly, desk, **more):
    answer = nightly.post("/move-ins", {"source": "zendesk", "settings": desk.settings, **more})
    assert answer.status_code == 201, answer.content
    return answer.json()


def worked(nightly, move):
    from rapport.backbone.jobs import run_pending

    run_pending(strict=True)
    return nightly.get(f"/move-ins/{move['id']}").json()


def test_a_script_learns_what_each_desk_asks_for(nightly):
    known = {each["name"]: each for each in nightly.get("/move-ins/sources").json()}
    assert {"zendesk", "zendesk-file", "freshdesk", "intercom", "hubspot", "chatwoot", "zammad"} <= set(known)
    asked = {each["name"]: each for each in known["zendesk"]["settings"]}
    assert (asked["token"]["is_secret"], asked["address"]["is_secret"]) == (True, False)
    assert known["zendesk"]["steps"]
    region = next(each for each in known["intercom"]["settings"] if each["name"] == "region")
    assert region["choices"] == ["us", "eu", "au"]
    assert known["zendesk-file"]["reads_file"]


def test_a_script_moves_in_looks_runs_and_takes_it_back(noor, nightly, zendesk, inbox):
    from rapport.conversations.models import Conversation

    move = prepared(nightly, zendesk, inbox=inbox.pk)
    assert (move["state"], move["inbox"]["name"], move["settings"]["email"]) == (
        "looking",
        inbox.name,
        zendesk.settings["email"],
    )
    assert worked(nightly, move)["state"] == "draft"
    seen = {each["kind"]: each for each in nightly.get(f"/move-ins/{move['id']}/preview").json()}
    assert "The lamp flickers" in {thing["title"] for thing in seen["conversations"]["things"]}
    assert not Conversation.objects.exists()
    begun = nightly.post(f"/move-ins/{move['id']}/run")
    assert (begun.status_code, begun.json()["state"]) == (202, "moving")
    assert nightly.post(f"/move-ins/{move['id']}/pause").json()["state"] == "paused"
    assert nightly.post(f"/move-ins/{move['id']}/pause").status_code == 409
    nightly.post(f"/move-ins/{move['id']}/run")
    done = worked(nightly, move)
    assert (done["state"], done["is_undoable"], done["by"]["id"]) == ("done", True, noor.pk)
    counted = {each["kind"]: each for each in done["counts"]}
    assert counted["conversations"]["new"] == Conversation.objects.count() > 0
    wrong = nightly.get(f"/move-ins/{move['id']}/problems", limit=1).json()
    assert (wrong["items"][0]["kind"], wrong["items"][0]["key"]) == ("conversations", "4713")
    assert done["problems"] >= 1
    assert nightly.post(f"/move-ins/{move['id']}/preview").status_code == 409
    assert nightly.delete(f"/move-ins/{move['id']}").status_code == 409
    nightly.post(f"/move-ins/{move['id']}/undoing")
    assert worked(nightly, move)["state"] == "undone"
    assert not Conversation.objects.exists()
    assert nightly.delete(f"/move-ins/{move['id']}").status_code == 204
    assert nightly.get("/move-ins").json()["items"] == []


def test_no_token_ever_comes_back(nightly, zendesk):
    move = prepared(nightly, zendesk)
    worked(nightly, move)
    answers = [
        nightly.get("/move-ins"),
        nightly.get(f"/move-ins/{move['id']}"),
        nightly.patch(f"/move-ins/{move['id']}", {"settings": {"token": zendesk.token}}),
        nightly.post("/move-ins", {"source": "zendesk", "settings": zendesk.settings | {"token": "wr0ng"}}),
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 422]
    told = " ".join(answer.content.decode() for answer in answers)
    assert zendesk.token not in told
    assert "wr0ng" not in told
    assert "does not know this email address and token" in told or "does not know this token" in told


def test_what_a_move_brings_is_changed_without_its_token(nightly, zendesk):
    from rapport.exchange.models import MoveIn

    move = prepared(nightly, zendesk)
    worked(nightly, move)
    changed = nightly.patch(f"/move-ins/{move['id']}", {"kinds": ["customers"]}).json()
    assert (changed["id"], changed["kinds"]) == (move["id"], ["customers"])
    assert MoveIn.objects.get().settings["token"] == zendesk.token
    worked(nightly, move)
    elsewhere = nightly.patch(f"/move-ins/{move['id']}", {"settings": {"address": "http://127.0.0.1:9"}})
    assert elsewhere.status_code == 422
    assert elsewhere.json()["errors"][0] == {
        "field": "body.settings.token",
        "message": "Enter the token for this address.",
    }
    with_token = {"address": "http://127.0.0.1:9", "token": "x"}
    another = nightly.patch(f"/move-ins/{move['id']}", {"settings": with_token})
    assert "That is another desk" in another.content.decode()
    assert MoveIn.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "field", "words"),
    [
        ({"source": "paper", "settings": {}}, "body.source", "Choose one of zendesk"),
        ({"source": "zendesk-file", "settings": {}}, "body.source", "/move-ins/files"),
        ({"source": "zendesk", "settings": {"adress": "x"}}, "body.settings.adress", "address, email, token"),
        ({"source": "zendesk", "settings": {}}, "body.settings.address", "required"),
    ],
)
def test_what_makes_no_sense_is_said_where_it_is(nightly, body, field, words):
    answer = nightly.post("/move-ins", body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field
    assert words in answer.json()["errors"][0]["message"]


def test_an_inbox_that_is_not_there_and_a_kind_it_does_not_bring(nightly, chatwoot):
    said = {"source": "chatwoot", "settings": chatwoot.settings}
    assert nightly.post("/move-ins", {**said, "inbox": 999}).json()["errors"][0]["field"] == "body.inbox"
    answer = nightly.post("/move-ins", {**said, "kinds": ["companies"]}).json()
    assert answer["errors"][0]["message"] == "Chatwoot does not bring companies."


def test_an_export_is_the_body_of_a_request(nightly):
    rows = [{"id": 7, "name": "Kim Park", "email": "kim@studio.example", "role": "end-user"}]
    data = "\n".join(json.dumps(row) for row in rows).encode()

    def sent(body, **more):
        said = {"source": "zendesk-file", "address": "acme", "name": "users.json", "kinds": "customers", **more}
        return nightly.http.post(
            "/api/v1/move-ins/files", body, "application/octet-stream", query_params=said, headers=nightly._headers()
        )

    made = sent(data)
    assert made.status_code == 201, made.content
    move = made.json()
    assert (move["file_name"], move["account"], move["kinds"]) == ("users.json", "acme.zendesk.com", ["customers"])
    worked(nightly, move)
    seen = nightly.get(f"/move-ins/{move['id']}/preview").json()
    assert [thing["title"] for thing in seen[0]["things"]] == ["Kim Park"]
    assert sent(b"").json()["errors"][0]["field"] == "body"
    assert "no JSON" in sent(b"<html>").content.decode()
    assert "over the network" in sent(data, source="zendesk").content.decode()
    assert sent(data, address="").json()["errors"][0]["field"] == "query.address"


def test_whoever_may_not_move_in_may_not_by_script(omar, ada, script, zendesk, noor):
    move = prepared(script(noor), zendesk)
    for person in (omar, ada):
        caller = script(person)
        for path in ("/move-ins", "/move-ins/sources", f"/move-ins/{move['id']}", f"/move-ins/{move['id']}/problems"):
            assert caller.get(path).status_code == 403
        for path in ("preview", "run", "pause", "undoing"):
            assert caller.post(f"/move-ins/{move['id']}/{path}").status_code == 403
        assert caller.delete(f"/move-ins/{move['id']}").status_code == 403
    assert script(noor, "read").post(f"/move-ins/{move['id']}/run").status_code == 403
