"""Orders, what was in them, and what was paid back."""

from decimal import Decimal

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from rapport.customers.models import Customer
from rapport.kit import clock
from rapport.kit.money import Money


class OrderStatus(models.TextChoices):
    PENDING = "pending", _("Not paid yet")
    PAID = "paid", _("Paid")
    PARTLY_REFUNDED = "partly_refunded", _("Partly refunded")
    REFUNDED = "refunded", _("Refunded")
    CANCELLED = "cancelled", _("Cancelled")


class Order(models.Model):
    """What a customer bought at one time. Amounts are in minor units of `currency`.

    `source` says who keeps it, such as shopify, api or csv, and `external_id` is its name there: an order is known by
    the two. `changed_at` is the moment of the newest word about it; older words change nothing.
    """

    # Nobody, for what was bought over a counter by somebody who said no name.
    customer = models.ForeignKey(
        Customer,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="orders",
        # `order_by_customer` begins with it.
        db_index=False,
    )
    source = models.CharField(_("source"), max_length=40)
    external_id = models.CharField(max_length=200)
    # What people call it, such as #1042.
    number = models.CharField(_("number"), max_length=100)
    # Which payment it was, for refunds that name only that.
    payment = models.CharField(max_length=200, blank=True)
    placed_at = models.DateTimeField(_("placed"))
    status = models.CharField(_("status"), max_length=15, choices=OrderStatus.choices, default=OrderStatus.PENDING)
    total = models.BigIntegerField(_("total"))
    currency = models.CharField(_("currency"), max_length=3)
    # The sum of its refunds, kept here so that a list of orders needs no join.
    refunded = models.BigIntegerField(_("refunded"), default=0)
    channel = models.CharField(_("sold through"), max_length=80, blank=True)
    url = models.URLField(_("web address"), max_length=1000, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ("-placed_at", "-id")
        constraints = (models.UniqueConstraint(fields=["source", "external_id"], name="one_order_an_external_id"),)
        indexes = (
            # A customer's orders newest first, and all of them, and those of one status: no sorting at ten million.
            models.Index(fields=["customer", "-placed_at", "-id"], name="order_by_customer"),
            models.Index(fields=["-placed_at", "-id"], name="order_by_moment"),
            models.Index(fields=["status", "-placed_at", "-id"], name="order_by_status"),
            models.Index(Lower("number"), name="order_by_number"),
            models.Index(fields=["source", "payment"], name="order_by_payment", condition=~models.Q(payment="")),
        )

    def __str__(self) -> str:
        return self.number

    @property
    def money(self) -> Money:
        return Money(self.total, self.currency)

    @property
    def money_back(self) -> Money:
        return Money(self.refunded, self.currency)

    @property
    def kept(self) -> Money:
        """What is left of it for us."""
        return Money(self.total - self.refunded, self.currency)

    def priced(self, line: "OrderLine") -> tuple[Money, Money] | None:
        """The unit price of a line and what it comes to; nothing where no price is known."""
        if line.unit_price is None:
            return None
        return Money(line.unit_price, self.currency), Money(round(line.unit_price * line.quantity), self.currency)


class OrderLine(models.Model):
    """One line of an order. `unit_price` is in minor units of the order's currency; unknown for some imports."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    # Nothing for what is not among the products.
    product = models.ForeignKey("sales.Product", null=True, on_delete=models.SET_NULL, related_name="lines")
    sku = models.CharField(_("article number"), max_length=100, blank=True)
    title = models.CharField(_("title"), max_length=300, blank=True)
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=3, default=Decimal(1))
    unit_price = models.BigIntegerField(_("unit price"), null=True)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.title or (self.product.name if self.product else "") or self.sku


class Refund(models.Model):
    """Money that went back. `amount` is in minor units of the order's currency."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="refunds")
    external_id = models.CharField(max_length=200, blank=True)
    amount = models.BigIntegerField(_("amount"))
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ("-at", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=["order", "external_id"], condition=~models.Q(external_id=""), name="one_refund_an_external_id"
            ),
        )

    def __str__(self) -> str:
        return f"{self.order_id}: {self.amount}"

    def money_of(self, order: Order) -> Money:
        return Money(self.amount, order.currency)
