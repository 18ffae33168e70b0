"""What customers answered when they were asked how it went, on their timeline."""

from collections.abc import Sequence

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rapport.conversations.queries import visible_to
from rapport.customers.models import Customer
from rapport.customers.timeline import Entry, Place, capped, older
from rapport.surveys.models import Rating
from rapport.team.models import Agent

_FACES = {1: "awful", 2: "frown", 3: "neutral", 4: "smile", 5: "grin"}


class Ratings:
    """Of the conversations that the viewer sees."""

    kind: str = "ratings"
    label: str | Promise = gettext_lazy("Ratings")
    icon: str = "smile"

    def entries(self, customer: Customer, *, viewer: Agent, before: Place | None, limit: int) -> Sequence[Entry]:
        rows = older(self._of(customer, viewer), before, kind=self.kind, at="at").select_related("conversation")
        return [
            Entry(
                kind=self.kind,
                id=row.pk,
                at=row.at,
                icon=_FACES.get(row.score, "neutral"),
                title=_("Rated a conversation %(score)d of 5") % {"score": row.score},
                url=reverse("conversation", args=[row.conversation.number]),
                detail=_("“%(comment)s”") % {"comment": row.comment} if row.comment else "",
                where=row.conversation.subject or _("No subject"),
                tone="bad" if row.score <= 2 else "good" if row.score >= 4 else "",
            )
            for row in rows[:limit]
        ]

    def count(self, customer: Customer, *, viewer: Agent) -> int:
        return capped(self._of(customer, viewer))

    def _of(self, customer: Customer, viewer: Agent) -> QuerySet[Rating]:
        return Rating.objects.filter(customer=customer, conversation__in=visible_to(viewer))
