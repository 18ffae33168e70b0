"""The audit trail: written once, never changed."""

from typing import Any, ClassVar

from django.db import models

from rapport.kit import clock


class AuditError(Exception):
    """Somebody tried to change what is written."""


class EntryQuerySet(models.QuerySet["Entry"]):
    def update(self, **changes: Any) -> int:
        raise AuditError("The audit trail is never changed.")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise AuditError("The audit trail is never changed.")


class Entry(models.Model):
    """Somebody added, changed or removed something. Each names the digest of the one before it: a gap shows."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(default=clock.now)
    # No foreign keys: what is written outlives those it names.
    agent = models.BigIntegerField(null=True)
    agent_name = models.CharField(max_length=120, blank=True)
    # "page", "api" or "system".
    via = models.CharField(max_length=8)
    address = models.CharField(max_length=45, blank=True)
    # "added", "changed", "removed", "signed_in", "refused" or "exported".
    action = models.CharField(max_length=12)
    # What it was done to: "conversations.inbox", 3, "Support".
    kind = models.CharField(max_length=60)
    object = models.BigIntegerField(null=True)
    label = models.CharField(max_length=200, blank=True)
    # {"name": ["Support", "Help"]}; secrets are only said to be other ones.
    changes = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)

    objects: ClassVar[models.Manager["Entry"]] = EntryQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        verbose_name_plural = "entries"
        indexes = (
            models.Index(fields=["-at", "-id"], name="entry_by_time"),
            models.Index(fields=["kind", "-id"], name="entry_by_kind"),
            models.Index(fields=["agent", "-id"], name="entry_by_agent"),
        )

    def __str__(self) -> str:
        return f"{self.agent_name} {self.action} {self.kind} {self.label}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise AuditError("The audit trail is never changed.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise AuditError("The audit trail is never changed.")


class Seal(models.Model):
    """The digest of the newest entry; one row, locked while an entry is added, so that the chain never forks."""

    digest = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return self.digest
