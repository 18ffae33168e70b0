"""The pages of an import: bring a table, say what its columns are, see what would come of it, do it, take it back."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rapport.backbone import files
from rapport.customers.importing import tables
from rapport.customers.importing.models import ImportState
from rapport.exchange.importing import shapes, starting
from rapport.exchange.importing.columns import check, kinds, known
from rapport.exchange.importing.errors import TableError, Unreadable, WrongColumns
from rapport.exchange.importing.models import TableImport
from rapport.kit.sheets import CONTENT_TYPE, csv_lines
from rapport.team.permissions import AgentRequest, needs
from rapport.team.types import Permission

ENCODINGS = (("utf-8-sig", "UTF-8"), ("gb18030", "GB18030 (GBK)"), ("cp1252", "Windows-1252"), ("utf-16", "UTF-16"))
SHOWN = 50
_SHOWN_PROBLEMS = 20
_READING = ("kind", "encoding", "separator", "sheet")


@require_http_methods(["GET", "POST"])
@needs(Permission.MANAGE_FIELDS)
def imports(request: AgentRequest) -> HttpResponse:
    """The latest imports, and where a file is brought."""
    mistake = ""
    if request.method == "POST":
        given = request.FILES.get("file")
        try:
            if given is None:
                raise Unreadable(_("Choose a file first."))
            if (given.size or 0) > tables.LARGEST:
                told = {"most": tables.LARGEST // 1024 // 1024}
                raise Unreadable(_("This file is larger than %(most)d MB. Split it into several files.") % told)
            kind = request.POST.get("kind", "")
            source = starting.bring(given.read(), name=given.name or "", kind=kind, by=request.user)
            return redirect("table_import", pk=source.pk)
        except Unreadable as error:
            mistake = str(error)
    latest = list(_imports()[:SHOWN])
    shown = {
        "imports": [(each, shapes.label_of(each)) for each in latest],
        "kinds": [(each.kind, each.label) for each in kinds()],
        "kind": request.POST.get("kind", ""),
        "mistake": mistake,
        "most": tables.LARGEST // 1024 // 1024,
        "most_rows": tables.MOST_ROWS,
    }
    return render(request, "exchange/importing/imports.html", shown, status=422 if mistake else 200)


@require_http_methods(["GET", "POST"])
@needs(Permission.MANAGE_FIELDS)
def table_import(request: AgentRequest, pk: int) -> HttpResponse:
    """One import, wherever it is; POST says what its columns are, and tries it."""
    source = get_object_or_404(_imports(), pk=pk)
    mistake = ""
    if request.method == "POST":
        try:
            before = _reading(source)
            source = starting.choose(source, _said(request))
            # Read another way, the columns are guessed anew, and somebody has to look at them first.
            if "reread" not in request.POST and before == _reading(source):
                check(source.columns, source.said, known(source.kind))
                starting.begin_trying(source)
            return redirect("table_import", pk=pk)
        except WrongColumns as error:
            mistake = str(error)
            source.columns = request.POST.getlist("column") or source.columns
            source.said = _for_all(request)
        except TableError as error:
            mistake = str(error)
    return render(request, "exchange/importing/import.html", _shown(source, mistake), status=422 if mistake else 200)


@require_safe
@needs(Permission.MANAGE_FIELDS)
def progress(request: AgentRequest, pk: int) -> HttpResponse:
    """How far it is; once it is over the page is asked for anew."""
    source = get_object_or_404(_imports(), pk=pk)
    answer = render(request, "exchange/importing/_progress.html", {"source": source})
    if not source.is_at_work:
        answer["HX-Refresh"] = "true"
    return answer


@require_POST
@needs(Permission.MANAGE_FIELDS)
def step(request: AgentRequest, pk: int) -> HttpResponse:
    """Start, stop, go on, take back, or throw away."""
    source = get_object_or_404(_imports(), pk=pk)
    try:
        match request.POST.get("do"):
            case "begin":
                starting.begin(source, by=request.user)
            case "stop":
                starting.stop(source, by=request.user)
            case "resume":
                starting.resume(source)
            case "undo":
                starting.begin_undoing(source, by=request.user)
            case "change":
                starting.choose(source, {})
            case "throw_away":
                starting.throw_away(source)
                messages.success(request, _("The file is gone. Nothing of it was imported."))
                return redirect("table_imports")
    except TableError as error:
        messages.error(request, str(error))
    return redirect("table_import", pk=pk)


@require_safe
@needs(Permission.MANAGE_FIELDS)
def problems(request: AgentRequest, pk: int) -> HttpResponseBase:
    """The rows that were not imported, to mend and import again."""
    source = get_object_or_404(_imports(), pk=pk)
    try:
        rows = csv_lines(shapes.problem_heads(source), shapes.problem_rows(source))
        answer = StreamingHttpResponse(rows, content_type=CONTENT_TYPE)
    except files.Missing as error:
        return HttpResponse(str(error), status=410, content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="import-{source.pk}-errors.csv"'
    return answer


def _imports() -> QuerySet[TableImport]:
    return TableImport.objects.select_related("file", "by")


def _reading(source: TableImport) -> tuple[str, ...]:
    return tuple(getattr(source, name) for name in _READING)


def _for_all(request: AgentRequest) -> dict[str, str]:
    return {name[5:]: request.POST[name] for name in request.POST if name.startswith("said.") and request.POST[name]}


def _said(request: AgentRequest) -> dict[str, object]:
    said: dict[str, object] = {name: request.POST[name] for name in _READING if name in request.POST}
    said["has_header"] = "has_header" in request.POST
    if "reread" not in request.POST:
        said["columns"] = request.POST.getlist("column")
        said["said"] = _for_all(request)
    return said


def _shown(source: TableImport, mistake: str) -> dict[str, object]:
    return {
        "source": source,
        "label": shapes.label_of(source),
        "mistake": mistake or (source.problem if source.state == ImportState.DRAFT else ""),
        "columns": shapes.columns(source),
        "targets": shapes.targets(source),
        "for_all": shapes.for_all(source),
        "kinds": [(each.kind, each.label) for each in kinds()],
        "encodings": ENCODINGS,
        "separators": ((",", ","), (";", ";"), ("\t", _("Tab")), ("|", "|")),
        "counts": shapes.counts_of(source),
        "wrong": source.problems.all()[:_SHOWN_PROBLEMS],
        "is_undoable": starting.is_undoable(source) and shapes.takes_back(source),
        "undo_days": starting.UNDO_FOR.days,
        "has_nothing": not (source.created or source.changed),
    }
