"""Shops that tell us what they sell, and what they told."""

import secrets

from django.db import models
from django.utils.translation import gettext_lazy as _

from rapport.kit import clock
from rapport.kit.fields import EncryptedJSONField


def new_key() -> str:
    return secrets.token_urlsafe(18)


class Shop(models.Model):
    """A shop that is connected. `source` is what its orders say they come from; `key` makes its address ours alone."""

    kind = models.CharField(_("kind"), max_length=20)
    name = models.CharField(_("name"), max_length=80)
    # The address of the shop, for links to its own pages.
    url = models.URLField(_("web address"), max_length=300, blank=True)
    source = models.CharField(max_length=40, unique=True)
    key = models.CharField(max_length=40, unique=True, default=new_key, editable=False)
    secret = EncryptedJSONField()
    made_at = models.DateTimeField(default=clock.now, editable=False)
    heard_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("name", "id")

    def __str__(self) -> str:
        return self.name


class DeliveryState(models.TextChoices):
    NEW = "new", _("Not read yet")
    DONE = "done", _("Recorded")
    SAME = "same", _("Known already")
    OLDER = "older", _("Older than what is known")
    WAITING = "waiting", _("Waits for its order")
    IGNORED = "ignored", _("Nothing to record")
    QUARANTINED = "quarantined", _("Cannot be read")


class ShopDelivery(models.Model):
    """What a shop said, as it came, kept before it is read, and what became of it."""

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="deliveries")
    # The provider's own name of this delivery: one that comes again has the same.
    event_id = models.CharField(max_length=200)
    topic = models.CharField(max_length=80, blank=True)
    sent_at = models.DateTimeField(null=True)
    # Bytes, for a signature is over bytes and not every sender writes UTF-8.
    body = models.BinaryField()
    state = models.CharField(max_length=11, choices=DeliveryState.choices, default=DeliveryState.NEW)
    # For people: why it is quarantined or ignored, or what was recorded.
    sentence = models.CharField(max_length=500, blank=True)
    # The order or payment without which it cannot be recorded yet.
    waits_for = models.CharField(max_length=200, blank=True)
    came_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        verbose_name_plural = "shop deliveries"
        ordering = ("-id",)
        constraints = (models.UniqueConstraint(fields=["shop", "event_id"], name="one_shop_delivery_an_event"),)
        indexes = (
            models.Index(fields=["state", "came_at"], name="shop_delivery_by_state"),
            models.Index(
                fields=["shop", "waits_for"],
                name="shop_delivery_waiting",
                condition=models.Q(state=DeliveryState.WAITING),
            ),
        )

    def __str__(self) -> str:
        return f"{self.topic} {self.event_id}"
