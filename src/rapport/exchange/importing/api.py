"""Imports of tables of any kind over HTTP: orders, products, subscriptions, deals, ratings, events."""

from collections.abc import Callable
from typing import Any

from ninja import Query, Router, Status
from pydantic import BaseModel, Field

from rapport.customers.importing import tables
from rapport.customers.importing.over_http import (
    FileChoices,
    FileImportShape,
    FileName,
    RowProblemShape,
    Word,
    begin_or_go_on,
    file_of,
    told,
)
from rapport.exchange.importing import shapes, starting
from rapport.exchange.importing.columns import kinds, sayable
from rapport.exchange.importing.models import TableImport, TableProblem
from rapport.kit.rest.paging import Page, Paging, page
from rapport.kit.rest.problems import NotFound
from rapport.kit.rest.shapes import Id
from rapport.team.api import ApiRequest, agent_of
from rapport.team.models import Agent
from rapport.team.types import Permission

table_imports_router = Router(tags=["Imports"])


class TableNaming(BaseModel):
    name: FileName = Field("table.csv", description="What the file is called.")
    kind: Word = Field("", description="What is in it, one of the kinds; found out by its columns when left out.")


class TableColumnShape(BaseModel):
    name: str
    label: str
    required: bool
    repeats: bool = Field(description="Several columns of a file may be this; they come as lines of one.")


class TableKindShape(BaseModel):
    kind: str
    label: str
    columns: list[TableColumnShape]
    for_every_row: list[str] = Field(description="What may be said once in place of a column.")


class TableImportShape(FileImportShape):
    kind: str = Field(description="What is in it, such as orders.")
    for_every_row: dict[str, str] = Field(description="What holds for each row that does not say it itself.")


class TableChoices(FileChoices):
    """What is left out stays as it is. Another kind, encoding, separator or sheet guesses the columns anew."""

    kind: Word | None = None
    columns: list[Word] | None = Field(
        None,
        description="For each column a name out of those of its kind, or nothing to leave it out.",
        max_length=tables.MOST_COLUMNS,
    )
    for_every_row: dict[Word, Word] | None = Field(
        None, description="Such as a currency; what its kind does not take is left out.", max_length=10
    )


@table_imports_router.get("/imports/kinds", response=list[TableKindShape], summary="List kinds of tables")
def list_table_kinds(request: ApiRequest) -> list[TableKindShape]:
    """Customers have imports of their own, at `/customers/imports`."""
    agent_of(request, Permission.MANAGE_FIELDS)
    return [
        TableKindShape(
            kind=each.kind,
            label=str(each.label),
            columns=[
                TableColumnShape(
                    name=column.name, label=str(column.label), required=column.required, repeats=column.repeats
                )
                for column in each.columns
            ],
            for_every_row=[column.name for column in sayable(each)],
        )
        for each in kinds()
    ]


@table_imports_router.get("/imports", response=Page[TableImportShape], summary="List imports of tables")
def list_table_imports(request: ApiRequest, paging: Query[Paging]) -> dict[str, Any]:
    """Those that came by a command too."""
    agent_of(request, Permission.MANAGE_FIELDS)
    return page(TableImport.objects.all(), paging, shape=_shape)


@table_imports_router.post("/imports", response={201: TableImportShape}, summary="Bring a table")
def add_table_import(request: ApiRequest, naming: Query[TableNaming]) -> Status[TableImportShape]:
    """The body is the file itself, CSV or XLSX, up to 25 MB (10 MB with an `Idempotency-Key`). Nothing is imported."""
    agent = agent_of(request, Permission.MANAGE_FIELDS)
    with told():
        source = starting.bring(file_of(request), name=naming.name, kind=naming.kind, by=agent)
    return Status(201, _shape(source))


@table_imports_router.get("/imports/{import_id}", response=TableImportShape, summary="Read how a table's import stands")
def read_table_import(request: ApiRequest, import_id: Id) -> TableImportShape:
    return _shape(_import_for(request, import_id))


@table_imports_router.patch(
    "/imports/{import_id}", response=TableImportShape, summary="Say what the columns of a table are"
)
def change_table_import(request: ApiRequest, import_id: Id, body: TableChoices) -> TableImportShape:
    source = _import_for(request, import_id)
    said = {name: value for name, value in body.model_dump(exclude_unset=True).items() if value is not None}
    for_every_row = said.pop("for_every_row", None)
    if for_every_row is not None or "columns" in said:
        said.setdefault("columns", source.columns)
        said["said"] = source.said if for_every_row is None else for_every_row
    with told():
        return _shape(starting.choose(source, said))


@table_imports_router.delete("/imports/{import_id}", response={204: None}, summary="Throw a table away")
def delete_table_import(request: ApiRequest, import_id: Id) -> Status[None]:
    """One of which nothing was imported yet."""
    source = _import_for(request, import_id)
    with told():
        starting.throw_away(source)
    return Status(204, None)


@table_imports_router.post(
    "/imports/{import_id}/trial", response={202: TableImportShape}, summary="Try the import of a table"
)
def try_table_import(request: ApiRequest, import_id: Id) -> Status[TableImportShape]:
    """Counts what would come of it, and keeps what is wrong; nothing is written."""
    return _take(request, import_id, lambda source, _by: starting.begin_trying(source))


@table_imports_router.post("/imports/{import_id}/run", response={202: TableImportShape}, summary="Import a table")
def run_table_import(request: ApiRequest, import_id: Id) -> Status[TableImportShape]:
    """Rows with errors are left out. One that stopped goes on where it stands."""
    return _take(request, import_id, lambda source, by: begin_or_go_on(source, starting, by=by))


@table_imports_router.post(
    "/imports/{import_id}/stop", response={202: TableImportShape}, summary="Stop the import of a table"
)
def stop_table_import(request: ApiRequest, import_id: Id) -> Status[TableImportShape]:
    """It stays where it stands, and can go on or be taken back."""
    return _take(request, import_id, lambda source, by: starting.stop(source, by=by))


@table_imports_router.post(
    "/imports/{import_id}/undoing", response={202: TableImportShape}, summary="Take the import of a table back"
)
def undo_table_import(request: ApiRequest, import_id: Id) -> Status[TableImportShape]:
    """For 30 days. What it made goes again; what was touched since stays, and so do records that were known before."""
    return _take(request, import_id, lambda source, by: starting.begin_undoing(source, by=by))


@table_imports_router.get(
    "/imports/{import_id}/problems",
    response=Page[RowProblemShape],
    summary="List rows of a table that were not imported",
)
def list_table_problems(request: ApiRequest, import_id: Id, paging: Query[Paging]) -> dict[str, Any]:
    wrong = TableProblem.objects.filter(source=_import_for(request, import_id))
    return page(
        wrong, paging, shape=lambda row: RowProblemShape(row=row.number, problem=row.problem), order=("number",)
    )


def _take(request: ApiRequest, pk: int, step: Callable[[TableImport, Agent], None]) -> Status[TableImportShape]:
    """One step of it, and how it stands then."""
    source = _import_for(request, pk)
    with told():
        step(source, agent_of(request, Permission.MANAGE_FIELDS))
    return Status(202, _shape(_import_for(request, pk)))


def _import_for(request: ApiRequest, pk: int) -> TableImport:
    agent_of(request, Permission.MANAGE_FIELDS)
    source = TableImport.objects.select_related("file").filter(pk=pk).first()
    if source is None:
        raise NotFound("There is no such import.")
    return source


def _shape(source: TableImport) -> TableImportShape:
    return TableImportShape.model_validate(shapes.plainly(source))
