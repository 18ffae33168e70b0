"""An export that somebody asked for, and its file."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from rapport.backbone.models import StoredFile
from rapport.exchange.exporting.writing import Format
from rapport.kit import clock

KEPT_FOR = timedelta(days=7)


class ExportState(models.TextChoices):
    WAITING = "waiting", _("Begins in a moment")
    WRITING = "writing", _("Being written")
    DONE = "done", _("Ready")
    FAILED = "failed", _("Did not work")
    STOPPED = "stopped", _("Stopped")
    FORGOTTEN = "forgotten", _("File deleted")


AT_WORK = (ExportState.WAITING, ExportState.WRITING)


class Export(models.Model):
    """Which kinds, in which format, and how far it is. Its file is kept for seven days."""

    kinds = models.JSONField(_("kinds"), default=list)
    format = models.CharField(_("format"), max_length=8, choices=Format.choices, default=Format.CSV)
    since = models.DateTimeField(_("since"), null=True, blank=True)
    state = models.CharField(max_length=9, choices=ExportState.choices, default=ExportState.WAITING)
    # Why there is no file, for people.
    problem = models.TextField(blank=True)
    total = models.PositiveBigIntegerField(default=0)
    position = models.PositiveBigIntegerField(default=0)
    # How many rows each kind has: {"customers": 1200}.
    rows = models.JSONField(default=dict)
    file = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=100, blank=True)
    downloads = models.PositiveIntegerField(_("downloads"), default=0)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(default=clock.now, editable=False)
    # The job's last sign of life.
    touched_at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{', '.join(self.kinds)} ({self.format})"[:200]

    @property
    def is_at_work(self) -> bool:
        return self.state in AT_WORK

    @property
    def percent(self) -> int:
        return min(100, 100 * self.position // self.total) if self.total else 0

    @property
    def kept_until(self) -> datetime | None:
        return self.finished_at + KEPT_FOR if self.file_id and self.finished_at else None

    @property
    def is_kept(self) -> bool:
        return self.state == ExportState.DONE and self.kept_until is not None and clock.now() < self.kept_until
