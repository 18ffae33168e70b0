"""Exports over HTTP: ask for one, see how far it is, fetch its file."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import FileResponse
from ninja import Query, Router, Status
from pydantic import BaseModel, Field, StringConstraints

from rapport.backbone import files
from rapport.exchange.exporting import shapes, starting, views
from rapport.exchange.exporting.access import may_export
from rapport.exchange.exporting.errors import NotNow, Unknown
from rapport.exchange.exporting.models import Export
from rapport.kit.rest.paging import Page, Paging, page
from rapport.kit.rest.problems import Clash, Forbidden, Invalid, NotFound
from rapport.kit.rest.shapes import WITHOUT_NUL, Id, Moment, Shape
from rapport.team.api import ApiRequest, agent_of
from rapport.team.models import Agent
from rapport.team.types import Permission

exports_router = Router(tags=["Exports"])

KindName = Annotated[str, StringConstraints(max_length=60, pattern=WITHOUT_NUL)]


class NewExport(Shape):
    kinds: list[KindName] = Field(
        description="Such as customers, conversations, messages; `all` for everything.",
        min_length=1,
        max_length=100,
        examples=[["customers", "companies"]],
    )
    format: Literal["csv", "jsonl", "parquet"] = "csv"
    since: Moment | None = Field(None, description="Only what was written or changed since, where a kind knows that.")


class ExportShape(BaseModel):
    id: int
    kinds: list[str]
    format: str
    since: datetime | None
    state: str = Field(description="waiting, writing, done, failed, stopped or forgotten.")
    problem: str = Field(description="Why there is no file; else empty.")
    total: int = Field(description="Rows there are to write.")
    position: int = Field(description="Rows that are written.")
    rows: dict[str, int] = Field(description="Once it is done, how many rows each kind has.")
    file_name: str
    size: int | None = Field(description="Of the file in bytes; null while there is none.")
    made_at: datetime
    finished_at: datetime | None
    kept_until: datetime | None = Field(description="Until when the file can be fetched.")


@exports_router.get("/exports", response=Page[ExportShape], summary="List exports")
def list_exports(request: ApiRequest, paging: Query[Paging]) -> dict[str, Any]:
    _exporter(request)
    return page(Export.objects.select_related("file"), paging, shape=_shape)


@exports_router.post("/exports", response={202: ExportShape}, summary="Ask for an export")
def add_export(request: ApiRequest, body: NewExport) -> Status[ExportShape]:
    """One at a time is written; several kinds come as one ZIP, for whoever sees every conversation."""
    agent = _exporter(request)
    try:
        made = starting.begin(body.kinds, format_=body.format, since=body.since, by=agent)
    except Unknown as error:
        raise Invalid.at("body.kinds", str(error)) from error
    except NotNow as error:
        raise Clash(str(error)) from error
    return Status(202, _shape(made))


@exports_router.get("/exports/{export_id}", response=ExportShape, summary="Read how an export stands")
def read_export(request: ApiRequest, export_id: Id) -> ExportShape:
    return _shape(_export_for(request, export_id))


@exports_router.get(
    "/exports/{export_id}/file",
    response={200: None},
    summary="Download the file of an export",
    openapi_extra={
        "responses": {
            200: {"content": {"*/*": {"schema": {"type": "string", "format": "binary"}}}},
            409: {"description": "It is not written yet, or no longer kept"},
        }
    },
)
def download_export(request: ApiRequest, export_id: Id) -> FileResponse:
    """For seven days. Each download is written down in the audit trail."""
    found = _export_for(request, export_id)
    try:
        return views.download(found)
    except (NotNow, files.Missing) as error:
        raise Clash(str(error)) from error


def _exporter(request: ApiRequest) -> Agent:
    agent = agent_of(request, Permission.EXPORT)
    if not may_export(agent):
        raise Forbidden("Only a role that sees every conversation may take data out.")
    return agent


def _export_for(request: ApiRequest, pk: int) -> Export:
    _exporter(request)
    found = Export.objects.select_related("file").filter(pk=pk).first()
    if found is None:
        raise NotFound("There is no such export.")
    return found


def _shape(export: Export) -> ExportShape:
    return ExportShape.model_validate(shapes.plainly(export))
