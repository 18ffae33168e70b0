"""What a customer did, and when."""

from typing import ClassVar

from django.db import models

from rapport.kit import clock
from rapport.kit.money import Money


class CustomerEvent(models.Model):
    """One thing that a customer did. With an `external_id` it is told once, however often it is sent."""

    # In bytes of JSON.
    MOST_PROPERTIES: ClassVar[int] = 8 * 1024

    # The index by customer begins with it already.
    customer = models.ForeignKey("customers.Customer", on_delete=models.CASCADE, related_name="events", db_index=False)
    name = models.CharField(max_length=80)
    at = models.DateTimeField(default=clock.now)
    properties = models.JSONField(default=dict, blank=True)
    # In minor units; null for what cost nothing.
    amount = models.BigIntegerField(null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    # Which system tells it, and what it calls it.
    source = models.CharField(max_length=40, blank=True)
    external_id = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ("-at", "-id")
        indexes = (
            models.Index(fields=["customer", "-at", "-id"], name="customer_event_by_customer"),
            # With the customer in it, so that segments of ten million events are counted along it alone.
            models.Index(fields=["name", "-at", "-id", "customer"], name="customer_event_by_name"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["source", "external_id"], condition=~models.Q(external_id=""), name="one_event_an_external_id"
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} by {self.customer_id}"

    @property
    def money(self) -> Money | None:
        return Money(self.amount, self.currency) if self.amount is not None and self.currency else None
