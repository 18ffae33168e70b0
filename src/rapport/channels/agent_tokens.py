"""Words in addresses that let one agent answer in one conversation by mail: random, signed, and good for some weeks.

A word alone lets nobody answer: `actions.answering` asks besides that the mail surely comes from that agent.
"""

import base64
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.utils.crypto import salted_hmac

from rapport.kit import clock

GOOD_FOR = timedelta(days=14)
_NONCE, _HOURS, _MAC = 4, 3, 8
_TOKEN = re.compile(r"\+r-([a-z2-7]{27,60})@", re.IGNORECASE)


@dataclass(frozen=True)
class Permit:
    """What a word allows."""

    agent: int
    conversation: int
    until: datetime

    @property
    def is_expired(self) -> bool:
        return self.until <= clock.now()


def token_for(agent_id: int, conversation_id: int) -> str:
    """A fresh word, in lower-case letters and digits that every mail server leaves alone."""
    hours = int((clock.now() + GOOD_FOR).timestamp()) // 3600
    agent = _bytes(agent_id)
    body = secrets.token_bytes(_NONCE) + hours.to_bytes(_HOURS, "big") + bytes([len(agent)]) + agent
    body += _bytes(conversation_id)
    return base64.b32encode(body + _signature(body)).decode().rstrip("=").lower()


def permit_of(token: str) -> Permit | None:
    """What a word allows, expired or not; None when we did not make it."""
    try:
        raw = base64.b32decode(token.upper() + "=" * (-len(token) % 8))
    except ValueError:
        return None
    if base64.b32encode(raw).decode().rstrip("=").lower() != token.lower():
        return None  # the last letter has bits to spare: only one way of writing it is ours
    body, signature = raw[:-_MAC], raw[-_MAC:]
    if len(body) <= _NONCE + _HOURS + 1 or not hmac.compare_digest(signature, _signature(body)):
        return None
    hours, rest = body[_NONCE : _NONCE + _HOURS], body[_NONCE + _HOURS :]
    end = 1 + rest[0]
    until = datetime.fromtimestamp(int.from_bytes(hours, "big") * 3600, tz=UTC)
    return Permit(int.from_bytes(rest[1:end], "big"), int.from_bytes(rest[end:], "big"), until)


def permit_in(addresses: list[str]) -> Permit | None:
    """What the first of these addresses that carries such a word allows."""
    for address in addresses:
        found = _TOKEN.search(address)
        permit = permit_of(found.group(1)) if found else None
        if permit is not None:
            return permit
    return None


def _bytes(number: int) -> bytes:
    return number.to_bytes(max(1, (number.bit_length() + 7) // 8), "big")


def _signature(body: bytes) -> bytes:
    return salted_hmac("rapport.channels.agent_tokens", body, algorithm="sha256").digest()[:_MAC]
