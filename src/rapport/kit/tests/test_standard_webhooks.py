"""Who signed a call, as the specification has it."""

from datetime import UTC, datetime, timedelta

import pytest

from rapport.kit import standard_webhooks as webhooks

# The example of the specification's reference libraries.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
KEY, AT = "msg_p5jXN8AQM9LWM0D4loKWxJek", datetime.fromtimestamp(1614265330, UTC)
BODY = b'{"test": 2432232314}'
GOOD = {
    "webhook-id": KEY,
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}


def test_the_published_example_is_signed_and_verified():
    assert webhooks.headers([SECRET], key=KEY, at=AT, body=BODY) == {"Content-Type": "application/json", **GOOD}
    assert webhooks.verify([SECRET], GOOD, BODY, now=AT) == KEY


def test_while_a_secret_changes_either_is_good():
    new = webhooks.new_secret()
    both = webhooks.headers([new, SECRET], key=KEY, at=AT, body=BODY)
    assert webhooks.verify([SECRET], both, BODY, now=AT) == KEY
    assert webhooks.verify(["", new], both, BODY, now=AT) == KEY


@pytest.mark.parametrize(
    "changed",
    [
        {"webhook-id": "msg_other"},
        {"webhook-id": ""},
        {"webhook-timestamp": "1614265331"},
        {"webhook-timestamp": "soon"},
        {"webhook-timestamp": "٣"},
        {"webhook-signature": ""},
        {"webhook-signature": "v1,AAAA"},
        {"webhook-signature": "v1,ü"},
    ],
)
def test_eve_changes_a_header(changed):
    with pytest.raises(webhooks.NotSigned):
        webhooks.verify([SECRET], GOOD | changed, BODY, now=AT)


def test_eve_changes_the_body_or_knows_no_secret():
    for valid, body in (([SECRET], BODY + b" "), ([webhooks.new_secret()], BODY), ([], BODY), ([""], BODY)):
        with pytest.raises(webhooks.NotSigned):
            webhooks.verify(valid, GOOD, body, now=AT)


@pytest.mark.parametrize("minutes", [-6, 6])
def test_an_old_call_is_no_longer_good(minutes):
    with pytest.raises(webhooks.NotSigned):
        webhooks.verify([SECRET], GOOD, BODY, now=AT + timedelta(minutes=minutes))
