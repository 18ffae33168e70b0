"""Notes and files about a customer. What is removed is kept for a while, so that it can be brought back."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from rapport.backbone.models import StoredFile
from rapport.kit import clock
from rapport.team.models import Agent


class CustomerNote(models.Model):
    """Something to know about a customer, among ourselves."""

    customer = models.ForeignKey("customers.Customer", on_delete=models.CASCADE, related_name="notes", db_index=False)
    text = models.TextField(_("note"), max_length=10_000)
    by = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=clock.now)
    edited_at = models.DateTimeField(null=True, blank=True)
    # Pinned ones stand first.
    pinned_at = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-at", "-id")
        indexes = (
            models.Index(fields=["customer", "-at", "-id"], name="customer_note_by_customer"),
            models.Index(
                fields=["removed_at"], name="customer_note_removed", condition=models.Q(removed_at__isnull=False)
            ),
        )

    def __str__(self) -> str:
        return self.text[:80]


class CustomerFile(models.Model):
    """A file about a customer, such as a contract."""

    customer = models.ForeignKey("customers.Customer", on_delete=models.CASCADE, related_name="files", db_index=False)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("file"), max_length=255)
    content_type = models.CharField(max_length=120, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    by = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=clock.now)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-at", "-id")
        indexes = (
            models.Index(fields=["customer", "-at", "-id"], name="customer_file_by_customer"),
            models.Index(
                fields=["removed_at"], name="customer_file_removed", condition=models.Q(removed_at__isnull=False)
            ),
        )

    def __str__(self) -> str:
        return self.name
