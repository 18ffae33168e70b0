"""Whether the domain a message claims to come from vouches for it, as its channel found and recorded it.

`Message.authentication` is empty when nobody has looked, else
{"by": who looked, "domain": of the author, "spf": …, "dkim": …, "dmarc": …, "arc": …, "aligned": ["dkim", "spf"]},
with the results of RFC 8601 ("pass", "fail", "none", "temperror" …), and besides them "pending" while we are still
looking and "unchecked" where we could not. `aligned` names the checks that passed for the author's own domain.
"""

from collections.abc import Mapping
from typing import Any

from rapport.conversations.models import Message

PENDING, UNCHECKED = "pending", "unchecked"


def is_proven(told: Message | Mapping[str, Any], author_address: str = "") -> bool:
    """Whether it surely comes from the author's domain: DMARC passed, or a signature of that very domain is good.

    Takes a message, or what is to become its `authentication` together with the address it speaks for. Anything
    unknown, pending or for another domain than the author's is not proven.
    """
    found, address = _found(told, author_address)
    domain = str(found.get("domain") or "").lower()
    if not found.get("by") or not domain or address.rpartition("@")[2].lower() != domain:
        return False
    dmarc = found.get("dmarc")
    return dmarc == "pass" or (dmarc == "none" and "dkim" in (found.get("aligned") or ()))


def is_pending(told: Message | Mapping[str, Any]) -> bool:
    """Whether we are still asking; `MessageAuthenticated` is announced when we know."""
    return _found(told, "")[0].get("dmarc") == PENDING


def is_doubtful(told: Message | Mapping[str, Any]) -> bool:
    """Whether the author's domain says how its mail is known, and this one is not."""
    return _found(told, "")[0].get("dmarc") == "fail"


def _found(told: Message | Mapping[str, Any], address: str) -> tuple[Mapping[str, Any], str]:
    if isinstance(told, Message):
        return told.authentication or {}, told.author_address
    return told, address
