"""Money that goes back."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from rapport.backbone.events import announce
from rapport.kit.money import Money
from rapport.kit.text import one_line
from rapport.sales.announcements import OrderRefunded
from rapport.sales.errors import CannotRefund
from rapport.sales.models import Order, OrderStatus, Refund
from rapport.sales.types import RefundSaid

# Stands for all refunds of an order of which is only said that it is refunded, until they are told of.
WHOLE = "whole"


@transaction.atomic
def refund(order: Order, *, said: RefundSaid, by: int | None) -> Refund:
    """Somebody of ours pays back. With an external id that is known nothing happens twice. Raises CannotRefund."""
    order = Order.objects.select_for_update(of=("self",)).get(pk=order.pk)
    known = order.refunds.filter(external_id=said.external_id).first() if said.external_id else None
    if known is not None:
        return known
    if order.status == OrderStatus.PENDING:
        raise CannotRefund(_("This order was not paid, so there is nothing to pay back."))
    left = order.total - order.refunded
    if not 0 < said.amount <= left:
        told = {"most": str(Money(left, order.currency))}
        raise CannotRefund(_("Of this order at most %(most)s can be paid back.") % told)
    return pay_back(order, [said], at=said.at, by=by)[0]


def pay_back(
    order: Order,
    said: Sequence[RefundSaid],
    *,
    at: datetime,
    by: int | None,
    whole: bool = False,
    is_told: bool = True,
) -> list[Refund]:
    """The refunds that were not known; the caller holds the order. `whole`: all of it went back, however it was told.

    What a provider says is written down as it says it, more than the order's total too.
    """
    known = set(order.refunds.values_list("external_id", flat=True))
    new = [each for each in said if each.amount > 0 and not (each.external_id and each.external_id in known)]
    if whole and not new and not known and order.total > 0:
        new = [RefundSaid(order.total, at, external_id=WHOLE)]
    if not new:
        return []
    if WHOLE in known:
        order.refunds.filter(external_id=WHOLE).delete()
    made = Refund.objects.bulk_create(
        Refund(
            order=order,
            external_id=each.external_id[:200],
            amount=each.amount,
            reason=one_line(each.reason)[:500],
            at=each.at,
        )
        for each in new
    )
    order.refunded = order.refunds.aggregate(sum=Sum("amount"))["sum"] or 0
    order.status = settled(order.status, order.total, order.refunded)
    order.save(update_fields=["refunded", "status"])
    for each in made if is_told else ():
        news = OrderRefunded(
            order.pk, customer=order.customer_id, refund=each.pk, amount=each.amount, currency=order.currency, by=by
        )
        announce(news, subject=f"order:{order.pk}")
    return made


def settled(status: str, total: int, refunded: int) -> str:
    """An order is as far refunded as its refunds say, unless it was cancelled or never paid."""
    if refunded <= 0 or status in (OrderStatus.CANCELLED, OrderStatus.PENDING):
        return status
    return OrderStatus.REFUNDED if refunded >= total else OrderStatus.PARTLY_REFUNDED
