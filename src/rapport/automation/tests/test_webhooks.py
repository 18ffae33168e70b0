"""Other systems are told, signed, again until it arrives, and never twice by our fault."""

import json
from datetime import timedelta

import pytest

from rapport.automation.actions import posting
from rapport.automation.actions.rules import save_rule
from rapport.automation.actions.webhooks import rotate_secret, save_webhook
from rapport.automation.errors import Mistaken
from rapport.automation.models import Parcel, Try, Webhook
from rapport.automation.subscribers import look
from rapport.automation.tests.receiver import is_genuine, receiving
from rapport.backbone.events import hear
from rapport.backbone.jobs import run_pending
from rapport.backbone.models import Event
from rapport.channels import actions as channels
from rapport.conversations.actions import close, tag
from rapport.kit import clock
from rapport.kit import standard_webhooks as signing

pytestmark = pytest.mark.django_db

# The example of the specification.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
KEY, AT, BODY = "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.fixture
def shop(settings):
    """A system of ours on this machine, which the administrator has allowed."""
    settings.PRIVATE_HOSTS_ALLOWED = ["127.0.0.1"]
    with receiving() as server:
        yield server


@pytest.fixture
def hook(omar, shop):
    def kept(*events, **said):
        return save_webhook(None, by=omar, **({"url": shop.url, "events": list(events)} | said))

    return kept


def test_the_signature_is_that_of_the_specifications_example():
    assert signing.signature(SECRET, key=KEY, at=AT, body=BODY) == SIGNATURE
    assert is_genuine(SECRET, {"webhook-id": KEY, "webhook-timestamp": str(AT), "webhook-signature": SIGNATURE}, BODY)
    made = signing.new_secret()
    assert made.startswith("whsec_")
    assert made != signing.new_secret()


def test_what_happens_is_posted_signed_in_the_shapes_of_the_api(hook, shop, write, ada):
    webhook = hook("conversation.created", "message.received", "conversation.closed")
    talk = write()
    tag(talk, name="x", by=ada)
    close(talk, by=ada)
    run_pending(strict=True)
    kinds = [json.loads(body)["type"] for _headers, body in shop.calls]
    assert kinds == ["conversation.created", "message.received", "conversation.closed"]
    for headers, body in shop.calls:
        assert headers["content-type"] == "application/json"
        assert is_genuine(webhook.secret["current"], headers, body)
        assert not is_genuine(signing.new_secret(), headers, body)
        assert abs(int(headers["webhook-timestamp"]) - clock.now().timestamp()) < 60
    said = json.loads(shop.calls[1][1])
    assert said["data"]["conversation"]["number"] == talk.number
    assert said["data"]["conversation"]["customer"]["email"] == "kim@studio.example"
    assert said["data"]["message"]["text"] == "The lamp flickers."
    assert said["timestamp"].endswith("Z")
    assert json.loads(shop.calls[2][1])["data"]["by"]["name"] == "Ada Lindqvist"


def test_an_event_that_is_told_twice_is_posted_once_with_one_id(hook, shop, write):
    hook("conversation.created")
    write()
    run_pending(strict=True)
    hear(Event.objects.get(name="MessageArrived").pk, f"{look.__module__}.{look.__qualname__}")
    posting.deliver(Parcel.objects.get().pk)
    run_pending(strict=True)
    assert len(shop.calls) == 1


def test_what_does_not_arrive_is_tried_again_with_growing_waits_under_the_same_id(hook, shop, write):
    hook("conversation.created")
    shop.answers = [(500, {}, b"Database is down"), (503, {}, b""), (200, {}, b"ok")]
    now = clock.now()
    with clock.frozen(now):
        write()
        run_pending(strict=True)
    parcel = Parcel.objects.get()
    assert parcel.due_at == now + timedelta(seconds=5)
    assert Webhook.objects.get().failing_since == now
    with clock.frozen(now + timedelta(seconds=4)):
        posting.deliver(parcel.pk)
    assert len(shop.calls) == 1
    for moment in (now + timedelta(seconds=6), now + timedelta(minutes=6)):
        with clock.frozen(moment):
            run_pending(strict=True)
    parcel.refresh_from_db()
    assert (parcel.state, parcel.tries) == ("delivered", 3)
    assert [(tried.status, tried.said) for tried in Try.objects.order_by("pk")] == [
        (500, "Database is down"), (503, ""), (200, "ok")
    ]  # fmt: skip
    assert len({headers["webhook-id"] for headers, _body in shop.calls}) == 1
    assert Webhook.objects.get().failing_since is None


def test_after_the_last_try_it_is_given_up_and_after_days_the_webhook_is_switched_off(
    hook, shop, write, omar, settings, mailoutbox
):
    settings.MAIL_OUT = True
    webhook = hook("conversation.created")
    shop.answers = [(500, {}, b"")]
    now = clock.now()
    with clock.frozen(now):
        write()
        run_pending(strict=True)
    for _ in posting.WAITS:
        now = Parcel.objects.get().due_at
        with clock.frozen(now):
            run_pending(strict=True)
    assert Parcel.objects.get().state == "failed"
    assert len(shop.calls) == len(posting.WAITS) + 1
    with clock.frozen(now + timedelta(days=3)):
        write()
        run_pending(strict=True)
    webhook.refresh_from_db()
    assert "5 days" in webhook.disabled_because
    assert [letter.to for letter in mailoutbox] == [[omar.email]]
    calls = len(shop.calls)
    write()
    run_pending(strict=True)
    assert len(shop.calls) == calls
    save_webhook(webhook, by=omar, is_on=True)
    write()
    run_pending(strict=True)
    assert len(shop.calls) == calls + 1


