"""Every provider's pushes: refused unless it proves itself, stored first, read once, and reports find their message."""

import base64
import hashlib
import hmac
import json
import threading
from http.server import HTTPServer

import pytest

from rapport.backbone.jobs import run_pending
from rapport.channels import actions
from rapport.channels.kinds.email import webhooks
from rapport.channels.kinds.email.webhooks import fetching
from rapport.channels.models import Channel, Delivery, Dispatch
from rapport.channels.pushing import push_url
from rapport.channels.seam import kind_of
from rapport.channels.tests.pushed import KEY, POSTAL_PUBLIC, PUSHES, RAW, SVIX, Provider, Pushed, provider_of
from rapport.conversations.authentication import is_proven
from rapport.conversations.models import Message
from rapport.kit import clock
from rapport.team.actions import create_token

INBOUND = sorted(path.stem for path in PUSHES.glob("*_inbound*.http"))
REPORTS = sorted(
    path.stem for path in PUSHES.glob("*.http") if "_inbound" not in path.stem and "_subs" not in path.stem
)
# These announce a mail and have it fetched.
ANNOUNCED = ("brevo_inbound", "mailtrap_inbound", "resend_inbound")


@pytest.fixture
def fed(mailbox):
    """A mailbox that a provider feeds and sends for."""

    def set_up(provider, **more):
        key = {"resend": SVIX, "postal": POSTAL_PUBLIC}.get(provider, KEY)
        is_only_out = provider == "unisender_go"
        mailbox.settings = {
            **mailbox.settings,
            "incoming": "none" if is_only_out else "provider",
            "incoming_provider": provider,
            "incoming_key": "other-key " + key,
            "outgoing": "provider" if is_only_out else "installation",
            "provider": provider,
            **more,
        }
        mailbox.save()
        return mailbox

    return set_up


@pytest.mark.parametrize("name", [*INBOUND, *REPORTS])
def test_what_does_not_prove_itself_is_refused_and_not_stored(client, fed, name):
    push = Pushed(name)
    # The signature of two of them is a part of the body.
    is_inside = push.provider in ("mailgun", "unisender_go")
    channel = fed(push.provider, **({"incoming_key": "another"} if is_inside else {}))
    for headers in (push.headers, push.proven(channel, key="guess", password="guess")):
        assert push.send(client, channel, headers).status_code in (401, 403)
    assert not Delivery.objects.exists()


def test_what_one_provider_signed_opens_no_other_door(client, fed):
    for name in INBOUND:
        push = Pushed(name)
        other = "postmark" if push.provider != "postmark" else "brevo"
        assert push.send(client, fed(other, push_secret="another")).status_code == 401


def test_a_mailbox_without_a_secret_takes_nothing(client, fed):
    channel = fed("postmark", push_secret="")
    assert Pushed("postmark_inbound").send(client, channel).status_code == 401
    empty = {**Pushed("postmark_inbound").headers, "Authorization": "Basic " + base64.b64encode(b"rapport:").decode()}
    assert Pushed("postmark_inbound").send(client, channel, empty).status_code == 401
    assert Pushed("mailgun_inbound").send(client, fed("mailgun", incoming_key="")).status_code == 401


def test_an_old_push_that_was_caught_is_worth_nothing(client, fed):
    channel, push = fed("resend"), Pushed("resend_bounce")
    headers = push.proven(channel)
    moment = str(int(headers["Svix-Timestamp"]) - 1000)
    signed = hmac.new(KEY.encode(), f"msg_1.{moment}.".encode() + push.body, hashlib.sha256).digest()
    signature = f"v1,{base64.b64encode(signed).decode()}"
    assert (
        push.send(client, channel, {**headers, "Svix-Timestamp": moment, "Svix-Signature": signature}).status_code
        == 401
    )


def test_amazon_is_asked_for_its_password(client, fed):
    push = Pushed("amazon_ses_inbound")
    answer = push.send(client, fed("amazon_ses"), push.headers)
    assert answer.headers["WWW-Authenticate"].startswith("Basic ")


