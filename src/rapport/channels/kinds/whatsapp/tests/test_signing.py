"""Only what Meta signed under the app's secret is taken, and only it is told that the address is ours."""

import pytest

from rapport.channels.errors import NotAllowed
from rapport.channels.kinds.whatsapp.kind import WhatsApp
from rapport.channels.simulating import Push

SETTINGS = {"app_secret": "s3cret", "verify_token": "meatyhamhock", "phone_number_id": "106540352242922"}
# Computed by OpenSSL: printf '{"object":"x"}' | openssl dgst -sha256 -hmac s3cret
BODY = b'{"object":"x"}'
SIGNED = "sha256=58c8073a15efdb4a011ef26b4c754c6b1f7787112fe468d195fa99b741a7655e"


def test_what_meta_signed_is_taken():
    told = WhatsApp().verify(BODY, {"X-Hub-Signature-256": SIGNED}, SETTINGS)
    assert told == {"provider": "WhatsApp", "phone_number_id": "106540352242922"}


@pytest.mark.parametrize(
    ("body", "headers", "settings"),
    [
        (BODY, {}, SETTINGS),
        (BODY, {"X-Hub-Signature-256": ""}, SETTINGS),
        (BODY + b" ", {"X-Hub-Signature-256": SIGNED}, SETTINGS),
        (BODY, {"X-Hub-Signature-256": SIGNED.removeprefix("sha256=")}, SETTINGS),
        (BODY, {"X-Hub-Signature-256": "sha256=é"}, SETTINGS),
        (BODY, {"X-Hub-Signature-256": SIGNED}, {**SETTINGS, "app_secret": "another"}),
        (BODY, {"X-Hub-Signature-256": SIGNED}, {}),
    ],
)
def test_whatever_else_is_refused(body, headers, settings):
    with pytest.raises(NotAllowed):
        WhatsApp().verify(body, headers, settings)


def test_what_the_simulator_pushes_is_signed_as_meta_signs(api):
    (push,) = api.simulator.says("Hello")
    assert isinstance(push, Push)
    assert api.kind.verify(push.body, push.headers, api.settings)["provider"] == "WhatsApp"


def test_the_handshake_gives_the_challenge_back():
    asked = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": "meatyhamhock"}
    assert WhatsApp().greet(asked, SETTINGS).body == "1158201444"
    assert WhatsApp().greet({}, SETTINGS) is None


@pytest.mark.parametrize(("token", "settings"), [("wrong", SETTINGS), ("", SETTINGS), ("", {}), ("ü", SETTINGS)])
def test_a_stranger_gets_no_challenge_back(token, settings):
    with pytest.raises(NotAllowed):
        WhatsApp().greet({"hub.mode": "subscribe", "hub.challenge": "1", "hub.verify_token": token}, settings)
