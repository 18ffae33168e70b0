"""What is sold: products; what was bought of them lives beside them, in a package a noun."""

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from rapport.kit import clock
from rapport.kit.money import Money
from rapport.sales.deals.models import (
    Activity,
    CloseReason,
    Deal,
    DealLine,
    DealTerms,
    Pipeline,
    Quote,
    SalesSettings,
    Stage,
    StageMove,
)
from rapport.sales.orders.models import Order, OrderLine, OrderStatus, Refund
from rapport.sales.shops.models import DeliveryState, Shop, ShopDelivery
from rapport.sales.subscriptions.models import (
    ChangeKind,
    Interval,
    Subscription,
    SubscriptionChange,
    SubscriptionStatus,
)

__all__ = [
    "Activity",
    "ChangeKind",
    "CloseReason",
    "Deal",
    "DealLine",
    "DealTerms",
    "DeliveryState",
    "Interval",
    "Order",
    "OrderLine",
    "OrderStatus",
    "Pipeline",
    "Product",
    "Quote",
    "Refund",
    "SalesSettings",
    "Shop",
    "ShopDelivery",
    "Stage",
    "StageMove",
    "Subscription",
    "SubscriptionChange",
    "SubscriptionStatus",
]


class Product(models.Model):
    """Something that is sold, known by its article number. `price` is in minor units of `currency`."""

    sku = models.CharField(_("article number"), max_length=100, unique=True)
    name = models.CharField(_("name"), max_length=200)
    description = models.TextField(_("description"), blank=True)
    kind = models.CharField(_("kind"), max_length=100, blank=True)
    price = models.BigIntegerField(_("price"), null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    url = models.URLField(_("web address"), max_length=500, blank=True)
    is_active = models.BooleanField(_("is sold"), default=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("-id",)
        indexes = (models.Index(Lower("name"), name="product_by_name"),)

    def __str__(self) -> str:
        return self.name or self.sku

    @property
    def money(self) -> Money | None:
        return Money(self.price, self.currency) if self.price is not None and self.currency else None
