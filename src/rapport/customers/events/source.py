"""What customers did, on their timeline."""

from collections.abc import Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from rapport.customers.models import CustomerEvent
from rapport.customers.timeline import Entry, Place, Whose, capped, older
from rapport.team.models import Agent

_SHOWN = 4


class Events:
    kind: str = "events"
    label: str | Promise = _("Activity")
    icon: str = "bolt"

    def entries(self, whose: Whose, *, viewer: Agent, before: Place | None, limit: int) -> Sequence[Entry]:
        rows = older(CustomerEvent.objects.filter(whose.are()), before, kind=self.kind, at="at")
        return [self._entry(row) for row in rows[:limit]]

    def count(self, whose: Whose, *, viewer: Agent) -> int:
        return capped(CustomerEvent.objects.filter(whose.are()))

    def _entry(self, row: CustomerEvent) -> Entry:
        return Entry(
            kind=self.kind,
            id=row.pk,
            at=row.at,
            icon=self.icon,
            title=row.name,
            detail=in_words(row.properties),
            where=row.source,
            badge=str(row.money or ""),
            customer=row.customer_id,
        )


def in_words(properties: dict[str, Any]) -> str:
    """The first plain ones: plan: trade, seats: 12."""
    plain = [(key, value) for key, value in properties.items() if isinstance(value, str | int | float) and value != ""]
    return ", ".join(f"{key}: {value}"[:120] for key, value in plain[:_SHOWN])
