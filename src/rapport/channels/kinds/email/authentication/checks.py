"""Finding out ourselves whether the author's domain vouches for a mail. It asks the network: never while receiving."""

from dataclasses import dataclass
from typing import Any

from rapport.channels.kinds.email.authentication.domains import plain
from rapport.channels.kinds.email.authentication.names import CannotAsk, Names
from rapport.channels.kinds.email.authentication.origin import origin
from rapport.channels.kinds.email.authentication.policy import Policy, is_aligned, policy_of
from rapport.channels.kinds.email.authentication.signatures import chain, signers

# Larger ones are taken apart for their text and files; hashing them once more would need several times their size.
MAX_SIGNED = 32 * 1024 * 1024
BY = "rapport"


@dataclass(frozen=True)
class Envelope:
    """The machine that handed the mail over, what it calls itself, and the sender it named; as far as we know them."""

    peer: str = ""
    helo: str = ""
    sender: str = ""


def checked(
    raw: bytes, *, from_domain: str, envelope: Envelope = Envelope(), names: Names | None = None
) -> dict[str, Any]:
    """SPF, DKIM, DMARC and ARC of a mail. What cannot be asked is "unchecked"; that is never a failure."""
    names = names or Names()
    domain = plain(from_domain)
    spf, spf_domain = origin(envelope.peer, envelope.helo, envelope.sender, names)
    dkim, signed_by = signers(raw, names) if len(raw) <= MAX_SIGNED else ("unchecked", [])
    found: dict[str, Any] = {"by": BY, "domain": domain, "spf": spf, "dkim": dkim, "aligned": []}
    found["arc"] = chain(raw, names) if len(raw) <= MAX_SIGNED else "unchecked"
    if not domain:
        return {**found, "dmarc": "permerror"}
    try:
        policy = policy_of(domain, names)
        found["aligned"] = _aligned(domain, policy, spf, spf_domain, signed_by, names)
    except CannotAsk:
        return {**found, "dmarc": "unchecked"}
    return {**found, "dmarc": _dmarc(found, policy)}


def _aligned(
    domain: str, policy: Policy | None, spf: str, spf_domain: str, signed_by: list[str], names: Names
) -> list[str]:
    aligned = []
    if any(is_aligned(signer, domain, policy, "dkim", names) for signer in signed_by):
        aligned.append("dkim")
    if spf == "pass" and is_aligned(spf_domain, domain, policy, "spf", names):
        aligned.append("spf")
    return aligned


def _dmarc(found: dict[str, Any], policy: Policy | None) -> str:
    if policy is None:
        return "none"
    if found["aligned"]:
        return "pass"
    return "unchecked" if "unchecked" in (found["spf"], found["dkim"]) else "fail"
