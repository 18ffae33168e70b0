"""What stands under an agent's letters: their own signature, else the inbox's, with the names filled in."""

import re
from html import escape

from django.utils.translation import gettext_lazy as _

from rapport.channels.seam import kinds
from rapport.conversations.models import Inbox, Signature
from rapport.team.models import Agent
from rapport.team.queries import organisation

# What may stand in a signature, and what it says there.
VARIABLES = {
    "name": _("Your name"),
    "first_name": _("Your first name"),
    "email": _("Your email address"),
    "company": _("Your company"),
    "inbox": _("The inbox it is sent from"),
}
_VARIABLE = re.compile(r"\{\{\s*([a-z_]+)\s*\}\}")
LONGEST = 50_000


def own_signature(agent: Agent) -> str:
    """What the agent puts under everything they write, its variables not yet filled in; empty without one."""
    return Signature.objects.filter(agent=agent).values_list("html", flat=True).first() or ""


def filled(html: str, *, agent: Agent, inbox: Inbox | None) -> str:
    """With every variable said; one that is not known stays as it was written."""
    if "{{" not in html:
        return html
    values = {
        "name": agent.name,
        "first_name": agent.name.split(" ")[0],
        "email": agent.email,
        "company": organisation().name,
        "inbox": inbox.name if inbox else "",
    }
    return _VARIABLE.sub(lambda found: escape(values[found[1]]) if found[1] in values else found[0], html)


def cleaned(html: str) -> str:
    """A signature as it may be kept: safe, and empty when it says nothing."""
    kind = next(each for each in kinds().values() if each.abilities.rich_text)
    kept = kind.clean(html[:LONGEST])
    return kept if kind.plain(kept).strip() or "<img" in kept else ""
