"""A word in each page that we hand out: when it was, and a name for what is sent by it, so that it counts once.

Whoever posts without having opened the page has none; a machine that has one sends it faster than people write.
"""

import secrets
from dataclasses import dataclass

from django.core import signing

from rapport.kit import clock

SHORTEST = 3
LONGEST = 24 * 3600
_SALT = "rapport.channels.contact"


@dataclass(frozen=True)
class Stamp:
    """`age` is in seconds."""

    name: str
    age: float

    @property
    def is_too_fast(self) -> bool:
        return self.age < SHORTEST


def new(place: str) -> str:
    return signing.dumps([place, secrets.token_hex(16), clock.now().timestamp()], salt=_SALT, compress=True)


def read(word: str, place: str) -> Stamp | None:
    """None for one that we did not make for this place, and for one of yesterday."""
    try:
        where, name, at = signing.loads(word, salt=_SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    age = clock.now().timestamp() - float(at)
    return Stamp(str(name), age) if where == place and age <= LONGEST else None
