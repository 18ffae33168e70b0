"""A file that came in, what its columns are, how far it is, and what it made."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from rapport.backbone.models import StoredFile
from rapport.customers.importing.models import AT_WORK, ImportState
from rapport.kit import clock


class TableImport(models.Model):
    """`kind` is that of an intake, such as orders. `columns` has the name of a column of the intake for each column of
    the file, "" for one that is left out; `said` holds for every row that does not say it itself.

    `position` counts rows of the file that are done; it moves in the transaction that writes them.
    """

    kind = models.CharField(_("what is in it"), max_length=40)
    file_name = models.CharField(_("file"), max_length=200)
    # Nothing once it is thirty days old, and for what came by a command.
    file = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")
    encoding = models.CharField(_("characters"), max_length=16, blank=True)
    separator = models.CharField(_("separator"), max_length=1, blank=True)
    sheet = models.CharField(_("sheet"), max_length=100, blank=True)
    sheets = models.JSONField(default=list)
    # The first rows as they were read, for whoever chooses the columns.
    sample = models.JSONField(default=list)
    has_header = models.BooleanField(_("first row has the names"), default=True)
    columns = models.JSONField(_("columns"), default=list)
    said = models.JSONField(_("for every row"), default=dict)
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
    # Its file and what is kept of each row are gone: only the counts are left.
    is_forgotten = models.BooleanField(default=False)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_at_work(self) -> bool:
        return self.state in AT_WORK

    @property
    def percent(self) -> int:
        return 100 * self.position // self.total if self.total else 0


class TableProblem(models.Model):
    """A row that was not imported, numbered as the spreadsheet does."""

    source = models.ForeignKey(TableImport, on_delete=models.CASCADE, related_name="problems")
    number = models.PositiveIntegerField()
    problem = models.TextField()

    class Meta:
        ordering = ("number",)
        constraints = (models.UniqueConstraint(fields=["source", "number"], name="one_problem_a_table_row"),)

    def __str__(self) -> str:
        return f"{self.number}: {self.problem}"


class TableMade(models.Model):
    """A record that came into being by it; the intake knows of which kind. Gone when it was taken back."""

    source = models.ForeignKey(TableImport, on_delete=models.CASCADE, related_name="made")
    record = models.BigIntegerField()

    class Meta:
        ordering = ("id",)
        constraints = (models.UniqueConstraint(fields=["source", "record"], name="one_made_record_a_table"),)

    def __str__(self) -> str:
        return str(self.record)
