"""Macros and canned replies: what they fill in is said in our words, what we cannot fill in stays readable."""

import re
from collections.abc import Sequence

from django.utils.translation import gettext as _

from rapport.automation.actions.macros import save_macro
from rapport.automation.errors import Mistaken
from rapport.automation.models import Macro as OurMacro
from rapport.automation.types import LONGEST_NAME, LONGEST_TEXT, Sharing
from rapport.automation.variables import VARIABLES
from rapport.exchange.moving_in.types import Kind, Macro
from rapport.exchange.moving_in.writing.ledger import Ledger, known_things
from rapport.kit.text import one_line
from rapport.team.models import Agent

_KIND = Kind.MACROS
_HOLE = re.compile(r"\{\{\s*(.*?)\s*\}\}|\{%.*?%\}|#\{\s*(.*?)\s*\}", re.DOTALL)
_FOREIGN = {
    "ticket.requester.name": "customer.name", "ticket.requester.first_name": "customer.first_name",
    "ticket.requester.email": "customer.email", "ticket.organization.name": "customer.company",
    "ticket.requester.organization.name": "customer.company", "ticket.id": "conversation.number",
    "ticket.title": "conversation.subject", "ticket.subject": "conversation.subject",
    "current_user.name": "agent.name", "current_user.first_name": "agent.first_name",
    "current_user.email": "agent.email", "ticket.assignee.name": "agent.name",
    "ticket.agent.name": "agent.name", "ticket.requester.firstname": "customer.first_name",
    "ticket.company.name": "customer.company",
    "contact.name": "customer.name", "contact.first_name": "customer.first_name", "contact.email": "customer.email",
    "conversation.id": "conversation.number", "agent.name": "agent.name", "agent.first_name": "agent.first_name",
    "agent.email": "agent.email", "ticket.customer.firstname": "customer.first_name",
    "ticket.customer.fullname": "customer.name", "ticket.customer.email": "customer.email",
    "ticket.number": "conversation.number", "user.firstname": "agent.first_name", "user.fullname": "agent.name",
    "user.email": "agent.email", "config.organization": "company.name", "ticket.organization": "customer.company",
}  # fmt: skip


def write(macros: Sequence[Macro], ledger: Ledger, *, by: Agent) -> None:
    """In the caller's transaction. What was changed here since it came stays as it is here."""
    things = known_things(ledger.account, _KIND, [each.key for each in macros])
    here = OurMacro.objects.in_bulk([thing.ours for thing in things.values()])
    for each in macros:
        thing = things.get(each.key)
        ours = here.get(thing.ours) if thing else None
        if thing and (ours is None or ours.deleted_at or ours.updated_at > thing.at or thing.version == each.version):
            ledger.count(_KIND, "same")
            continue
        try:
            made = _save(ours, each, by)
        except Mistaken as error:
            ledger.count(_KIND, "wrong")
            ledger.wrong(_KIND, each.key, f"{one_line(each.name)[:80]}: {error}")
            continue
        OurMacro.objects.filter(pk=made.pk).update(updated_at=ledger.at)
        ledger.count(_KIND, "changed" if ours else "new")
        ledger.note(_KIND, each.key, made.pk, version=each.version, is_new=thing.is_new if thing else True)


def _save(ours: OurMacro | None, each: Macro, by: Agent) -> OurMacro:
    said = {
        "name": one_line(each.name)[:LONGEST_NAME] or each.key,
        "folder": one_line(each.folder),
        "html": translated(each.html),
        "steps": [dict(step) for step in each.steps],
        "sharing": Sharing.EVERYONE,
    }
    if len(each.html) > LONGEST_TEXT:
        raise Mistaken(_("A text may have %(count)d characters.") % {"count": LONGEST_TEXT})
    shortcut = re.sub(r"[^\w-]+", "-", each.shortcut.strip().lower()).strip("-_")[:30]
    if shortcut and ours is None and not OurMacro.objects.filter(shortcut=shortcut, deleted_at=None).exists():
        said["shortcut"] = shortcut
    return save_macro(ours, by=by, **said)


def translated(html: str) -> str:
    """Names to fill in, as we call them; those that nobody here knows stand in square brackets."""
    return (
        _HOLE.sub(_filled, html)
        .replace("{{ ", "\x00")
        .replace(" }}", "\x01")
        .replace("{{", "[")
        .replace("}}", "]")
        .replace("\x00", "{{ ")
        .replace("\x01", " }}")
    )


def _filled(hole: re.Match[str]) -> str:
    said = (hole[1] or hole[2] or "").partition("|")[0].strip()
    ours = said if said in VARIABLES else _FOREIGN.get(said.lower(), "")
    if ours:
        return f"{{{{ {ours} }}}}"
    return f"[{said}]" if said else ""