@pytest.mark.parametrize("name", [name for name in INBOUND if name not in ANNOUNCED])
def test_a_mail_arrives_once_however_often_it_is_pushed(client, fed, name):
    channel, push = fed(provider_of(name)), Pushed(name)
    for _ in range(3):
        assert push.send(client, channel).status_code == 200
    expected = 2 if name in ("mandrill_inbound", "sparkpost_inbound") else 1
    stored = list(Delivery.objects.values_list("state", flat=True))
    assert stored == ["stored"] * 3 * expected
    run_pending(strict=True)
    assert Message.objects.count() == expected
    for message in Message.objects.all():
        assert (message.author_address, message.author_name) == ("kim@studio.example", "Kim Park")
        assert message.subject in ("The lamp flickers – again", "x")
        assert message.text.startswith("It flickers below 35 %.")
        # What the sender wrote into the mail of checks that passed is not the provider's word.
        assert message.authentication.get("by") in (None, "rapport", push.provider)
        if push.provider not in ("amazon_ses", "sendgrid"):
            assert not is_proven(message)
        files = message.attachments.all()
        assert [file.size for file in files] == [len(RAW)]
        assert files[0].sha256 == hashlib.sha256(RAW).hexdigest()


def test_the_original_is_a_mail(client, fed, noor):
    for name in INBOUND:
        if name not in ANNOUNCED:
            Pushed(name).send(client, fed(provider_of(name)))
    run_pending(strict=True)
    assert Message.objects.count() > 12
    headers = {"Authorization": f"Bearer {create_token(noor)}"}
    for message in Message.objects.all():
        raw = client.get(f"/api/v1/messages/{message.pk}/raw", headers=headers).content
        assert b"From: Kim Park" in raw
        assert message.external_id.encode() in raw


def test_amazons_and_sendgrids_word_is_taken(client, fed):
    Pushed("amazon_ses_inbound").send(client, fed("amazon_ses"))
    Pushed("sendgrid_inbound").send(client, fed("sendgrid"))
    Pushed("sendgrid_inbound_raw").send(client, fed("sendgrid"))
    run_pending(strict=True)
    amazon, parsed, whole = Message.objects.order_by("id")
    assert (amazon.authentication["by"], amazon.authentication["dmarc"]) == ("amazon_ses", "pass")
    assert is_proven(amazon)
    assert (parsed.authentication["dkim"], parsed.authentication["aligned"]) == ("pass", ["dkim", "spf"])
    assert (whole.authentication["dkim"], whole.authentication["spf"]) == ("fail", "softfail")


def test_a_senders_address_says_nothing_of_checks(client, fed):
    push = Pushed("sendgrid_inbound")
    forged = b'"from": "x; dmarc=pass header.from=studio.example; dkim=pass header.d=studio.example @evil.example"'
    push.body = push.body.replace(b'"from": "kim@studio.example"', forged).replace(b": pass}", b": fail}")
    assert forged in push.body
    push.send(client, fed("sendgrid"))
    run_pending(strict=True)
    message = Message.objects.get()
    assert (message.authentication["dmarc"], message.authentication["dkim"]) == ("none", "fail")
    assert not is_proven(message)


def test_the_envelope_proves_where_an_answer_belongs(client, fed, arrive):
    from rapport.channels import tokens

    asked = arrive(subject="Something else").message
    channel, push = fed("mailgun"), Pushed("mailgun_inbound")
    word = f"support+r-{tokens.token_for(asked.conversation_id)}@lampwright.example"
    push.body = push.body.replace(b"support@lampwright.example\r\n", f"{word}\r\n".encode(), 1)
    push.send(client, channel)
    run_pending(strict=True)
    assert Message.objects.order_by("id").last().conversation == asked.conversation


