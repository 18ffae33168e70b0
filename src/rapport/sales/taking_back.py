"""What came in from a file leaves again, as `rapport.backbone.intake.TakesBack` says, unless somebody touched it.

Nobody is told of each, as nobody was when it came. Sums and timelines are reckoned from what is there, so they need no
telling either.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db.models import Q

from rapport.customers.importing.strangers import forget_companies, forget_strangers
from rapport.customers.models import Company
from rapport.kit.belonging import with_belongings
from rapport.sales.models import (
    Deal,
    DealTerms,
    Order,
    OrderLine,
    Product,
    Refund,
    StageMove,
    Subscription,
    SubscriptionChange,
)
from rapport.sales.orders.refunding import WHOLE

# Whom a row of deals made was made this long before the deal at most.
_A_ROW = timedelta(seconds=2)


def products(made: Sequence[int], *, since: datetime) -> int:
    """One that a line of an order or a deal or a subscription is about stays."""
    held = Product.objects.select_for_update().filter(pk__in=made, updated_at__lte=since)
    idle = set(held.order_by("pk").values_list("pk", flat=True))
    idle -= with_belongings(Product, idle)
    if idle:
        Product.objects.filter(pk__in=idle).delete()
    return len(idle)


def orders(made: Sequence[int], *, since: datetime) -> int:
    """One of which a later file or a script said something else stays, and one that a conversation is about.

    A refund stays with its order, but for the one that was made because the file called the order refunded.
    """
    held = Order.objects.select_for_update(of=("self",)).filter(pk__in=made, changed_at__lte=since).order_by("pk")
    rows = {pk: (customer, at) for pk, customer, at in held.values_list("pk", "customer_id", "changed_at")}
    told = Refund.objects.filter(order__in=rows).filter(~Q(external_id=WHOLE) | Q(at__gt=since))
    kept = with_belongings(Order, rows, but=(OrderLine, Refund)) | set(told.values_list("order_id", flat=True))
    gone = {pk: row for pk, row in rows.items() if pk not in kept}
    if gone:
        Order.objects.filter(pk__in=gone).delete()
    forget_strangers(_first(gone.values()), since=since)
    return len(gone)


def subscriptions(made: Sequence[int], *, since: datetime) -> int:
    held = Subscription.objects.select_for_update(of=("self",)).filter(pk__in=made, changed_at__lte=since)
    rows = held.order_by("pk").values_list("pk", "customer_id", "changed_at")
    came = {pk: (customer, at) for pk, customer, at in rows}
    for pk in with_belongings(Subscription, came, but=(SubscriptionChange,)):
        del came[pk]
    if came:
        Subscription.objects.filter(pk__in=came).delete()
    forget_strangers(_first(came.values()), since=since)
    return len(came)


def deals(made: Sequence[int], *, since: datetime) -> int:
    """One with a line, a quote or something to do stays: no row of a file brings any. So do won and lost ones that were
    moved. A company that was made for it and has nobody goes with it.
    """
    held = Deal.objects.select_for_update(of=("self",)).filter(pk__in=made, updated_at__lte=since).order_by("pk")
    rows = list(held.values_list("pk", "customer_id", "company_id", "updated_at"))
    kept = with_belongings(Deal, [pk for pk, *_rest in rows], but=(DealTerms, StageMove))
    gone = [row for row in rows if row[0] not in kept]
    if gone:
        Deal.objects.filter(pk__in=[pk for pk, *_rest in gone]).delete()
    forget_strangers(_first((customer, at - _A_ROW) for _pk, customer, _company, at in gone), since=since)
    came = _first((company, at - _A_ROW) for _pk, _customer, company, at in gone)
    new = Company.objects.filter(pk__in=came, created_at__lte=since).values_list("pk", "created_at") if came else ()
    forget_companies([pk for pk, at in new if at >= came[pk]], since=since)
    return len(gone)


def _first(rows: Iterable[tuple[int | None, datetime]]) -> dict[int, datetime]:
    """Since when each customer or company was named."""
    first: dict[int, datetime] = {}
    for pk, at in rows:
        if pk is not None:
            first[pk] = min(at, first.get(pk, at))
    return first
