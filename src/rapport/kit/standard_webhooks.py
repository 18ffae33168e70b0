"""Secrets and signatures of webhooks, as Standard Webhooks 1.0 has them.

What is signed is `id.timestamp.body`, with HMAC-SHA256 and the bytes behind `whsec_`; the header holds one `v1,` and
Base64 for each secret that is valid, apart by spaces.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime

PREFIX = "whsec_"
# Seconds by which a moment may be off, as the Standard Webhooks libraries have it.
TOLERANCE = 300
_BYTES, _MOST_DIGITS, _MOST_SIGNATURES = 32, 12, 10


class NotSigned(ValueError):
    """Nobody who knows the secret sent this, or it is too old."""


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(_BYTES)).decode()


def signature(secret: str, *, key: str, at: int, body: bytes) -> str:
    """One signature, such as `v1,g0hM9SsE…`. `at` is in seconds since 1970. Raises ValueError for no such secret."""
    try:
        raw = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError("This is no secret of a webhook.") from error
    signed = f"{key}.{at}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(raw, signed, hashlib.sha256).digest()).decode()


def headers(valid: Iterable[str], *, key: str, at: datetime, body: bytes) -> dict[str, str]:
    """What a receiver checks a call by."""
    seconds = int(at.timestamp())
    return {
        "Content-Type": "application/json",
        "webhook-id": key,
        "webhook-timestamp": str(seconds),
        "webhook-signature": " ".join(signature(each, key=key, at=seconds, body=body) for each in valid),
    }


def verify(valid: Iterable[str], headers: Mapping[str, str], body: bytes, *, now: datetime) -> str:
    """The id of a call that one of these secrets signed within the last five minutes. Raises NotSigned."""
    key, stamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    given = headers.get("webhook-signature", "").split()
    if not key or not given or not stamp.isascii() or not stamp.isdecimal() or len(stamp) > _MOST_DIGITS:
        raise NotSigned("It is not signed: webhook-id, webhook-timestamp or webhook-signature is missing or wrong.")
    if abs(int(stamp) - now.timestamp()) > TOLERANCE:
        raise NotSigned("It was signed more than five minutes ago, or a clock is wrong.")
    expected = [signature(secret, key=key, at=int(stamp), body=body).encode() for secret in valid if secret]
    if not any(hmac.compare_digest(one, each.encode()) for one in expected for each in given[:_MOST_SIGNATURES]):
        raise NotSigned("The signature is wrong.")
    return key
