"""What customers answered when they were asked how it went, on their timeline."""

from collections.abc import Sequence

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rapport.customers.timeline import Entry, Place, Whose, capped, older
from rapport.surveys.models import Rating
from rapport.surveys.queries import answers_visible_to
from rapport.surveys.types import Scale
from rapport.team.models import Agent

_FACES = {1: "awful", 2: "frown", 3: "neutral", 4: "smile", 5: "grin"}


class Ratings:
    """Of the conversations that the viewer sees, and those about none."""

    kind: str = "ratings"
    label: str | Promise = gettext_lazy("Ratings")
    icon: str = "smile"

    def entries(self, whose: Whose, *, viewer: Agent, before: Place | None, limit: int) -> Sequence[Entry]:
        rows = older(self._of(whose, viewer), before, kind=self.kind, at="at").select_related("conversation")
        return [_entry(row) for row in rows[:limit]]

    def count(self, whose: Whose, *, viewer: Agent) -> int:
        return capped(self._of(whose, viewer))

    def _of(self, whose: Whose, viewer: Agent) -> QuerySet[Rating]:
        return answers_visible_to(viewer).filter(whose.are())


def _entry(row: Rating) -> Entry:
    talk = row.conversation
    return Entry(
        kind="ratings",
        id=row.pk,
        at=row.at,
        icon=_FACES[row.mood],
        title=_title(row) % {"score": row.score},
        url=reverse("conversation", args=[talk.number]) if talk else "",
        detail=_("“%(comment)s”") % {"comment": row.comment} if row.comment else "",
        where=(talk.subject or _("No subject")) if talk else "",
        tone="bad" if row.mood <= 2 else "good" if row.mood >= 4 else "",
        customer=row.customer_id,
    )


def _title(row: Rating) -> str:
    if row.scale == Scale.NPS:
        return _("Would recommend us: %(score)d of 10")
    if row.scale == Scale.CES:
        return _("Effort it took: %(score)d of 7")
    return _("Rated a conversation %(score)d of 5") if row.conversation_id else _("Rated us %(score)d of 5")
