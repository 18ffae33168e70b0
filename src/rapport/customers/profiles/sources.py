"""Notes about a customer, and the records that became theirs, on the timeline."""

from collections.abc import Sequence

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rapport.customers.models import Customer, CustomerMerge
from rapport.customers.profiles.notes import notes_of
from rapport.customers.timeline import Entry, Place, capped, older
from rapport.team.models import Agent


class Notes:
    kind: str = "notes"
    label: str | Promise = gettext_lazy("Notes")
    icon: str = "note"

    def entries(self, customer: Customer, *, viewer: Agent, before: Place | None, limit: int) -> Sequence[Entry]:
        rows = older(notes_of(customer), before, kind=self.kind, at="at")
        return [
            Entry(
                kind=self.kind,
                id=row.pk,
                at=row.at,
                icon=self.icon,
                title=_("Note by %(name)s") % {"name": row.by.name} if row.by else _("Note"),
                detail=row.text,
                tone="note",
                badge=_("Pinned") if row.pinned_at else "",
            )
            for row in rows[:limit]
        ]

    def count(self, customer: Customer, *, viewer: Agent) -> int:
        return capped(notes_of(customer))


class Merges:
    kind: str = "merges"
    label: str | Promise = gettext_lazy("Merges")
    icon: str = "merge"

    def entries(self, customer: Customer, *, viewer: Agent, before: Place | None, limit: int) -> Sequence[Entry]:
        rows = older(self._of(customer), before, kind=self.kind, at="at").select_related("origin", "by")
        return [
            Entry(
                kind=self.kind,
                id=row.pk,
                at=row.at,
                icon=self.icon,
                title=_("%(name)s became part of this customer") % {"name": row.origin.display_name},
                where=row.by.name if row.by else _("Because a channel vouched for it"),
            )
            for row in rows[:limit]
        ]

    def count(self, customer: Customer, *, viewer: Agent) -> int:
        return capped(self._of(customer))

    def _of(self, customer: Customer) -> QuerySet[CustomerMerge]:
        return CustomerMerge.objects.filter(destination=customer, undone_at=None)
