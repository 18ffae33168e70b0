"""The page of exports: choose what goes out, watch it being written, fetch it."""

from datetime import datetime, time
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rapport.backbone import files, outflow
from rapport.exchange.exporting import shapes, starting
from rapport.exchange.exporting.access import may_export
from rapport.exchange.exporting.errors import ExportError, NotNow, Unknown
from rapport.exchange.exporting.models import KEPT_FOR, Export
from rapport.exchange.exporting.writing import Format
from rapport.team.permissions import AgentRequest, needs
from rapport.team.types import Permission

SHOWN = 30
TYPES = {"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl", "zip": "application/zip"}


@require_http_methods(["GET", "POST"])
@needs(Permission.EXPORT)
def exports(request: AgentRequest) -> HttpResponse:
    """What can go out, and the latest exports; POST asks for one."""
    mistake = ""
    if request.method == "POST":
        try:
            _permit(request)
            starting.begin(
                request.POST.getlist("kinds"),
                format_=request.POST.get("format", ""),
                since=_since(request.POST.get("since", "")),
                by=request.user,
            )
            return redirect("settings_export")
        except ExportError as error:
            mistake = str(error)
    return render(request, "exchange/exports.html", _shown(request, mistake), status=422 if mistake else 200)


@require_safe
@needs(Permission.EXPORT)
def progress(request: AgentRequest, pk: int) -> HttpResponse:
    """How far it is; once it is over the page is asked for anew."""
    found = get_object_or_404(_exports(), pk=pk)
    answer = render(request, "exchange/_export_progress.html", {"export": found})
    if not found.is_at_work:
        answer["HX-Refresh"] = "true"
    return answer


@require_POST
@needs(Permission.EXPORT)
def stop(request: AgentRequest, pk: int) -> HttpResponse:
    _permit(request)
    try:
        starting.stop(get_object_or_404(_exports(), pk=pk))
    except NotNow as error:
        messages.error(request, str(error))
    return redirect("settings_export")


@require_POST
@needs(Permission.EXPORT)
def file(request: AgentRequest, pk: int) -> HttpResponseBase:
    """The file itself. Asked for by a form rather than a link: that somebody took it is written down."""
    _permit(request)
    found = get_object_or_404(_exports(), pk=pk)
    try:
        return download(found)
    except (NotNow, files.Missing) as error:
        messages.error(request, str(error))
        return redirect("settings_export")


def download(export: Export) -> FileResponse:
    """Raises NotNow, files.Missing."""
    stored = starting.fetch(export)
    kind = TYPES.get(export.file_name.rpartition(".")[2], "application/octet-stream")
    answer = FileResponse(files.open(stored), as_attachment=True, filename=export.file_name, content_type=kind)
    answer["Content-Length"] = str(stored.size)
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer


def _permit(request: AgentRequest) -> None:
    if not may_export(request.user):
        raise PermissionDenied


def _exports() -> QuerySet[Export]:
    return Export.objects.select_related("file", "by")


def _since(said: str) -> datetime | None:
    """The beginning of a day in the reader's time. Raises Unknown."""
    if not said:
        return None
    try:
        day = parse_date(said)
    except ValueError:
        day = None
    if day is None or not 1971 <= day.year <= 9000:
        raise Unknown(_("Write the day as 2026-03-01."))
    return timezone.make_aware(datetime.combine(day, time.min))


def _shown(request: AgentRequest, mistake: str) -> dict[str, Any]:
    latest = list(_exports()[:SHOWN])
    for each in latest:
        each.told = ", ".join(shapes.labels(each.kinds)) if len(each.kinds) <= 3 else ""  # type: ignore[attr-defined]
        each.counted = sum(each.rows.values())  # type: ignore[attr-defined]
    asked = request.POST.getlist("kinds") if request.method == "POST" else ["customers"]
    return {
        "kinds": [(each.kind, each.label, each.kind in asked) for each in outflow.outflows().values()],
        "is_all": "all" in asked,
        "formats": Format.choices,
        "format": request.POST.get("format", Format.CSV),
        "since": request.POST.get("since", ""),
        "current": next((each for each in latest if each.is_at_work), None),
        "exports": [each for each in latest if not each.is_at_work],
        "days": KEPT_FOR.days,
        "mistake": mistake,
        "may_export": may_export(request.user),
    }
