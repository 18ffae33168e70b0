"""What pages and the API show of an import."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from rapport.backbone import intake
from rapport.backbone.intake import TakesBack
from rapport.customers.importing.shapes import plainly as file_plainly
from rapport.exchange.importing.columns import known, sayable
from rapport.exchange.importing.models import TableImport


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


def plainly(source: TableImport) -> dict[str, Any]:
    """As the API answers it."""
    return {**file_plainly(source, "kind"), "for_every_row": source.said}