def test_a_receiver_that_is_gone_for_good_is_not_called_again(hook, shop, write):
    hook("conversation.created")
    shop.answers = [(410, {}, b"")]
    write()
    run_pending(strict=True)
    assert Webhook.objects.get().disabled_at is not None
    assert Parcel.objects.get().state == "failed"


def test_redirects_are_not_followed_and_addresses_inside_are_refused(hook, shop, write, settings):
    hook("conversation.created")
    shop.answers = [(302, {"Location": shop.url}, b"")]
    write()
    run_pending(strict=True)
    assert len(shop.calls) == 1
    assert Try.objects.get().status == 302
    settings.PRIVATE_HOSTS_ALLOWED = []
    write()
    run_pending(strict=True)
    assert len(shop.calls) == 1
    assert "inside this network" in Try.objects.order_by("pk").last().said


def test_after_a_change_of_secret_both_are_signed_with_for_a_day(hook, shop, write):
    webhook = hook("conversation.created")
    former = webhook.secret["current"]
    fresh = rotate_secret(webhook)
    write()
    run_pending(strict=True)
    headers, body = shop.calls[-1]
    assert is_genuine(former, headers, body)
    assert is_genuine(fresh, headers, body)
    with clock.frozen(clock.now() + timedelta(hours=25)):
        write()
        run_pending(strict=True)
    headers, body = shop.calls[-1]
    assert is_genuine(fresh, headers, body)
    assert not is_genuine(former, headers, body)


def test_a_job_that_was_lost_is_made_up_for(hook, shop, write):
    from django_tasks_db.models import DBTaskResult

    hook("conversation.created")
    talk = write()
    posting.hear(Event.objects.get(name="MessageArrived"), _arrival(talk))
    DBTaskResult.objects.all().delete()
    with clock.frozen(clock.now() + timedelta(minutes=2)):
        assert posting.deliver_due() == 1
        run_pending(strict=True)
    assert len(shop.calls) == 1


def _arrival(talk):
    from rapport.conversations.announcements import MessageArrived

    return MessageArrived(talk.pk, talk.messages.get().pk, is_new=True)


def test_a_deleted_conversation_is_told_by_its_number(hook, shop, write, noor):
    hook("conversation.deleted")
    talk = write()
    pk, number = talk.pk, talk.number
    channels.delete(talk, by=noor)
    run_pending(strict=True)
    assert json.loads(shop.calls[0][1])["data"]["conversation"] == {"id": pk, "number": number}


def test_a_rule_calls_a_webhook_with_what_it_found(hook, shop, write, omar):
    webhook = hook()
    steps = [{"do": "webhook", "value": str(webhook.pk)}]
    rule = save_rule(None, by=omar, name="Tell", trigger="created", steps=steps, is_on=True)
    write()
    run_pending(strict=True)
    said = json.loads(shop.calls[0][1])
    assert said["type"] == "rule.matched"
    assert said["data"]["rule"] == {"id": rule.pk, "name": "Tell"}


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"url": ""}, "url"),
        ({"url": "ftp://shop.example"}, "url"),
        ({"url": "https://me:secret@shop.example"}, "url"),
        ({"url": "https://[::1"}, "url"),
        ({"events": ["moon.rose"]}, "events"),
    ],
)
def test_a_webhook_that_makes_no_sense_is_not_kept(omar, said, field):
    with pytest.raises(Mistaken) as refused:
        save_webhook(None, by=omar, **({"url": "https://shop.example", "events": []} | said))
    assert refused.value.field == field


def test_omar_sets_one_up_tests_it_sends_again_and_reads_what_was_answered(omar, shop, signed_in, write):
    browser = signed_in(omar)
    form = {"url": shop.url, "name": "Shop", "events": ["conversation.created"], "is_on": "on"}
    assert browser.post("/settings/webhooks/new/", form | {"url": "x"}).status_code == 422
    browser.post("/settings/webhooks/new/", form)
    webhook = Webhook.objects.get()
    here = f"/settings/webhooks/{webhook.pk}/"
    shop.answers = [(200, {}, b"Hello"), (500, {}, b"<b>Broken</b>")]
    page = browser.post(f"{here}trial", follow=True).content.decode()
    assert "It arrived, and was answered with 200." in page
    write()
    run_pending(strict=True)
    page = browser.get(here).content.decode()
    assert "&lt;b&gt;Broken&lt;/b&gt;" in page
    assert webhook.secret["current"] in page
    Parcel.objects.filter(kind="conversation.created").update(state="failed")
    browser.post(f"{here}messages/{Parcel.objects.latest('pk').pk}/try")
    run_pending()
    assert len(shop.calls) == 3
    assert shop.calls[1][1] == shop.calls[2][1]
    browser.post(f"{here}secret")
    assert Webhook.objects.get().secret["former"] == webhook.secret["current"]
    browser.post(f"{here}deletion")
    assert "Shop" in browser.get("/settings/webhooks/").content.decode()
    browser.post(f"{here}restoration")
    assert browser.get(here).status_code == 200
