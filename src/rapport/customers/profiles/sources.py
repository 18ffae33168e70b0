"""Notes about a customer, and the records that became theirs, on the timeline."""

from collections.abc import Sequence

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rapport.customers.models import CustomerMerge
from rapport.customers.profiles.models import CustomerNote
from rapport.customers.profiles.notes import present
from rapport.customers.timeline import Entry, Place, Whose, capped, older
from rapport.team.models import Agent


class Notes:
    kind: str = "notes"
    label: str | Promise = gettext_lazy("Notes")
    icon: str = "note"

    def entries(self, whose: Whose, *, viewer: Agent, before: Place | None, limit: int) -> Sequence[Entry]:
        rows = older(self._of(whose), before, kind=self.kind, at="at")
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
                customer=row.customer_id,
            )
            for row in rows[:limit]
        ]

    def count(self, whose: Whose, *, viewer: Agent) -> int:
        return capped(self._of(whose))

    def _of(self, whose: Whose) -> QuerySet[CustomerNote]:
        return present().filter(whose.are())


class Merges:
    kind: str = "merges"
    label: str | Promise = gettext_lazy("Merges")
    icon: str = "merge"

    def entries(self, whose: Whose, *, viewer: Agent, before: Place | None, limit: int) -> Sequence[Entry]:
        rows = older(self._of(whose), before, kind=self.kind, at="at").select_related("origin", "by")
        return [
            Entry(
                kind=self.kind,
                id=row.pk,
                at=row.at,
                icon=self.icon,
                title=_("%(name)s became part of this customer") % {"name": row.origin.display_name},
                where=row.by.name if row.by else _("Because a channel vouched for it"),
                customer=row.destination_id,
            )
            for row in rows[:limit]
        ]

    def count(self, whose: Whose, *, viewer: Agent) -> int:
        return capped(self._of(whose))

    def _of(self, whose: Whose) -> QuerySet[CustomerMerge]:
        return CustomerMerge.objects.filter(whose.are("destination"), undone_at=None)