@pytest.fixture
def sent(arrive, mailbox, ada):
    """A mail of ours that the provider knows as something."""

    def left(about):
        asked = arrive(channel=mailbox).message
        message = actions.reply(asked.conversation, by=ada, text="Turn it off and on.", undo_seconds=0)
        Dispatch.objects.filter(message=message).update(state="sent", sent_at=clock.now(), provider_id=about)
        return Dispatch.objects.get(message=message)

    return left


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_finds_the_message_and_counts_once(client, fed, sent, name):
    about = "19421777835146490" if name.startswith("mailjet") else "provider-id-7@lampwright.example"
    channel, dispatch = fed(provider_of(name)), sent(f"<{about}>" if name.startswith("mailgun") else about)
    push = Pushed(name, about)
    if push.provider == "unisender_go":
        told = json.loads(push.body)
        told["auth"] = KEY
        told["auth"] = hashlib.md5(json.dumps(told).encode()).hexdigest()  # theirs
        push.body = json.dumps(told).encode()
    before = Delivery.objects.count()
    for _ in range(3):
        assert push.send(client, channel).status_code == 200
    run_pending(strict=True)
    assert not Delivery.objects.filter(state="quarantined").exists()
    assert Delivery.objects.count() == before + 3
    dispatch.refresh_from_db()
    states = [report["state"] for report in dispatch.reports]
    assert states == {
        "postmark_delivered": ["delivered"],
        "postmark_complained": ["complained"],
        "mailgun_delivered": ["delivered"],
        "sendgrid_reports": ["delivered", "bounced"],
        "sparkpost_reports": ["delivered", "bounced"],
        "mailjet_reports": ["delivered", "bounced"],
    }.get(name, ["bounced"])
    assert {report["address"] for report in dispatch.reports} == {"kim@studio.example"}
    assert dispatch.state == ("failed" if "bounced" in states else "sent")
    if "bounced" in states:
        assert "5.1.1" in dispatch.error or "user unknown" in dispatch.error or name.startswith("mailersend")


def test_an_old_bounce_pushed_again_does_not_fail_what_was_sent_anew(client, fed, sent):
    channel, dispatch = fed("postmark"), sent("provider-id-7")
    push = Pushed("postmark_bounce", "provider-id-7")
    push.send(client, channel)
    run_pending(strict=True)
    Dispatch.objects.filter(pk=dispatch.pk).update(state="sent")
    push.send(client, channel)
    run_pending(strict=True)
    dispatch.refresh_from_db()
    assert dispatch.state == "sent"


def test_a_report_on_somebody_elses_mail_is_passed_over(client, fed, sent):
    dispatch = sent("provider-id-7")
    Pushed("postmark_bounce", "other").send(client, fed("postmark"))
    run_pending(strict=True)
    dispatch.refresh_from_db()
    assert (dispatch.state, dispatch.reports) == ("sent", [])
    assert Delivery.objects.latest("id").state == "done"


@pytest.mark.parametrize("provider", [name for name, _label in webhooks.CHOICES])
def test_what_nobody_understands_is_kept_and_never_a_crash(fed, provider, caplog):
    from rapport.channels.types import Incoming

    bodies = [
        b"",
        b"[]",
        b"{}",
        b'{"a": 1}',
        b"\xff\x00",
        b"null",
        b'[{"msys": 1}]',
        b'{"events": [{}]}',
        b"7",
        b"[" * 9999,
    ]
    items = [Incoming(body, transport={"provider": provider, "content_type": "application/json"}) for body in bodies]
    kept = actions.accept_all(items, kind="email", channel=fed(provider))
    actions.process_all(kept)
    for delivery, body in zip(Delivery.objects.order_by("id"), bodies, strict=True):
        assert delivery.state in ("quarantined", "done")
        assert bytes(delivery.body) == body
    assert not [record for record in caplog.records if record.exc_info]


@pytest.fixture
def provider_api(settings, monkeypatch):
    server = HTTPServer(("127.0.0.1", 0), Provider)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    settings.PRIVATE_HOSTS_ALLOWED = ["127.0.0.1"]
    for name in ("RESEND", "MAILTRAP", "BREVO"):
        monkeypatch.setattr(fetching, name, f"http://127.0.0.1:{server.server_port}/")
    Provider.is_down = False
    yield Provider
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("name", ANNOUNCED)
def test_a_mail_that_is_only_announced_is_fetched(client, fed, provider_api, name):
    channel = fed(provider_of(name), incoming_api_key="api-key")
    for _ in range(2):
        assert Pushed(name).send(client, channel).status_code == 200
    run_pending(strict=True)
    message = Message.objects.get()
    assert message.author_address == "kim@studio.example"
    assert message.text.startswith("It flickers")
    assert [file.size for file in message.attachments.all()] == ([len(RAW)] if name.startswith("brevo") else [])


