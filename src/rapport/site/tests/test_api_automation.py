"""Scripts that set up macros, rules and webhooks."""

import pytest

from rapport.automation.models import Macro, Parcel, Rule, Run, Webhook
from rapport.backbone.jobs import run_pending

pytestmark = pytest.mark.django_db

TAG = [{"do": "tag", "value": "refund"}]
ASKS = {"conditions": [{"field": "text", "op": "has", "value": "refund"}]}


def test_ada_keeps_a_macro_of_her_own_and_omar_one_for_everyone(ada, omar, script):
    own = script(ada).post("/macros", {"name": "Mine", "html": "<p>Hi {{ customer.first_name }}</p>"})
    assert own.status_code == 201, own.content
    assert own.json()["sharing"] == "private"
    refused = script(ada).post("/macros", {"name": "Ours", "html": "<p>Hi</p>", "sharing": "everyone"})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "body.sharing")
    shared = script(omar).post("/macros", {"name": "Ours", "steps": TAG, "sharing": "everyone", "shortcut": "ours"})
    assert [each["name"] for each in script(ada).get("/macros").json()["items"]] == ["Ours", "Mine"]
    assert script(ada).patch(f"/macros/{shared.json()['id']}", {"name": "X"}).status_code == 403
    changed = script(omar).patch(f"/macros/{shared.json()['id']}", {"html": "<p>{{ nobody }}</p>"})
    assert (changed.status_code, changed.json()["errors"][0]["field"]) == (422, "body.html")
    assert script(omar).delete(f"/macros/{own.json()['id']}").status_code == 404
    assert script(ada).delete(f"/macros/{own.json()['id']}").status_code == 204
    assert Macro.objects.filter(deleted_at=None).count() == 1


def test_a_rule_is_tried_made_switched_on_read_and_deleted(ada, omar, kim, script, write_in):
    talk = write_in(kim, "A refund please").conversation
    calling = script(omar)
    rule = {"name": "Refunds", "trigger": "created", "conditions": ASKS, "steps": TAG}
    tried = calling.post("/rules/dry-run", rule)
    assert tried.status_code == 200, tried.content
    assert [each["conversation"]["number"] for each in tried.json()["fitting"]] == [talk.number]
    assert tried.json()["steps"] == ["add the tag refund"]
    assert not Rule.objects.exists()
    made = calling.post("/rules", rule).json()
    assert (made["is_on"], made["conditions"]["conditions"]) == (False, ASKS["conditions"])
    assert calling.patch(f"/rules/{made['id']}", {"is_on": True}).json()["is_on"]
    fresh = write_in(kim, "Another refund").conversation
    run_pending(strict=True)
    (run,) = calling.get(f"/rules/{made['id']}/runs").json()["items"]
    assert (run["conversation"]["number"], run["did"]) == (fresh.number, TAG)
    wrong = calling.patch(f"/rules/{made['id']}", {"trigger": "open_for", "hours": 0})
    assert wrong.json()["errors"][0]["field"] == "body.hours"
    assert script(ada).get("/rules").status_code == 403
    assert calling.delete(f"/rules/{made['id']}").status_code == 204
    assert calling.get("/rules").json() == {"items": [], "next": None}
    assert Run.objects.exists()


def test_a_webhook_is_made_with_its_secret_changed_and_its_messages_read(ada, omar, kim, script, write_in):
    calling = script(omar)
    made = calling.post("/webhooks", {"url": "http://127.0.0.1:9/hook", "events": ["conversation.created"]}).json()
    assert made["secret"].startswith("whsec_")
    assert "secret" not in calling.get("/webhooks").json()["items"][0]
    write_in(kim, "Hello")
    run_pending(strict=True)
    (sent,) = calling.get(f"/webhooks/{made['id']}/messages").json()["items"]
    assert (sent["kind"], sent["state"]) == ("conversation.created", "waiting")
    assert "inside this network" in sent["attempts"][0]["said"]
    assert calling.post(f"/webhooks/{made['id']}/messages/{sent['id']}/retry").status_code == 202
    assert Parcel.objects.get().tries == 0
    assert calling.post(f"/webhooks/{made['id']}/secret").json()["secret"] != made["secret"]
    assert calling.patch(f"/webhooks/{made['id']}", {"events": ["moon.rose"]}).status_code == 422
    assert not calling.patch(f"/webhooks/{made['id']}", {"is_on": False}).json()["is_on"]
    assert script(ada).post("/webhooks", {"url": "https://x.example"}).status_code == 403
    assert calling.delete(f"/webhooks/{made['id']}").status_code == 204
    assert Webhook.objects.get().deleted_at is not None
