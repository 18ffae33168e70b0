"""Scores that changed, on the timeline."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rapport.customers.segments.models import ScoreChange
from rapport.customers.timeline import Entry, Place, Whose, older
from rapport.team.models import Agent


class Scores:
    kind, label, icon = "scores", gettext_lazy("Scores"), "chart"

    def entries(self, whose: Whose, *, viewer: Agent, before: Place | None, limit: int) -> Sequence[Entry]:
        rows = older(ScoreChange.objects.filter(whose.are()), before, kind=self.kind, at="at")[:limit]
        return [_entry(row) for row in rows]

    def count(self, whose: Whose, *, viewer: Agent) -> int:
        return ScoreChange.objects.filter(whose.are()).count()


def _entry(row: ScoreChange) -> Entry:
    name = row.name.replace("_", " ").capitalize()
    told = {"name": name, "before": said(row.before), "after": said(row.after)}
    if row.before is None:
        title, icon = _("%(name)s is %(after)s") % told, "chart"
    elif row.after >= row.before:
        title, icon = _("%(name)s rose from %(before)s to %(after)s") % told, "up"
    else:
        title, icon = _("%(name)s fell from %(before)s to %(after)s") % told, "down"
    return Entry(
        "scores", row.pk, row.at, icon=icon, title=title, detail=" ".join(row.reasons), customer=row.customer_id
    )


def said(value: float | None) -> str:
    """As people write a number that may be anything."""
    return "" if value is None else f"{value:,.3f}".rstrip("0").rstrip(".")
