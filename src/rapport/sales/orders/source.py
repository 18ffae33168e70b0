"""Orders on the timeline of a customer."""

from collections.abc import Sequence

from django.db.models import Prefetch
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rapport.customers.timeline import Entry, Place, Whose, older
from rapport.sales.models import Order, OrderLine, OrderStatus
from rapport.sales.orders.queries import visible_to
from rapport.team.models import Agent

_TITLED = 3
_CAP = 1_000
# Of the pill and of the round beside it.
_TONES = {
    OrderStatus.PENDING: ("warn", ""),
    OrderStatus.PAID: ("good", "good"),
    OrderStatus.PARTLY_REFUNDED: ("warn", ""),
    OrderStatus.REFUNDED: ("", "bad"),
    OrderStatus.CANCELLED: ("", "bad"),
}


class Orders:
    kind, icon = "orders", "cart"
    label: str | Promise = gettext_lazy("Orders")

    def entries(self, whose: Whose, *, viewer: Agent, before: Place | None, limit: int) -> Sequence[Entry]:
        rows = older(visible_to(viewer).filter(whose.are()), before, kind=self.kind, at="placed_at")
        lines = Prefetch("lines", OrderLine.objects.order_by("id"))
        return [_entry(order, self.icon) for order in rows.prefetch_related(lines)[:limit]]

    def count(self, whose: Whose, *, viewer: Agent) -> int:
        return visible_to(viewer).filter(whose.are()).order_by()[:_CAP].count()


def _entry(order: Order, icon: str) -> Entry:
    status = OrderStatus(order.status)
    badge_tone, tone = _TONES[status]
    titles = [line.title or line.sku for line in order.lines.all()]
    bought = ", ".join(titles[:_TITLED]) + (" …" if len(titles) > _TITLED else "")
    return Entry(
        kind="orders",
        id=order.pk,
        at=order.placed_at,
        icon=icon,
        title=_("Order %(number)s, %(total)s") % {"number": order.number, "total": order.money},
        url=reverse("order", args=[order.pk]),
        detail=bought,
        where=", ".join(part for part in (order.source, order.channel) if part),
        tone=tone,
        badge=str(status.label),
        badge_tone=badge_tone,
        customer=order.customer_id,
    )
