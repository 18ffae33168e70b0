"""A file that came in, what its columns are, how far it is, and what it made."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from rapport.customers.importing.models import FileImport


class TableImport(FileImport):
    """`kind` is that of an intake, such as orders, and `columns` has names of its columns. `said` holds for every row
    that does not say it itself. What came by a command has no file.
    """

    kind = models.CharField(_("what is in it"), max_length=40)
    said = models.JSONField(_("for every row"), default=dict)
    # Its file and what is kept of each row are gone: only the counts are left.
    is_forgotten = models.BooleanField(default=False)

    def what_was_wrong(self) -> dict[int, str]:
        return dict(self.problems.values_list("number", "problem"))


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
