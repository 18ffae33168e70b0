"""Reading shops and what they told."""

from django.db.models import Count, Q, QuerySet

from rapport.sales.models import DeliveryState, Shop, ShopDelivery

PAGE = 25
_CAP = 100


def shops() -> QuerySet[Shop]:
    stuck = Count("deliveries", filter=Q(deliveries__state=DeliveryState.QUARANTINED))
    return Shop.objects.annotate(stuck=stuck)


def unread_count() -> int:
    """How many deliveries nobody could read, as far as anybody counts."""
    return ShopDelivery.objects.filter(state=DeliveryState.QUARANTINED)[:_CAP].count()


def deliveries_of(shop: Shop, *, before: int = 0) -> list[ShopDelivery]:
    """A page of them without their bodies, newest first, and one more where there are more."""
    found = shop.deliveries.defer("body").order_by("-id")
    return list((found.filter(pk__lt=before) if before else found)[: PAGE + 1])
