"""Imports over HTTP: a file is the body of a request, everything else is JSON."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, Any, Literal

from django.db.models import QuerySet
from ninja import Query, Router, Status
from pydantic import BaseModel, Field, StringConstraints

from rapport.customers.importing import shapes, starting, tables
from rapport.customers.importing.errors import CannotRead, ImportingError, WrongColumns
from rapport.customers.importing.models import CustomerImport, ImportedRow, Outcome
from rapport.kit.rest.paging import Page, Paging, page
from rapport.kit.rest.problems import Clash, Invalid, NotFound, TooLarge
from rapport.kit.rest.shapes import WITHOUT_NUL, Id, Shape
from rapport.team.api import ApiRequest, agent_of
from rapport.team.types import Permission

imports_router = Router(tags=["Customers"])

FileName = Annotated[str, StringConstraints(max_length=200, pattern=WITHOUT_NUL)]
Word = Annotated[str, StringConstraints(max_length=100, pattern=WITHOUT_NUL)]


class Naming(BaseModel):
    name: FileName = Field("customers.csv", description="What the file is called.")


class ImportShape(BaseModel):
    id: int
    file_name: str
    state: str = Field(description="draft, checking, checked, importing, done, undoing, undone or failed.")
    problem: str = Field(description="Why it stopped; else empty.")
    encoding: str = Field(description="utf-8-sig, utf-16, gb18030, cp1252; xlsx for a workbook.")
    separator: str
    sheet: str
    sheets: list[str]
    has_header: bool
    heads: list[str] = Field(description="What the columns are called in the file.")
    columns: list[str] = Field(description="What each column is; empty for one that is left out.")
    match_by: str
    existing: str
    total: int = Field(description="Rows of the file.")
    position: int = Field(description="Rows that are done.")
    created: int
    changed: int
    same: int
    skipped: int
    wrong: int
    taken_back: int
    kept: int
    made_at: datetime
    finished_at: datetime | None


class Choices(Shape):
    """What is left out stays as it is. Another encoding, separator or sheet reads the file and guesses columns anew."""

    columns: list[Word] | None = Field(
        None,
        description="For each column name, first_name, last_name, email, phone, account, company, domain, language, "
        "time_zone, location, field:KEY, or nothing to leave it out.",
        max_length=tables.MOST_COLUMNS,
    )
    has_header: bool | None = None
    match_by: Literal["any", "email", "phone", "external"] | None = None
    existing: Literal["update", "fill", "skip"] | None = None
    encoding: Literal["utf-8-sig", "utf-16", "gb18030", "cp1252"] | None = None
    separator: Literal[",", ";", "\t", "|"] | None = None
    sheet: Word | None = None


class RowProblemShape(BaseModel):
    row: int = Field(description="As the spreadsheet counts its rows.")
    problem: str


@imports_router.get("/customers/imports", response=Page[ImportShape], summary="List imports of customers")
def list_imports(request: ApiRequest, paging: Query[Paging]) -> dict[str, Any]:
    agent_of(request, Permission.MANAGE_FIELDS)
    return page(CustomerImport.objects.all(), paging, shape=_shape)


@imports_router.post("/customers/imports", response={201: ImportShape}, summary="Bring a file of customers")
def add_import(request: ApiRequest, naming: Query[Naming]) -> Status[ImportShape]:
    """The body is the file itself, CSV or XLSX, up to 25 MB (10 MB with an `Idempotency-Key`). Nothing is imported."""
    agent = agent_of(request, Permission.MANAGE_FIELDS)
    # With a key the body was read already, to compare it.
    data = request.body if hasattr(request, "_body") else request.read(tables.LARGEST + 1)
    if len(data) > tables.LARGEST:
        raise TooLarge("A file may have 25 MB. Split it into several files.")
    with _told():
        return Status(201, _shape(starting.bring(data, name=naming.name, by=agent)))


@imports_router.get("/customers/imports/{import_id}", response=ImportShape, summary="Read how an import stands")
def read_import(request: ApiRequest, import_id: Id) -> ImportShape:
    return _shape(_import_for(request, import_id))


@imports_router.patch("/customers/imports/{import_id}", response=ImportShape, summary="Say what the columns are")
def change_import(request: ApiRequest, import_id: Id, body: Choices) -> ImportShape:
    source = _import_for(request, import_id)
    with _told():
        said = {name: value for name, value in body.model_dump(exclude_unset=True).items() if value is not None}
        return _shape(starting.choose(source, said))


@imports_router.post("/customers/imports/{import_id}/trial", response={202: ImportShape}, summary="Try an import")
def try_import(request: ApiRequest, import_id: Id) -> Status[ImportShape]:
    """Counts what would come of it, and keeps what is wrong; nothing is written."""
    source = _import_for(request, import_id)
    with _told():
        starting.begin_trying(source)
    return Status(202, _shape(_import_for(request, import_id)))


@imports_router.post("/customers/imports/{import_id}/run", response={202: ImportShape}, summary="Run an import")
def run_import(request: ApiRequest, import_id: Id) -> Status[ImportShape]:
    """Rows with errors are left out. One that stopped goes on where it stands."""
    source = _import_for(request, import_id)
    with _told():
        if source.state == "failed":
            starting.resume(source)
        else:
            starting.begin(source, by=agent_of(request, Permission.MANAGE_FIELDS))
    return Status(202, _shape(_import_for(request, import_id)))


@imports_router.post(
    "/customers/imports/{import_id}/undoing", response={202: ImportShape}, summary="Take an import back"
)
def undo_import(request: ApiRequest, import_id: Id) -> Status[ImportShape]:
    """For 30 days. Customers with whom something else happened since stay, and what was changed again stays too."""
    source = _import_for(request, import_id)
    with _told():
        starting.begin_undoing(source, by=agent_of(request, Permission.MANAGE_FIELDS))
    return Status(202, _shape(_import_for(request, import_id)))


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


def _import_for(request: ApiRequest, pk: int) -> CustomerImport:
    agent_of(request, Permission.MANAGE_FIELDS)
    source = CustomerImport.objects.select_related("file").filter(pk=pk).first()
    if source is None:
        raise NotFound("There is no such import.")
    return source


def _shape(source: CustomerImport) -> ImportShape:
    return ImportShape.model_validate(shapes.plainly(source))


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except WrongColumns as error:
        raise Invalid.at("body.columns", str(error)) from error
    except CannotRead as error:
        raise Invalid.at("body", str(error)) from error
    except ImportingError as error:
        raise Clash(str(error)) from error
