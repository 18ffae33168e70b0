"""The cards beside a customer: addresses, notes and files."""

from typing import Any

from rapport.customers.models import Customer, Identity
from rapport.customers.profiles import filing, identities, notes
from rapport.team.models import Agent

MOST = 50
NOTES = 5


def profile(customer: Customer, viewer: Agent) -> dict[str, Any]:
    """All three. Three queries."""
    return {**addresses(customer), **noted(customer, viewer), **filed(customer)}


def addresses(customer: Customer) -> dict[str, Any]:
    """Each with whether it is the one that lists show; those first."""
    rows = list(Identity.objects.filter(customer=customer)[:MOST])
    known = [
        {
            "row": row,
            "is_primary": identities.is_primary(row, customer),
            "can_be_primary": row.kind in identities.SHOWN_AS and not identities.is_primary(row, customer),
            "is_written": row.kind in identities.WRITTEN,
        }
        for row in rows
    ]
    kinds = list(dict.fromkeys(row.kind for row in rows))
    known.sort(key=lambda each: (kinds.index(each["row"].kind), not each["is_primary"]))  # type: ignore[attr-defined]
    return {"addresses": known, "kinds": [(kind.value, kind.label) for kind in identities.WRITTEN]}


def noted(customer: Customer, viewer: Agent, *, most: int = NOTES) -> dict[str, Any]:
    """The pinned ones, then the newest; the rest is on the timeline."""
    rows = list(notes.pinned_first(customer)[: most + 1])
    shown = [{"row": row, "may_edit": notes.may_edit(row, viewer)} for row in rows[:most]]
    return {"notes": shown, "has_more_notes": len(rows) > most}


def filed(customer: Customer) -> dict[str, Any]:
    return {"files": list(filing.files_of(customer)[:MOST])}
