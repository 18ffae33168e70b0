"""An import and what it did row by row."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from rapport.backbone.models import StoredFile
from rapport.kit import clock


class ImportState(models.TextChoices):
    DRAFT = "draft", _("Columns to choose")
    CHECKING = "checking", _("Trying it")
    CHECKED = "checked", _("Tried, nothing written yet")
    IMPORTING = "importing", _("Importing")
    DONE = "done", _("Imported")
    UNDOING = "undoing", _("Taking it back")
    UNDONE = "undone", _("Taken back")
    FAILED = "failed", _("Stopped")


# Somebody's job is at it: nothing can be changed meanwhile.
AT_WORK = (ImportState.CHECKING, ImportState.IMPORTING, ImportState.UNDOING)


class MatchBy(models.TextChoices):
    ANY = "any", _("Account number, else email, else phone")
    EMAIL = "email", _("Email")
    PHONE = "phone", _("Phone")
    EXTERNAL = "external", _("Account number")


class Existing(models.TextChoices):
    """What happens to a customer whom we know."""

    UPDATE = "update", _("Update them: what the file says replaces what was there; empty cells change nothing")
    FILL = "fill", _("Fill gaps only: what is there stays")
    SKIP = "skip", _("Leave them as they are")


class Outcome(models.TextChoices):
    CREATED = "created", _("New")
    CHANGED = "changed", _("Changed")
    WRONG = "wrong", _("Not imported")


class FileImport(models.Model):
    """A spreadsheet, what its columns are, and how far it is; what is in it a child says.

    `columns` has a target for each column of the file, "" for one that is left out. `position` counts rows of the file
    that are done; it moves in the transaction that writes them.
    """

    file_name = models.CharField(_("file"), max_length=200)
    # Nothing once it is thirty days old: then only the counts are kept.
    file = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")
    encoding = models.CharField(_("characters"), max_length=16, blank=True)
    separator = models.CharField(_("separator"), max_length=1, blank=True)
    sheet = models.CharField(_("sheet"), max_length=100, blank=True)
    sheets = models.JSONField(default=list)
    # The first rows as they were read, for whoever chooses the columns.
    sample = models.JSONField(default=list)
    has_header = models.BooleanField(_("first row has the names"), default=True)
    columns = models.JSONField(_("columns"), default=list)
    state = models.CharField(_("state"), max_length=9, choices=ImportState.choices, default=ImportState.DRAFT)
    # Why it stopped, for people.
    problem = models.TextField(blank=True)
    total = models.PositiveIntegerField(_("rows"), default=0)
    position = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(_("new"), default=0)
    changed = models.PositiveIntegerField(_("changed"), default=0)
    same = models.PositiveIntegerField(_("the same"), default=0)
    skipped = models.PositiveIntegerField(_("left as they are"), default=0)
    wrong = models.PositiveIntegerField(_("not imported"), default=0)
    taken_back = models.PositiveIntegerField(_("taken back"), default=0)
    kept = models.PositiveIntegerField(_("kept"), default=0)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(default=clock.now, editable=False)
    # The job's last sign of life; whoever is silent for long is started anew.
    touched_at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        abstract = True
        ordering = ("-id",)

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_at_work(self) -> bool:
        return self.state in AT_WORK

    @property
    def percent(self) -> int:
        return 100 * self.position // self.total if self.total else 0

    def what_was_wrong(self) -> dict[int, str]:
        """Why each row was not imported, by its number."""
        raise NotImplementedError


class CustomerImport(FileImport):
    """Customers, one a row; for the targets of its columns see `columns.Target`."""

    match_by = models.CharField(_("known by"), max_length=8, choices=MatchBy.choices, default=MatchBy.ANY)
    existing = models.CharField(_("known customers"), max_length=6, choices=Existing.choices, default=Existing.UPDATE)

    def what_was_wrong(self) -> dict[int, str]:
        return dict(self.rows.filter(outcome=Outcome.WRONG).values_list("number", "problem"))


class ImportedRow(models.Model):
    """What one row did; rows that changed nothing have none. `before` is what undoing gives back."""

    source = models.ForeignKey(CustomerImport, on_delete=models.CASCADE, related_name="rows")
    # As the spreadsheet counts its rows.
    number = models.PositiveIntegerField()
    outcome = models.CharField(max_length=7, choices=Outcome.choices)
    # Hidden from merging, which moves what belongs to a customer: a row is about one record.
    customer = models.ForeignKey("customers.Customer", null=True, on_delete=models.CASCADE, related_name="+")
    before = models.JSONField(default=dict)
    problem = models.TextField(blank=True)

    class Meta:
        ordering = ("number",)
        constraints = (models.UniqueConstraint(fields=["source", "number"], name="one_outcome_a_row"),)

    def __str__(self) -> str:
        return f"{self.number}: {self.outcome}"
