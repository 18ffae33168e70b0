"""What pages and the API show of an import."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from rapport.backbone import files
from rapport.backbone.custom_fields.models import FieldBase
from rapport.customers.importing import tables
from rapport.customers.importing.columns import OWN, TARGETS
from rapport.customers.importing.models import CustomerImport, FileImport
from rapport.kit.sheets import safe_cell


@dataclass(frozen=True)
class Column:
    """One column of the file, for whoever says what it is."""

    place: int
    letter: str
    head: str
    target: str
    examples: list[str]


def columns_of(source: FileImport) -> list[Column]:
    heads = source.sample[0] if source.sample else []
    body = source.sample[source.has_header :]
    return [
        Column(
            place,
            _letter(place),
            heads[place] if source.has_header and place < len(heads) else "",
            target,
            [row[place] for row in body if place < len(row) and row[place]][:3],
        )
        for place, target in enumerate(source.columns)
    ]


def targets(fields: Sequence[FieldBase]) -> list[tuple[str, str]]:
    """Everything that a column can be, the company's own fields last."""
    own = [(f"{OWN}{field.key}", field.label) for field in fields]
    return [*((name, str(label)) for name, label in TARGETS.items()), *own]


def problem_rows(source: FileImport) -> Iterator[list[str]]:
    """The rows that were not imported, as they are in the file, each with its number and why. Raises files.Missing."""
    told = source.what_was_wrong()
    if source.file is None or not told:
        return iter([[str(number), problem] for number, problem in told.items()])
    table = tables.Table(source.encoding, source.separator, source.sheet)
    # Read before the first line is sent: a file that is missing is then said in place of it.
    found = tables.rows(files.read(source.file), table)
    return ([str(number), told[number], *cells] for number, cells in found if number in told)


def problem_heads(source: FileImport) -> list[str]:
    return [_("Row"), _("What is wrong"), *(str(safe_cell(each.head or each.letter)) for each in columns_of(source))]


def counts_of(source: CustomerImport) -> list[tuple[str, int, str]]:
    """Label, number and tone of what became, or would become, of the rows."""
    found: list[tuple[str, int, str]] = [
        (_("New customers"), source.created, "good"),
        (_("Changed"), source.changed, ""),
        (_("The same already"), source.same, ""),
    ]
    if source.skipped:
        found.append((_("Left as they are"), source.skipped, ""))
    return [*found, (_("With errors"), source.wrong, "bad" if source.wrong else "")]


def plainly(source: FileImport, *more: str) -> dict[str, Any]:
    """As the API answers it, with `more` of a child's own."""
    names = (
        "file_name state problem encoding separator sheet sheets has_header columns total position "
        "created changed same skipped wrong taken_back kept made_at finished_at"
    )
    heads = [column.head or column.letter for column in columns_of(source)]
    return {"id": source.pk, "heads": heads, **{name: getattr(source, name) for name in (*names.split(), *more)}}


def _letter(place: int) -> str:
    """As a spreadsheet calls it: A, B, ... Z, AA."""
    letters, place = "", place + 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
