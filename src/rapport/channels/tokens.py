"""Words in addresses that prove to which conversation an answer belongs: random, signed, and of no other use."""

import base64
import hmac
import re
import secrets

from django.utils.crypto import salted_hmac

_NONCE, _MAC = 4, 8
_TOKEN = re.compile(r"\+r-([a-z2-7]{20,40})@", re.IGNORECASE)


def token_for(conversation_id: int) -> str:
    """A fresh word for one conversation, in lower-case letters and digits that every mail server leaves alone."""
    number = conversation_id.to_bytes(max(1, (conversation_id.bit_length() + 7) // 8), "big")
    body = secrets.token_bytes(_NONCE) + number
    return base64.b32encode(body + _signature(body)).decode().rstrip("=").lower()


def conversation_of(token: str) -> int | None:
    """The conversation a word was made for; None when we did not make it."""
    try:
        raw = base64.b32decode(token.upper() + "=" * (-len(token) % 8))
    except ValueError:
        return None
    if base64.b32encode(raw).decode().rstrip("=").lower() != token.lower():
        return None  # the last letter has bits to spare: only one way of writing it is ours
    body, signature = raw[:-_MAC], raw[-_MAC:]
    if len(body) <= _NONCE or not hmac.compare_digest(signature, _signature(body)):
        return None
    return int.from_bytes(body[_NONCE:], "big")


def conversation_in(addresses: list[str]) -> int | None:
    """The first conversation that one of these addresses proves."""
    for address in addresses:
        found = _TOKEN.search(address)
        conversation = conversation_of(found.group(1)) if found else None
        if conversation is not None:
            return conversation
    return None


def without_token(text: str) -> str:
    """The same with each such address as the plain one, for whoever is not to answer in a customer's name."""
    return _TOKEN.sub("@", text)


def _signature(body: bytes) -> bytes:
    return salted_hmac("rapport.channels.tokens", body, algorithm="sha256").digest()[:_MAC]
