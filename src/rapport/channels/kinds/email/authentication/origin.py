"""SPF (RFC 7208): whether the machine that handed a mail over may send for the domain of its envelope."""

import ipaddress
import warnings
from typing import Any

from rapport.channels.kinds.email.authentication.domains import domain_in, plain
from rapport.channels.kinds.email.authentication.names import EACH_SECONDS, CannotAsk, Names

with warnings.catch_warnings():
    # It is written for older Pythons, which newer ones say each time they compile it.
    warnings.simplefilter("ignore")
    import spf

_MOST_VOID = 2


def origin(peer: str, helo: str, sender: str, names: Names) -> tuple[str, str]:
    """The result and the domain that it is about; "unchecked" for a machine inside, whose mail came from elsewhere."""
    domain = domain_in(sender) if "@" in sender else plain(helo)
    if not is_outside(peer):
        return "unchecked", domain
    address = ipaddress.ip_address(peer)
    mapped = getattr(address, "ipv4_mapped", None) or address
    try:
        result, _code, _why = _Query(str(mapped), sender if "@" in sender else "", helo or "unknown", names).check()
    except CannotAsk:
        return "unchecked", domain
    except Exception:
        return "permerror", domain
    return str(result), domain


def is_outside(peer: str) -> bool:
    """Whether a machine is out in the world, rather than one of our own that passes mail on to us."""
    try:
        address = ipaddress.ip_address(peer)
    except ValueError:
        return False
    return (getattr(address, "ipv4_mapped", None) or address).is_global


class _Query(spf.query):
    """The library's, asking where we ask and ending when we do."""

    def __init__(self, address: str, sender: str, helo: str, names: Names) -> None:
        self._names = names
        super().__init__(i=address, s=sender, h=helo, timeout=EACH_SECONDS)

    def dns(self, name: Any, qtype: str, cnames: Any = None, ignore_void: bool = False) -> list[Any]:
        found = self._names.look_up(str(name), qtype) if name and qtype != "SPF" else []
        if not found and not ignore_void:
            self.void_lookups += 1
            if self.void_lookups > _MOST_VOID:
                raise spf.PermError("too many questions without an answer")
        return found
