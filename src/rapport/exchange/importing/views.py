"""The pages of an import: bring a table, say what its columns are, see what would come of it, do it, take it back."""

from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rapport.customers.importing import steps, tables
from rapport.customers.importing.errors import CannotRead, ImportingError, WrongColumns
from rapport.customers.importing.models import ImportState
from rapport.customers.importing.pages import ENCODINGS, SHOWN, SHOWN_PROBLEMS, problems_of, separators, take_step
from rapport.customers.importing.shapes import columns_of
from rapport.exchange.importing import shapes, starting
from rapport.exchange.importing.columns import check, kinds, known
from rapport.exchange.importing.models import TableImport
from rapport.team.permissions import AgentRequest, needs
from rapport.team.types import Permission

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
                raise CannotRead(_("Choose a file first."))
            if (given.size or 0) > tables.LARGEST:
                told = {"most": tables.LARGEST // 1024 // 1024}
                raise CannotRead(_("This file is larger than %(most)d MB. Split it into several files.") % told)
            kind = request.POST.get("kind", "")
            source = starting.bring(given.read(), name=given.name or "", kind=kind, by=request.user)
            return redirect("table_import", pk=source.pk)
        except CannotRead as error:
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
        except ImportingError as error:
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
    went_on = take_step(request, source, starting)
    return redirect("table_import", pk=pk) if went_on else redirect("table_imports")


@require_safe
@needs(Permission.MANAGE_FIELDS)
def problems(request: AgentRequest, pk: int) -> HttpResponseBase:
    """The rows that were not imported, to mend and import again."""
    source = get_object_or_404(_imports(), pk=pk)
    return problems_of(source)


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
        "columns": columns_of(source),
        "targets": shapes.targets(source),
        "for_all": shapes.for_all(source),
        "kinds": [(each.kind, each.label) for each in kinds()],
        "encodings": ENCODINGS,
        "separators": separators(),
        "counts": shapes.counts_of(source),
        "wrong": source.problems.all()[:SHOWN_PROBLEMS],
        "is_undoable": starting.is_undoable(source) and shapes.takes_back(source),
        "undo_days": steps.UNDO_FOR.days,
        "has_nothing": not (source.created or source.changed),
    }
