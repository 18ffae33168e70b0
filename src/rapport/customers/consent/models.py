"""What may be sent for, and what customers said to it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from rapport.customers.consent.types import Basis, Channel, How, State
from rapport.customers.consent.wording import DESCRIPTIONS, NAMES
from rapport.kit import clock
from rapport.team.models import Agent


class Purpose(models.Model):
    """What messages are for. Its key stays for ever; without a name or description it has our own words."""

    key = models.SlugField(_("key"), max_length=30, unique=True)
    name = models.CharField(_("name"), max_length=80, blank=True)
    # What customers read on their page.
    description = models.CharField(_("description"), max_length=300, blank=True)
    basis = models.CharField(_("may be sent"), max_length=7, choices=Basis.choices, default=Basis.OPT_IN)
    # No longer used: nothing may be sent for it, and customers are not asked.
    retired_at = models.DateTimeField(null=True, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("position", "id")

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return self.name or str(NAMES.get(self.key, self.key))

    @property
    def about(self) -> str:
        return self.description or str(DESCRIPTIONS.get(self.key, ""))

    @property
    def is_service(self) -> bool:
        return self.basis == Basis.SERVICE


class ConsentRecord(models.Model):
    """Something a customer said, or that was said of them. Never changed and never deleted but with the customer."""

    customer = models.ForeignKey("customers.Customer", on_delete=models.CASCADE, related_name="consents")
    purpose = models.ForeignKey(Purpose, on_delete=models.PROTECT, related_name="records")
    channel = models.CharField(_("way"), max_length=8, choices=Channel.choices, default=Channel.ANY)
    # The one address it speaks of, or empty for all of theirs. As text: it counts on when the address is taken away.
    address = models.CharField(_("address"), max_length=320, blank=True)
    state = models.CharField(_("state"), max_length=9, choices=State.choices)
    at = models.DateTimeField(default=clock.now)
    how = models.CharField(_("how"), max_length=12, choices=How.choices)
    # Which form it was, or whatever else asked them.
    where = models.CharField(_("where"), max_length=80, blank=True)
    # Word for word what they had before them.
    text = models.TextField(_("what they were shown"), blank=True)
    by = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="+")
    ip = models.GenericIPAddressField(_("IP address"), null=True, blank=True)

    class Meta:
        ordering = ("-at", "-id")
        indexes = (
            models.Index(fields=["customer", "purpose", "-at"], name="consent_of_customer"),
            models.Index(fields=["purpose", "channel", "-at"], name="consent_by_purpose"),
        )

    def __str__(self) -> str:
        return f"{self.customer_id} {self.state} {self.purpose_id} by {self.channel}"
