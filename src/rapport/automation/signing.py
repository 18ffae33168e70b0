"""Secrets and signatures of webhooks, as Standard Webhooks 1.0 has them.

What is signed is `id.timestamp.body`, with HMAC-SHA256 and the bytes behind `whsec_`; the header holds one `v1,` and
Base64 for each secret that is valid, apart by spaces.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime

PREFIX = "whsec_"
_BYTES = 32


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
