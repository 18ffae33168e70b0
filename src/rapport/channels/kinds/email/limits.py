"""How many mails a server takes: what the administrator says, else what its provider is known to allow."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.mail import get_connection

from rapport.channels.types import Limit

MINUTE, HOUR, DAY = 60, 3600, 86_400
FIELDS = {"per_minute": MINUTE, "per_hour": HOUR, "per_day": DAY}

# As published by the providers; what a server's name ends in, and what it allows.
#   support.google.com/a/answer/166852 (2,000 a day with Workspace) and /a/answer/2956491 (the relay)
#   learn.microsoft.com, "Exchange Online limits": 30 messages a minute, 10,000 recipients a day
_KNOWN: tuple[tuple[str, dict[str, int]], ...] = (
    ("smtp-relay.gmail.com", {"per_day": 10_000}),
    ("gmail.com", {"per_day": 500}),
    ("googlemail.com", {"per_day": 500}),
    ("smtp-mail.outlook.com", {"per_minute": 30, "per_day": 300}),
    ("office365.com", {"per_minute": 30, "per_day": 10_000}),
    ("outlook.com", {"per_minute": 30, "per_day": 10_000}),
    ("mail.yahoo.com", {"per_day": 500}),
    ("mail.me.com", {"per_day": 1_000}),
)
_TOO_MANY = re.compile(
    r"too many (?:messages|mails?|e-?mails|recipients|connections|concurrent|requests|sessions|login)|"
    r"rate.?limit|throttl|(?:sending|message|submission|daily|hourly|user|quota).{0,40}(?:limit|quota)\b.{0,30}"
    r"(?:exceed|reach)|exceeded.{0,60}(?:limit|quota|rate)|unusual rate|slow down|"
    r"\b4\.7\.28\b|\b4\.3\.2 STOREDRV|\b4\.5\.3 .{0,40}too many|发送频率|超过.{0,12}(?:限制|上限)",
    re.IGNORECASE,
)
# A full mailbox is about one recipient, whatever words say it.
_ONE_RECIPIENT = re.compile(r"\b[45]\.2\.2\b|mailbox (?:is )?full|over quota|inbox is full|mailbox size", re.IGNORECASE)


def limits(settings: Mapping[str, Any]) -> Sequence[Limit]:
    """What the settings say, field by field, else what is known of the provider; an administrator's 0 means none."""
    known = usual(settings)
    found: list[Limit] = []
    for name, seconds in FIELDS.items():
        said = settings.get(name)
        count = int(said) if said is not None and str(said).strip() else known.get(name, 0)
        if count > 0:
            found.append(Limit(count, seconds))
    return found


def usual(settings: Mapping[str, Any]) -> Mapping[str, int]:
    """What the provider of this way out is known to allow."""
    match settings.get("outgoing"):
        case "smtp":
            host = str(settings.get("smtp_host") or "")
        case "installation":
            host = str(getattr(get_connection(), "host", "") or "")
        case _:
            # Providers with an interface of their own say 429, which slows the channel down.
            host = ""
    host = host.strip().rstrip(".").lower()
    return next((known for ending, known in _KNOWN if host == ending or host.endswith(f".{ending}")), {})


def is_too_many(code: int, said: str) -> bool:
    """Whether a refusal is about how much was sent lately, by anyone, rather than about this mail."""
    return code == 429 or (400 <= code < 500 and bool(_TOO_MANY.search(said)) and not _ONE_RECIPIENT.search(said))
