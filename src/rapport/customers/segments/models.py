"""A segment, and who was put into one."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from rapport.kit import clock


class SegmentKind(models.TextChoices):
    DYNAMIC = "dynamic", _("Whoever fits now")
    STATIC = "static", _("These people")


class Segment(models.Model):
    """Customers with a name for them. A dynamic one is a filter; a static one keeps who fitted when it was made."""

    name = models.CharField(_("name"), max_length=80)
    description = models.CharField(_("description"), max_length=300, blank=True)
    kind = models.CharField(_("kind"), max_length=7, choices=SegmentKind.choices, default=SegmentKind.DYNAMIC)
    # What a static one was filled from stays, to be filled again.
    filter = models.JSONField(default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now)
    # What was counted last, and when: lists show it without counting a million anew.
    size = models.PositiveIntegerField(null=True, blank=True)
    counted_at = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("name", "id")
        constraints = (
            models.UniqueConstraint(fields=["name"], condition=models.Q(removed_at=None), name="one_segment_a_name"),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def is_static(self) -> bool:
        return self.kind == SegmentKind.STATIC


class SegmentMember(models.Model):
    """Somebody who was put into a static segment."""

    segment = models.ForeignKey(Segment, on_delete=models.CASCADE, related_name="members")
    customer = models.ForeignKey("customers.Customer", on_delete=models.CASCADE, related_name="segment_members")
    added_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["segment", "customer"], name="one_member_a_segment"),)

    def __str__(self) -> str:
        return f"{self.customer_id} in {self.segment_id}"


class Score(models.Model):
    """What is reckoned of a customer now: how likely they leave, what they are worth. One row a customer and name."""

    customer = models.ForeignKey("customers.Customer", on_delete=models.CASCADE, related_name="scores")
    # Such as "churn_risk"; kept in lower case.
    name = models.CharField(max_length=40)
    value = models.FloatField()
    # What it was a month before, where that is known, and how much more it is now.
    before = models.FloatField(null=True, blank=True)
    change = models.FloatField(null=True, blank=True)
    reasons = models.JSONField(default=list)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["customer", "name"], name="one_score_a_name"),)
        # With the customer in them, so that a million are counted along the index alone.
        indexes = (
            models.Index(fields=["name", "value", "customer"], name="score_by_value"),
            models.Index(fields=["name", "change", "customer"], name="score_by_change"),
        )

    def __str__(self) -> str:
        return f"{self.name} {self.value}"


class ScoreChange(models.Model):
    """What a score was and became, kept for the timeline and to learn from."""

    customer = models.ForeignKey("customers.Customer", on_delete=models.CASCADE, related_name="score_changes")
    name = models.CharField(max_length=40)
    before = models.FloatField(null=True, blank=True)
    after = models.FloatField()
    reasons = models.JSONField(default=list)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes = (models.Index(fields=["customer", "-at"], name="score_change_by_customer"),)

    def __str__(self) -> str:
        return f"{self.name} {self.before} to {self.after}"
