"""`/in/<kind>/<key>/`: signed or refused, stored once, whatever the order."""

import hashlib
import hmac
import threading

import pytest
from django.db import connection
from django.test import Client

from rapport.backbone.jobs import run_pending
from rapport.channels import inbound
from rapport.channels.models import Delivery
from rapport.channels.tests.letters import letter
from rapport.conversations.models import Message


def push(client, channel, body, *, secret="whistle"):
    signature = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    address = f"/in/email/{channel.key}/"
    return client.post(address, body, content_type="message/rfc822", headers={"X-Rapport-Signature": signature})


def test_a_signed_mail_is_stored_and_read(client, mailbox):
    assert push(client, mailbox, letter()).status_code == 200
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.channel) == ("stored", mailbox)
    run_pending(strict=True)
    delivery.refresh_from_db()
    assert delivery.outcome == "created"


@pytest.mark.parametrize("how", ["wrong", "missing", "other body", "no secret"])
def test_an_unsigned_mail_is_refused_and_nothing_is_stored(client, mailbox, how):
    body = letter()
    if how == "no secret":
        mailbox.settings = {**mailbox.settings, "push_secret": ""}
        mailbox.save()
    if how == "missing":
        answer = client.post(f"/in/email/{mailbox.key}/", body, content_type="message/rfc822")
    elif how == "other body":
        signature = "sha256=" + hmac.new(b"whistle", b"another", hashlib.sha256).hexdigest()
        answer = client.post(
            f"/in/email/{mailbox.key}/", body, content_type="x/y", headers={"X-Rapport-Signature": signature}
        )
    else:
        answer = push(client, mailbox, body, secret="guess" if how == "wrong" else "")
    assert answer.status_code == 401
    assert not Delivery.objects.exists()


@pytest.mark.parametrize("address", ["/in/email/wrong/", "/in/pigeon/wrong/"])
def test_an_unknown_address_is_unknown(client, mailbox, address):
    assert client.post(address, b"x", content_type="x/y").status_code == 404


def test_looking_is_not_pushing(client, mailbox):
    assert client.get(f"/in/email/{mailbox.key}/").status_code == 405


def test_too_large_is_said(client, mailbox, monkeypatch):
    monkeypatch.setattr(inbound, "MAX_BODY", 100)
    assert push(client, mailbox, b"x" * 101).status_code == 413
    assert not Delivery.objects.exists()


def test_a_full_disk_asks_to_come_again(client, mailbox, monkeypatch):
    from rapport.backbone.files import NoSpace

    def full(*_, **__):
        raise NoSpace

    monkeypatch.setattr(inbound, "accept_all", full)
    answer = push(client, mailbox, letter())
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")


@pytest.mark.django_db(transaction=True)
def test_five_times_in_parallel_has_one_effect(mailbox):
    body = letter(message_id="one@studio.example")
    codes = []

    def post():
        try:
            codes.append(push(Client(), mailbox, body).status_code)
        finally:
            connection.close()

    posts = [threading.Thread(target=post) for _ in range(5)]
    for thread in posts:
        thread.start()
    for thread in posts:
        thread.join()
    run_pending(strict=True)
    assert codes == [200] * 5
    assert Message.objects.count() == 1
    assert sorted(Delivery.objects.values_list("outcome", flat=True)) == ["created", *["duplicate"] * 4]
