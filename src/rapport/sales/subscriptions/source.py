"""Subscriptions on the timeline of a customer: every change of one."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rapport.customers.timeline import Entry, Place, Whose, older
from rapport.kit.money import Money
from rapport.sales.models import ChangeKind, SubscriptionChange
from rapport.sales.subscriptions.queries import visible_to
from rapport.team.models import Agent

_CAP = 1_000
_TONES = {
    ChangeKind.STARTED: "good",
    ChangeKind.CONVERTED: "good",
    ChangeKind.UPGRADED: "good",
    ChangeKind.RECOVERED: "good",
    ChangeKind.RESUMED: "good",
    ChangeKind.REVIVED: "good",
    ChangeKind.DOWNGRADED: "bad",
    ChangeKind.OVERDUE: "bad",
    ChangeKind.CANCELLED: "bad",
}


class Subscriptions:
    kind, icon = "subscriptions", "refresh"
    label: str | Promise = gettext_lazy("Subscriptions")

    def entries(self, whose: Whose, *, viewer: Agent, before: Place | None, limit: int) -> Sequence[Entry]:
        found = SubscriptionChange.objects.filter(subscription__in=visible_to(viewer).filter(whose.are()))
        # A paid month more is no news.
        found = found.exclude(kind=ChangeKind.RENEWED).select_related("subscription")
        return [_entry(change, self.icon) for change in older(found, before, kind=self.kind, at="at")[:limit]]

    def count(self, whose: Whose, *, viewer: Agent) -> int:
        return visible_to(viewer).filter(whose.are()).order_by()[:_CAP].count()


def _entry(change: SubscriptionChange, icon: str) -> Entry:
    kind, held = ChangeKind(change.kind), change.subscription
    money = Money(change.amount, change.currency)
    paid = str(money)
    if change.amount_before is not None and change.amount_before != change.amount:
        before = Money(change.amount_before, change.currency)
        paid = _("%(amount)s, before %(before)s") % {"amount": money, "before": before}
    return Entry(
        kind="subscriptions",
        id=change.pk,
        at=change.at,
        icon=icon,
        title=f"{held}: {kind.label}",
        url=reverse("subscriptions"),
        detail=change.reason or paid,
        where=held.source,
        tone=_TONES.get(kind, ""),
        customer=held.customer_id,
        badge=str(held.get_status_display()) if kind == ChangeKind.STARTED else "",
    )
