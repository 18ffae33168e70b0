"""Who really sent a mail: what the host that received it says (RFC 8601), or what we find out ourselves.

The results are those of `rapport.conversations.authentication`.
"""

from collections.abc import Mapping
from typing import Any

from rapport.channels.kinds.email.authentication.checks import BY, Envelope, checked
from rapport.channels.kinds.email.authentication.domains import plain
from rapport.channels.kinds.email.authentication.origin import is_outside
from rapport.channels.kinds.email.authentication.recorded import guess_host, recorded
from rapport.channels.kinds.email.reading import from_domain_of
from rapport.channels.types import MessageReceived

__all__ = ["find_out", "guess_host", "known"]


def known(message: MessageReceived, transport: Mapping[str, str], settings: Mapping[str, Any]) -> dict[str, Any]:
    """What a mail says without asking anybody; with "pending" there is something that `find_out` can ask."""
    provider = transport.get("provider", "")
    found = recorded(message.trace, message.from_domain, provider or guess_host(settings))
    if found or not (transport.get("peer") or provider):
        return found
    is_signed = any(name in ("dkim-signature", "arc-seal") for name, _value in message.trace)
    can_ask = is_signed or is_outside(transport.get("peer", ""))
    if provider and not can_ask:
        return {}
    word = "pending" if can_ask else "unchecked"
    nothing = dict.fromkeys(("spf", "dkim", "dmarc", "arc"), word)
    if not is_signed:
        nothing |= {"dkim": "none", "arc": "none"}
    return {"by": BY, "domain": plain(message.from_domain), **nothing, "aligned": []}


def find_out(mail: bytes, transport: Mapping[str, str]) -> dict[str, Any]:
    """SPF, DKIM, DMARC and ARC, as the name system says now. Takes some seconds at most."""
    envelope = Envelope(*(transport.get(name, "") for name in ("peer", "helo", "sender")))
    return checked(mail, from_domain=from_domain_of(mail), envelope=envelope)
