"""A box in a form by which people agree to something. It is never ticked beforehand.

What stands beside it goes out signed and comes back with what is sent: kept is what they really had before them, even
if somebody changed the form meanwhile.
"""

import ipaddress
from collections.abc import Mapping
from typing import Any

from django.core import signing
from django.utils import translation

from rapport.channels.contact import stamping
from rapport.channels.types import Consent
from rapport.channels.visitors.offering import in_language
from rapport.customers.consent.queries import purpose_called, purposes
from rapport.customers.consent.types import Channel as Way
from rapport.kit.text import one_line

_SALT = "rapport.channels.contact.consent"


def purposes_offered() -> list[tuple[str, str]]:
    """What may be agreed to: nobody agrees to service messages, which are always sent."""
    return [(each.key, each.label) for each in purposes() if not each.is_service]


def ways_offered() -> list[tuple[str, Any]]:
    return [(each.value, each.label) for each in (Way.EMAIL, Way.SMS, Way.PHONE, Way.WHATSAPP, Way.ANY)]


def asked(settings: Mapping[str, Any]) -> Consent | None:
    """What this form asks in the reader's language; None where it does not, or the purpose is used no longer."""
    key = str(settings.get("consent_purpose") or "")
    text = one_line(in_language(settings.get("consent_text", ""), (translation.get_language() or "en").lower()))
    purpose = purpose_called(key) if key and text else None
    if purpose is None or purpose.is_service:
        return None
    return Consent(purpose.key, str(settings.get("consent_way") or Way.EMAIL), text)


def word_of(consent: Consent) -> str:
    return signing.dumps([consent.purpose, consent.way, consent.text], salt=_SALT, compress=True)


def read(word: str) -> Consent | None:
    """None for one that we did not make, and for one of yesterday."""
    try:
        purpose, way, text = signing.loads(word, salt=_SALT, max_age=stamping.LONGEST)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return Consent(str(purpose), str(way), str(text))


def network_address(said: str) -> str:
    """As it is kept; empty for what is none, such as the name of a socket."""
    try:
        return str(ipaddress.ip_address(said))
    except ValueError:
        return ""
