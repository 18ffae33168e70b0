"""Names that are filled in when a text is used: `{{ customer.first_name }}`, or with words for when there is none,
`{{ customer.first_name | there }}`.

A text comes from people, so it never meets a template engine: known names are replaced, nothing else is understood,
and a text with anything else between its braces is not kept.
"""

import re
from dataclasses import dataclass
from html import escape, unescape

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rapport.automation.errors import Mistaken
from rapport.conversations.models import Conversation
from rapport.team.models import Agent
from rapport.team.queries import organisation

VARIABLES = {
    "customer.name": gettext_lazy("The customer's name"),
    "customer.first_name": gettext_lazy("The customer's first name"),
    "customer.email": gettext_lazy("The customer's email address"),
    "customer.company": gettext_lazy("The customer's company"),
    "agent.name": gettext_lazy("Your name"),
    "agent.first_name": gettext_lazy("Your first name"),
    "agent.email": gettext_lazy("Your email address"),
    "conversation.number": gettext_lazy("The conversation's number"),
    "conversation.subject": gettext_lazy("The conversation's subject"),
    "company.name": gettext_lazy("Your company"),
    "inbox.name": gettext_lazy("The inbox"),
}
_VARIABLE = re.compile(r"\{\{\s*([A-Za-z_.]{1,60})\s*(?:\|\s*([^{}|<>]{0,80}?)\s*)?\}\}")
_BRACES = re.compile(r"\{\{.{0,60}|\}\}")


@dataclass(frozen=True)
class Filled:
    """A text with its names in place, and those that there was nothing to say for."""

    text: str
    missing: tuple[str, ...] = ()


def refuse_unknown(text: str, *, field: str = "") -> None:
    """Raises Mistaken for a name that is not known, and for braces that hold no name."""
    for found in _VARIABLE.finditer(text):
        if found[1] not in VARIABLES:
            said = {"name": found[1], "known": ", ".join(VARIABLES)}
            raise Mistaken(_("There is no “%(name)s” to fill in. Known are %(known)s.") % said, field=field)
    if stray := _BRACES.search(_VARIABLE.sub("", text)):
        said = {"text": unescape(re.sub(r"<[^>]*>?", "", stray[0]))[:40]}
        raise Mistaken(_("“%(text)s” is no name that can be filled in. Insert one from the list.") % said, field=field)


def values_for(conversation: Conversation, *, agent: Agent | None) -> dict[str, str]:
    """What each name says here; empty where there is nothing to say. Costs a query for the company's name."""
    customer = conversation.customer
    return {
        "customer.name": customer.name,
        "customer.first_name": _first(customer.name),
        "customer.email": customer.email,
        "customer.company": customer.company.name if customer.company else "",
        "agent.name": agent.name if agent else "",
        "agent.first_name": _first(agent.name) if agent else "",
        "agent.email": agent.email if agent else "",
        "conversation.number": str(conversation.number),
        "conversation.subject": conversation.subject,
        "company.name": organisation().name,
        "inbox.name": conversation.inbox.name,
    }


def filled(text: str, values: dict[str, str], *, is_html: bool, blank: str | None = None) -> Filled:
    """With every name said. One that has nothing to say, nor words for that, stays as it is, in HTML as code.

    With `blank` that stands in its place instead.
    """
    missing: list[str] = []

    def say(found: re.Match[str]) -> str:
        name, otherwise = found[1], found[2]
        if name not in values:
            return found[0]
        if value := " ".join(values[name].split()):
            return escape(value) if is_html else value
        if otherwise is not None:
            return otherwise
        missing.append(name)
        if blank is not None:
            return blank
        written = f"{{{{ {name} }}}}"
        return f"<code>{written}</code>" if is_html else written

    return Filled(_VARIABLE.sub(say, text), tuple(dict.fromkeys(missing)))


def _first(name: str) -> str:
    return name.split(" ")[0]
