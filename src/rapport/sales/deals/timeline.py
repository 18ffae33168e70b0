"""What a customer's timeline knows of deals: opened, moved on, won or lost."""

from collections.abc import Sequence
from typing import Literal

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rapport.customers import timeline
from rapport.customers.timeline import Entry, Place, Whose
from rapport.sales.deals import queries
from rapport.sales.deals.models import StageMove
from rapport.sales.deals.types import CLOSED_KINDS, StageKind
from rapport.team.models import Agent


class Deals:
    """Where a deal began, and where it ended; the steps between are on its own page."""

    kind: str = "deals"
    label: str | Promise = gettext_lazy("Deals")
    icon: str = "filter"

    def entries(self, whose: Whose, *, viewer: Agent, before: Place | None, limit: int) -> Sequence[Entry]:
        told = _told(whose, viewer).select_related("deal__owner", "deal__reason", "stage")
        return [self._entry(each) for each in timeline.older(told, before, kind=self.kind, at="at")[:limit]]

    def count(self, whose: Whose, *, viewer: Agent) -> int:
        return queries.visible_to(viewer).filter(_theirs(whose)).count()

    def _entry(self, made: StageMove) -> Entry:
        deal = made.deal
        title, tone = _titled(made)
        parts = [str(deal.money) if deal.amount else ""]
        if made.stage.kind == StageKind.LOST and deal.reason:
            parts.append(deal.reason.name)
        owner = _("Owner: %(name)s") % {"name": deal.owner.name} if deal.owner else ""
        return Entry(
            self.kind,
            made.pk,
            made.at,
            icon=self.icon,
            title=title,
            url=reverse("deal", args=[deal.pk]),
            detail=", ".join(filter(None, parts)),
            where=owner,
            tone=tone,
            customer=deal.customer_id,
        )


def _theirs(whose: Whose) -> Q:
    """What is sold to a company is its own, whoever of it is named; some deals name nobody."""
    return Q(company=whose.company) | whose.are() if whose.company else whose.are()


def _told(whose: Whose, viewer: Agent) -> QuerySet[StageMove]:
    mine = StageMove.objects.filter(deal__in=queries.visible_to(viewer).filter(_theirs(whose)))
    return mine.filter(Q(origin=None) | Q(stage__kind__in=CLOSED_KINDS))


def _titled(made: StageMove) -> tuple[str, Literal["accent", "good", "bad"]]:
    name = {"title": made.deal.title}
    if made.stage.kind == StageKind.WON:
        return _("Deal won: %(title)s") % name, "good"
    if made.stage.kind == StageKind.LOST:
        return _("Deal lost: %(title)s") % name, "bad"
    return _("Deal opened: %(title)s") % name, "accent"
