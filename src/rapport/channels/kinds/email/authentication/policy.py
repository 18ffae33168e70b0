"""DMARC: what a domain says of its mail, and where its organisation begins (RFC 9989, "DNS tree walk")."""

import re
from dataclasses import dataclass, field

from rapport.channels.kinds.email.authentication.names import Names

_TAG = re.compile(r"\s*([a-z]+)\s*=\s*([^;]*?)\s*(?:;|$)", re.IGNORECASE)
_MOST_LABELS = 8


@dataclass(frozen=True)
class Policy:
    """A record as its tags, under the name that it was found at."""

    at: str
    tags: dict[str, str] = field(default_factory=dict)

    def is_strict(self, method: str) -> bool:
        return self.tags.get("adkim" if method == "dkim" else "aspf", "r").lower() == "s"


def policy_of(domain: str, names: Names) -> Policy | None:
    """The domain's own, else that of its organisation. Raises CannotAsk."""
    found = _walk(domain, names)
    own = next((policy for policy in found if policy.at == domain), None)
    top = organisation_of(domain, names)
    return own or next((policy for policy in found if policy.at == top), None) or next(iter(found), None)


def organisation_of(domain: str, names: Names) -> str:
    """The highest name whose owner answers for this one. Raises CannotAsk."""
    found = _walk(domain, names)
    for policy in found:
        is_public = policy.tags.get("psd", "u").lower()
        if is_public == "n":
            return policy.at
        if is_public == "y" and policy.at != domain:
            # One below a name under which anybody registers.
            count = policy.at.count(".") + 2
            return ".".join(domain.split(".")[-count:])
    return found[-1].at if found else domain


def is_aligned(authenticated: str, author: str, policy: Policy | None, method: str, names: Names) -> bool:
    """Whether a domain that a check passed for is the author's: the same, or of the same organisation."""
    if not authenticated or not author:
        return False
    if authenticated == author:
        return True
    if policy is not None and policy.is_strict(method):
        return False
    return organisation_of(authenticated, names) == organisation_of(author, names)


def _walk(domain: str, names: Names) -> list[Policy]:
    """Records from the domain upwards. At most eight questions, however long the name is."""
    found: list[Policy] = []
    labels = domain.split(".")
    while labels:
        name = ".".join(labels)
        policy = _record(name, names)
        if policy is not None:
            found.append(policy)
            if policy.tags.get("psd", "u").lower() == "n" or (policy.tags.get("psd") == "y" and name != domain):
                break
        labels = labels[-(_MOST_LABELS - 1) :] if len(labels) > _MOST_LABELS else labels[1:]
    return found


def _record(name: str, names: Names) -> Policy | None:
    texts = [text for text in names.texts(f"_dmarc.{name}") if text[:8].lower() == b"v=dmarc1"]
    if len(texts) != 1:
        return None
    tags = {tag.lower(): value for tag, value in _TAG.findall(texts[0].decode("ascii", "replace"))}
    return Policy(name, tags) if tags.get("v", "").upper() == "DMARC1" else None
