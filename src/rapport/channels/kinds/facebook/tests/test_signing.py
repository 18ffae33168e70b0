"""Only what Meta signed under the app's secret is taken, and only it is told that the address is ours."""

import pytest

from rapport.channels.errors import NotAllowed
from rapport.channels.kinds.facebook.kind import Facebook

SETTINGS = {"app_secret": "s3cret", "verify_token": "meatyhamhock", "page_id": "1906385232743451", "app_id": "7"}
# Computed by OpenSSL: printf '{"object":"x"}' | openssl dgst -sha256 -hmac s3cret
BODY = b'{"object":"x"}'
SIGNED = "sha256=58c8073a15efdb4a011ef26b4c754c6b1f7787112fe468d195fa99b741a7655e"


def test_what_meta_signed_is_taken():
    told = Facebook().verify(BODY, {"X-Hub-Signature-256": SIGNED}, SETTINGS)
    assert told == {"provider": "Meta", "page_id": "1906385232743451", "instagram_id": "", "app_id": "7"}


@pytest.mark.parametrize(
    ("body", "headers", "settings"),
    [
        (BODY, {}, SETTINGS),
        (BODY + b" ", {"X-Hub-Signature-256": SIGNED}, SETTINGS),
        (BODY, {"X-Hub-Signature": SIGNED.replace("sha256", "sha1")}, SETTINGS),
        (BODY, {"X-Hub-Signature-256": SIGNED}, {**SETTINGS, "app_secret": "another"}),
        (BODY, {"X-Hub-Signature-256": SIGNED}, {}),
    ],
)
def test_whatever_else_is_refused(body, headers, settings):
    with pytest.raises(NotAllowed):
        Facebook().verify(body, headers, settings)


def test_what_the_simulator_pushes_is_signed_as_meta_signs(api):
    (push,) = api.simulator.says("Hello")
    assert api.kind.verify(push.body, push.headers, api.settings)["provider"] == "Meta"


def test_the_handshake_gives_the_challenge_back():
    asked = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": "meatyhamhock"}
    assert Facebook().greet(asked, SETTINGS).body == "1158201444"
    assert Facebook().greet({}, SETTINGS) is None
    with pytest.raises(NotAllowed):
        Facebook().greet({**asked, "hub.verify_token": "wrong"}, SETTINGS)