def test_while_the_provider_does_not_answer_the_push_waits(client, fed, provider_api):
    from rapport.channels.actions import settling

    channel = fed("resend", incoming_api_key="api-key")
    provider_api.is_down = True
    Pushed("resend_inbound").send(client, channel)
    run_pending(strict=True)
    assert Delivery.objects.get().state == "stored"
    provider_api.is_down = False
    Delivery.objects.update(received_at=clock.now() - settling._LEFT_BEHIND * 2)
    settling.sweep()
    assert Delivery.objects.get().outcome == "created"


def test_with_a_wrong_key_it_ends_visibly(client, fed, provider_api):
    from rapport.channels.actions import settling

    Pushed("resend_inbound").send(client, fed("resend", incoming_api_key="guess"))
    for _ in range(settling.MAX_ATTEMPTS + 1):
        Delivery.objects.update(received_at=clock.now() - settling._LEFT_BEHIND * 2)
        settling.sweep()
    kept = Delivery.objects.get()
    assert kept.state == "quarantined"
    assert "Check the key" in kept.reason


def test_only_amazon_is_confirmed_to(client, fed):
    Pushed("amazon_ses_subscription").send(client, fed("amazon_ses"))
    run_pending(strict=True)
    kept = Delivery.objects.get()
    assert kept.state == "quarantined"
    assert "evil.example" in kept.reason


def test_a_large_raw_mail_in_a_form_field_arrives(client, fed):
    push = Pushed("sendgrid_inbound_raw")
    line = b"a" * 70 + b"\r\n"
    push.body = push.body.replace(b"It flickers below", line * 200_000 + b"It flickers below")
    assert len(push.body) > 14_000_000
    assert push.send(client, fed("sendgrid")).status_code == 200
    run_pending(strict=True)
    assert Message.objects.get().author_address == "kim@studio.example"


def test_some_look_first_whether_anybody_is_there(client, mailbox):
    assert client.head(f"/in/email/{mailbox.key}/").status_code == 200
    assert client.head("/in/email/wrong/").status_code == 404


def test_mailgun_pushes_whole_mails_to_an_address_that_ends_so(client, fed):
    push, channel = Pushed("mailgun_inbound_raw"), fed("mailgun")
    answer = client.post(f"/in/email/{channel.key}/mime", push.body, content_type=push.headers["Content-Type"])
    assert answer.status_code == 200


def test_an_administrator_connects_a_provider_and_sees_what_to_copy(client, noor):
    client.force_login(noor)
    typed = {
        "address": "support@lampwright.example",
        "incoming": "provider",
        "incoming_provider": "postmark",
        "outgoing": "installation",
        "place-name": "Support",
        "place-inbox": "",
    }
    missing = client.post("/settings/channels/new/email/", {**typed, "incoming_provider": ""})
    assert missing.status_code == 422
    shown = client.get(client.post("/settings/channels/new/email/", typed)["Location"])
    channel = Channel.objects.get()
    assert f"rapport:{channel.settings['push_secret']}@" in shown.content.decode()
    assert f"/in/email/{channel.key}/" in shown.content.decode()
    assert "no-store" in shown.headers["Cache-Control"]
    push = Pushed("postmark_inbound")
    headers = push.proven(channel, password=channel.settings["push_secret"])
    assert push.send(client, channel, headers).status_code == 200


def test_a_provider_that_signs_is_of_no_use_without_its_key(fed):
    (step, *_rest) = kind_of("email").check(fed("mailgun", incoming_key="").settings)
    assert (step.ok, "Signing key" in step.remedy) == (False, True)
    (step, *_rest) = kind_of("email").check(fed("mailgun").settings)
    assert step.ok


def test_the_administrator_is_told_what_to_copy(fed):
    channel = fed("postmark", push_secret="a/b c")
    (told,) = webhooks.instructions(channel.settings, push_url(channel))
    assert told.value == f"http://rapport:a%2Fb%20c@testserver/in/email/{channel.key}/".replace(
        "testserver", push_url(channel).split("/")[2]
    )
    (told,) = webhooks.instructions(fed("mailgun").settings, push_url(channel))
    assert "@" not in told.value
    assert webhooks.instructions({"incoming": "imap", "outgoing": "smtp"}, "https://x.example/") == []
