"""What the pages show of an import."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from rapport.backbone import files, intake
from rapport.backbone.intake import TakesBack
from rapport.customers.importing import tables
from rapport.customers.importing.shapes import Column, columns_of
from rapport.exchange.importing.columns import known, sayable
from rapport.exchange.importing.models import TableImport
from rapport.kit.sheets import safe_cell


def columns(source: TableImport) -> list[Column]:
    return columns_of(source)


def targets(source: TableImport) -> list[tuple[str, str]]:
    """Everything that a column can be; what has to be there is marked."""
    return [
        (column.name, f"{column.label} *" if column.required else str(column.label))
        for column in known(source.kind).columns
    ]


def for_all(source: TableImport) -> list[dict[str, Any]]:
    """What may be said for every row at once, with what is said."""
    choices = {
        "date_order": (("dmy", _("Day first: 31/12/2026")), ("mdy", _("Month first: 12/31/2026"))),
        "scale": (
            ("csat", _("Satisfaction, 1 to 5")),
            ("nps", _("Recommendation, 0 to 10")),
            ("ces", _("Effort, 1 to 7")),
            ("ease", _("Ease, 1 to 7")),
        ),
    }
    labels = {"currency": _("Currency"), "date_order": _("How days are written"), "scale": _("Scale")}
    return [
        {
            "name": column.name,
            "label": labels[column.name],
            "choices": choices.get(column.name, ()),
            "value": source.said.get(column.name, ""),
        }
        for column in sayable(known(source.kind))
    ]


def label_of(source: TableImport) -> str:
    found = intake.intakes().get(source.kind)
    return str(found.label) if found else source.kind


def takes_back(source: TableImport) -> bool:
    return isinstance(intake.intakes().get(source.kind), TakesBack)


def counts_of(source: TableImport) -> list[tuple[str, int]]:
    """Label and number of what became, or would become, of the rows."""
    found = [
        (pgettext("rows of a table", "New"), source.created),
        (pgettext("rows of a table", "Changed"), source.changed),
        (_("The same already"), source.same),
    ]
    if source.skipped:
        found.append((_("Left as they are"), source.skipped))
    return [*found, (_("With errors"), source.wrong)]


def problem_rows(source: TableImport) -> Iterator[list[str]]:
    """The rows that were not imported, as they are in the file, each with its number and why. Raises files.Missing."""
    told = dict(source.problems.values_list("number", "problem"))
    if source.file is None or not told:
        return iter([[str(number), problem] for number, problem in told.items()])
    table = tables.Table(source.encoding, source.separator, source.sheet)
    # Read before the first line is sent: a file that is missing is then said in place of it.
    found = tables.rows(files.read(source.file), table)
    return ([str(number), told[number], *cells] for number, cells in found if number in told)


def problem_heads(source: TableImport) -> list[str]:
    return [_("Row"), _("What is wrong"), *(str(safe_cell(each.head or each.letter)) for each in columns(source))]
