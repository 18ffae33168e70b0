"""Stages on a customer's timeline."""

from collections.abc import Sequence

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rapport.customers import timeline
from rapport.customers.lifecycle.models import StageEntry
from rapport.customers.lifecycle.queries import moves, why
from rapport.team.models import Agent

_TONES = {"good": "good", "bad": "bad", "accent": "accent"}


class Stages:
    """Each move from stage to stage."""

    kind, icon = "stages", "arrow-right"
    label: str | Promise = gettext_lazy("Stages")

    def entries(
        self, whose: timeline.Whose, *, viewer: Agent, before: timeline.Place | None, limit: int
    ) -> Sequence[timeline.Entry]:
        rows = timeline.older(_of(whose), before, kind=self.kind, at="since")
        return [self._entry(row) for row in rows[:limit]]

    def count(self, whose: timeline.Whose, *, viewer: Agent) -> int:
        return timeline.capped(_of(whose))

    def _entry(self, row: StageEntry) -> timeline.Entry:
        told = {"before": row.origin.label if row.origin else "", "after": row.stage.label}
        moved = _("From %(before)s to %(after)s") if row.origin else _("Stage: %(after)s")
        return timeline.Entry(
            self.kind,
            row.pk,
            row.since,
            icon=self.icon,
            title=moved % told,
            detail=why(row),
            where=row.by.name if row.by else _("By the rules of the life cycle"),
            tone=_TONES.get(row.stage.tone, ""),
            customer=row.customer_id,
        )


def _of(whose: timeline.Whose) -> QuerySet[StageEntry]:
    return moves().filter(whose.are())
