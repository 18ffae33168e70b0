"""What speaks for a machine, found without asking anybody else: it is kept as junk, and nobody is disturbed."""

import re

from django.utils.translation import gettext as _

from rapport.kit.limiting import Limiter

MOST_LINKS = 3
_LINK = re.compile(r"https?://|\bwww\.", re.IGNORECASE)
_MARKUP = re.compile(r"\[url\b|\[link\b|<a\s", re.IGNORECASE)

# A family behind one address, and a company behind one domain, stay far below these.
_BY_PLACE = Limiter(burst=10, a_second=10 / 600)
_BY_PERSON = Limiter(burst=5, a_second=5 / 3600)
_BY_DOMAIN = Limiter(burst=200, a_second=200 / 3600)


def suspicion(*, name: str, subject: str, text: str, trap: str, most_links: int = MOST_LINKS) -> str:
    """Why this looks like a machine's; empty when it does not."""
    if trap.strip():
        return _("A field was filled in that people do not see.")
    if _LINK.search(name) or _LINK.search(subject):
        return _("There is a link where a name or a subject belongs.")
    if _MARKUP.search(text):
        return _("It is written in the markup of link spam.")
    count = len(_LINK.findall(text))
    return _("It holds %(count)d links.") % {"count": count} if count > most_links else ""


def admit(*, place: str, email: str) -> None:
    """Count one more from this address of the network, by this person, of this domain. Raises TooMany."""
    _BY_PLACE.admit(place)
    _BY_PERSON.admit(email.strip().lower())
    _BY_DOMAIN.admit(email.rpartition("@")[2].strip().lower())
