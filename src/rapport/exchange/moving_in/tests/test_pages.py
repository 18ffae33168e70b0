"""The page of moving in: Noor is led from the token to the inbox, and told what is wrong on the way."""

import csv
import io

import pytest

pytestmark = pytest.mark.django_db
ZENDESK = "/settings/move-in/from/zendesk/"


def filled(desk, inbox=None, **more):
    kinds = ["companies", "customers", "conversations", "macros", "articles"]
    return {**desk.settings, "kinds": kinds, "inbox": inbox.pk if inbox else "", **more}


def test_noor_sees_where_one_can_come_from(noor, signed_in):
    page = signed_in(noor).get("/settings/move-in/").content.decode()
    for name in ("Zendesk", "Chatwoot", "Zammad"):
        assert name in page
    assert "API tokens." in signed_in(noor).get(ZENDESK).content.decode()


def test_a_wrong_token_keeps_her_on_the_form(noor, signed_in, zendesk):
    from rapport.exchange.models import MoveIn

    answer = signed_in(noor).post(ZENDESK, filled(zendesk, token="wrong"))
    assert answer.status_code == 422
    assert "does not know this token" in answer.content.decode()
    assert "wrong" not in answer.content.decode().replace("wrong-", "")
    assert not MoveIn.objects.exists()


def test_an_address_without_encryption_is_refused(noor, signed_in, zendesk, settings):
    settings.PRIVATE_HOSTS_ALLOWED = []
    answer = signed_in(noor).post(ZENDESK, filled(zendesk, address="http://acme.zendesk.com"))
    assert "must begin with https://" in answer.content.decode()


def test_from_the_token_to_the_inbox_and_back(noor, signed_in, zendesk, inbox):
    from rapport.backbone.jobs import run_pending
    from rapport.conversations.models import Conversation
    from rapport.exchange.models import MoveIn

    browser = signed_in(noor)
    page = browser.post(ZENDESK, filled(zendesk, inbox))["Location"]
    assert "Nothing is written" in browser.get(page).content.decode()
    run_pending(strict=True)
    seen = browser.get(page).content.decode()
    assert "The lamp flickers" in seen
    assert "Zendesk 4711" in seen
    assert not Conversation.objects.exists()
    browser.post(f"{page}step", {"do": "begin"})
    assert browser.get(f"{page}progress").status_code == 200
    run_pending(strict=True)
    assert browser.get(f"{page}progress")["HX-Refresh"] == "true"
    outcome = browser.get(page).content.decode()
    assert "Articles are not shown to customers yet" in outcome
    assert Conversation.objects.get(formerly="Zendesk 4711").inbox == inbox
    number = Conversation.objects.get(formerly="Zendesk 4711").number
    assert "Zendesk 4711" in browser.get(f"/inbox/{number}/").content.decode()
    rows = list(
        csv.reader(io.StringIO(b"".join(browser.get(f"{page}problems.csv").streaming_content).decode("utf-8-sig")))
    )
    assert rows[1][:2] == ["Conversations", "4713"]
    browser.post(f"{page}step", {"do": "undo"})
    run_pending(strict=True)
    assert not Conversation.objects.exists()
    browser.post(f"{page}step", {"do": "throw_away"})
    assert not MoveIn.objects.exists()


def test_the_token_is_encrypted_and_never_shown(noor, signed_in, zendesk):
    from django.db import connection

    from rapport.backbone.jobs import run_pending
    from rapport.exchange.models import MoveIn

    browser = signed_in(noor)
    browser.post(ZENDESK, filled(zendesk))
    move = MoveIn.objects.get()
    assert move.settings["token"] == zendesk.token
    with connection.cursor() as cursor:
        cursor.execute("SELECT settings FROM exchange_movein")
        assert zendesk.token not in cursor.fetchone()[0]
    again = browser.get(f"{ZENDESK}?move={move.pk}").content.decode()
    assert zendesk.token not in again
    run_pending(strict=True)
    # To another address it does not go by itself.
    elsewhere = browser.post(f"{ZENDESK}?move={move.pk}", filled(zendesk, token="", address="http://127.0.0.1:9"))
    assert "Enter the token for this address" in elsewhere.content.decode()
    # Left empty, it stays as it was.
    assert browser.post(f"{ZENDESK}?move={move.pk}", filled(zendesk, token="")).status_code == 302


def test_ada_may_not(ada, signed_in):
    assert signed_in(ada).get("/settings/move-in/").status_code == 403


def test_an_export_is_read_as_a_file(noor, signed_in, zendesk, ada):
    import json
    import zipfile

    from django.core.files.uploadedfile import SimpleUploadedFile

    from rapport.backbone.jobs import run_pending
    from rapport.conversations.models import Conversation
    from rapport.exchange.models import MoveIn

    users = {user["id"]: user for user in zendesk.data["users"]}
    tickets = [
        {
            **ticket,
            "requester": users[ticket["requester_id"]],
            "assignee": users.get(ticket.get("assignee_id")),
            "comments": json.loads(
                json.dumps(zendesk.data["comments"].get(str(ticket["id"]), [])).replace("ADDRESS", zendesk.address)
            ),
        }
        for ticket in zendesk.data["tickets"]
    ]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        rows = (("tickets", tickets), ("users", users.values()), ("organizations", zendesk.data["organizations"]))
        for name, of in rows:
            archive.writestr(f"{name}.json", "\n".join(json.dumps(row) for row in of))
    browser = signed_in(noor)
    file = SimpleUploadedFile("export.zip", packed.getvalue())
    kinds = ["companies", "customers", "conversations"]
    answer = browser.post(
        "/settings/move-in/from/zendesk-file/", {"address": zendesk.address, "kinds": kinds, "inbox": "", "file": file}
    )
    page = answer["Location"]
    run_pending(strict=True)
    browser.post(f"{page}step", {"do": "begin"})
    run_pending(strict=True)
    assert MoveIn.objects.get().state == "done"
    told = Conversation.objects.get(formerly="Zendesk 4711")
    assert (told.message_count, told.assignee, told.inbox.name) == (4, ada, "Zendesk")
    # With a token later on, nothing comes twice.
    page = browser.post(ZENDESK, filled(zendesk))["Location"]
    run_pending(strict=True)
    browser.post(f"{page}step", {"do": "begin"})
    run_pending(strict=True)
    assert Conversation.objects.count() == 2
