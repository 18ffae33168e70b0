"""Imports of customers over HTTP."""

from collections.abc import Callable
from typing import Any, Literal

from django.db.models import QuerySet
from ninja import Query, Router, Status
from pydantic import BaseModel, Field

from rapport.customers.importing import shapes, starting, tables
from rapport.customers.importing.models import CustomerImport, ImportedRow, Outcome
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
from rapport.kit.rest.paging import Page, Paging, page
from rapport.kit.rest.problems import NotFound
from rapport.kit.rest.shapes import Id
from rapport.team.api import ApiRequest, agent_of
from rapport.team.models import Agent
from rapport.team.types import Permission

imports_router = Router(tags=["Customers"])


class Naming(BaseModel):
    name: FileName = Field("customers.csv", description="What the file is called.")


class ImportShape(FileImportShape):
    match_by: str
    existing: str


class Choices(FileChoices):
    """What is left out stays as it is. Another encoding, separator or sheet reads the file and guesses columns anew."""

    columns: list[Word] | None = Field(
        None,
        description="For each column name, first_name, last_name, email, phone, account, company, domain, language, "
        "time_zone, location, field:KEY, or nothing to leave it out.",
        max_length=tables.MOST_COLUMNS,
    )
    match_by: Literal["any", "email", "phone", "external"] | None = None
    existing: Literal["update", "fill", "skip"] | None = None


@imports_router.get("/customers/imports", response=Page[ImportShape], summary="List imports of customers")
def list_imports(request: ApiRequest, paging: Query[Paging]) -> dict[str, Any]:
    agent_of(request, Permission.MANAGE_FIELDS)
    return page(CustomerImport.objects.all(), paging, shape=_shape)


@imports_router.post("/customers/imports", response={201: ImportShape}, summary="Bring a file of customers")
def add_import(request: ApiRequest, naming: Query[Naming]) -> Status[ImportShape]:
    """The body is the file itself, CSV or XLSX, up to 25 MB (10 MB with an `Idempotency-Key`). Nothing is imported."""
    agent = agent_of(request, Permission.MANAGE_FIELDS)
    with told():
        return Status(201, _shape(starting.bring(file_of(request), name=naming.name, by=agent)))


@imports_router.get("/customers/imports/{import_id}", response=ImportShape, summary="Read how an import stands")
def read_import(request: ApiRequest, import_id: Id) -> ImportShape:
    return _shape(_import_for(request, import_id))


@imports_router.patch("/customers/imports/{import_id}", response=ImportShape, summary="Say what the columns are")
def change_import(request: ApiRequest, import_id: Id, body: Choices) -> ImportShape:
    source = _import_for(request, import_id)
    with told():
        said = {name: value for name, value in body.model_dump(exclude_unset=True).items() if value is not None}
        return _shape(starting.choose(source, said))


@imports_router.post("/customers/imports/{import_id}/trial", response={202: ImportShape}, summary="Try an import")
def try_import(request: ApiRequest, import_id: Id) -> Status[ImportShape]:
    """Counts what would come of it, and keeps what is wrong; nothing is written."""
    return _take(request, import_id, lambda source, _by: starting.begin_trying(source))


@imports_router.post("/customers/imports/{import_id}/run", response={202: ImportShape}, summary="Run an import")
def run_import(request: ApiRequest, import_id: Id) -> Status[ImportShape]:
    """Rows with errors are left out. One that stopped goes on where it stands."""
    return _take(request, import_id, lambda source, by: begin_or_go_on(source, starting, by=by))


@imports_router.post(
    "/customers/imports/{import_id}/undoing", response={202: ImportShape}, summary="Take an import back"
)
def undo_import(request: ApiRequest, import_id: Id) -> Status[ImportShape]:
    """For 30 days. Customers with whom something else happened since stay, and what was changed again stays too."""
    return _take(request, import_id, lambda source, by: starting.begin_undoing(source, by=by))


@imports_router.get(
    "/customers/imports/{import_id}/problems",
    response=Page[RowProblemShape],
    summary="List rows that were not imported",
)
def list_problems(request: ApiRequest, import_id: Id, paging: Query[Paging]) -> dict[str, Any]:
    wrong: QuerySet[ImportedRow] = _import_for(request, import_id).rows.filter(outcome=Outcome.WRONG)
    return page(
        wrong, paging, shape=lambda row: RowProblemShape(row=row.number, problem=row.problem), order=("number",)
    )


def _take(request: ApiRequest, pk: int, step: Callable[[CustomerImport, Agent], None]) -> Status[ImportShape]:
    """One step of it, and how it stands then."""
    source = _import_for(request, pk)
    with told():
        step(source, agent_of(request, Permission.MANAGE_FIELDS))
    return Status(202, _shape(_import_for(request, pk)))


def _import_for(request: ApiRequest, pk: int) -> CustomerImport:
    agent_of(request, Permission.MANAGE_FIELDS)
    source = CustomerImport.objects.select_related("file").filter(pk=pk).first()
    if source is None:
        raise NotFound("There is no such import.")
    return source


def _shape(source: CustomerImport) -> ImportShape:
    return ImportShape.model_validate(shapes.plainly(source, "match_by", "existing"))
