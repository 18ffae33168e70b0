"""Subscriptions and what became of them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from rapport.customers.models import Customer
from rapport.kit import clock
from rapport.kit.money import Money


class SubscriptionStatus(models.TextChoices):
    TRIAL = "trial", _("On trial")
    ACTIVE = "active", _("Active")
    PAST_DUE = "past_due", _("Payment overdue")
    PAUSED = "paused", _("Paused")
    CANCELLED = "cancelled", _("Cancelled")


class Interval(models.TextChoices):
    DAY = "day", _("day")
    WEEK = "week", _("week")
    MONTH = "month", _("month")
    YEAR = "year", _("year")


class ChangeKind(models.TextChoices):
    """What happened to a subscription, in the words of recurring revenue."""

    STARTED = "started", _("Started")
    CONVERTED = "converted", _("Trial became paid")
    UPGRADED = "upgraded", _("Pays more")
    DOWNGRADED = "downgraded", _("Pays less")
    OVERDUE = "overdue", _("Payment overdue")
    RECOVERED = "recovered", _("Paid again")
    PAUSED = "paused", _("Paused")
    RESUMED = "resumed", _("Resumed")
    CANCELLED = "cancelled", _("Cancelled")
    REVIVED = "revived", _("Came back")
    RENEWED = "renewed", _("Renewed")
    CHANGED = "changed", _("Changed")


class Subscription(models.Model):
    """What a customer pays `amount` for every `interval_count` intervals, in minor units of `currency`.

    Known by `source` and `external_id` as orders are; `changed_at` is the moment of the newest word about it.
    """

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="subscriptions", db_index=False)
    product = models.ForeignKey("sales.Product", null=True, on_delete=models.SET_NULL, related_name="subscriptions")
    plan = models.CharField(_("plan"), max_length=200, blank=True)
    source = models.CharField(_("source"), max_length=40)
    external_id = models.CharField(max_length=200)
    status = models.CharField(
        _("status"), max_length=9, choices=SubscriptionStatus.choices, default=SubscriptionStatus.ACTIVE
    )
    amount = models.BigIntegerField(_("amount"), default=0)
    currency = models.CharField(_("currency"), max_length=3)
    interval = models.CharField(_("interval"), max_length=5, choices=Interval.choices, default=Interval.MONTH)
    interval_count = models.PositiveSmallIntegerField(default=1)
    started_at = models.DateTimeField(_("started"))
    current_period_end = models.DateTimeField(_("paid until"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True)
    cancel_reason = models.CharField(_("reason"), max_length=500, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ("-started_at", "-id")
        constraints = (
            models.UniqueConstraint(fields=["source", "external_id"], name="one_subscription_an_external_id"),
        )
        indexes = (
            models.Index(fields=["customer", "-started_at", "-id"], name="subscription_by_customer"),
            models.Index(fields=["-started_at", "-id"], name="subscription_by_moment"),
            models.Index(fields=["status", "-started_at", "-id"], name="subscription_by_status"),
        )

    def __str__(self) -> str:
        return self.plan or self.external_id

    @property
    def money(self) -> Money:
        return Money(self.amount, self.currency)


class SubscriptionChange(models.Model):
    """What happened to a subscription and when, with what it was afterwards: revenue and churn are read from these."""

    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, related_name="changes")
    kind = models.CharField(max_length=10, choices=ChangeKind.choices)
    at = models.DateTimeField(default=clock.now)
    status = models.CharField(max_length=9, choices=SubscriptionStatus.choices)
    status_before = models.CharField(max_length=9, choices=SubscriptionStatus.choices, blank=True)
    amount = models.BigIntegerField(default=0)
    amount_before = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3)
    interval = models.CharField(max_length=5, choices=Interval.choices)
    interval_count = models.PositiveSmallIntegerField(default=1)
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ("at", "id")
        indexes = (models.Index(fields=["at", "id"], name="subscription_change_by_moment"),)

    def __str__(self) -> str:
        return f"{self.subscription_id}: {self.kind}"
