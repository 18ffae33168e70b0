"""The pages of an import: bring a file, say what its columns are, see what would come of it, do it, take it back."""

from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from rapport.customers.fields import FIELDS
from rapport.customers.importing import shapes, starting, steps, tables, undoing
from rapport.customers.importing.columns import check
from rapport.customers.importing.errors import CannotRead, ImportingError, WrongColumns
from rapport.customers.importing.models import CustomerImport, Existing, ImportState, MatchBy, Outcome
from rapport.customers.importing.pages import ENCODINGS, SHOWN, SHOWN_PROBLEMS, problems_of, separators, take_step
from rapport.team.permissions import AgentRequest, needs
from rapport.team.types import Permission


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
            source = starting.bring(given.read(), name=given.name or "", by=request.user)
            return redirect("customer_import", pk=source.pk)
        except CannotRead as error:
            mistake = str(error)
    shown = {
        "imports": _imports().select_related("by")[:SHOWN],
        "mistake": mistake,
        "most": tables.LARGEST // 1024 // 1024,
        "most_rows": tables.MOST_ROWS,
    }
    return render(request, "customers/imports.html", shown, status=422 if mistake else 200)


@needs(Permission.MANAGE_FIELDS)
def customer_import(request: AgentRequest, pk: int) -> HttpResponse:
    """One import, wherever it is; POST says what its columns are, and tries it."""
    source = get_object_or_404(_imports(), pk=pk)
    mistake = ""
    if request.method == "POST":
        try:
            before = _reading(source)
            source = starting.choose(source, _said(request))
            # Read another way, the columns are guessed anew, and somebody has to look at them first.
            if "reread" not in request.POST and before == _reading(source):
                check(source.columns, list(FIELDS.present))
                starting.begin_trying(source)
            return redirect("customer_import", pk=pk)
        except WrongColumns as error:
            mistake = str(error)
            source.columns = request.POST.getlist("column") or source.columns
        except ImportingError as error:
            mistake = str(error)
    return render(request, "customers/import.html", _shown(source, mistake), status=422 if mistake else 200)


@require_safe
@needs(Permission.MANAGE_FIELDS)
def progress(request: AgentRequest, pk: int) -> HttpResponse:
    """How far it is; once it is over the page is asked for anew."""
    source = get_object_or_404(_imports(), pk=pk)
    answer = render(request, "customers/_import_progress.html", {"source": source})
    if not source.is_at_work:
        answer["HX-Refresh"] = "true"
    return answer


@require_POST
@needs(Permission.MANAGE_FIELDS)
def step(request: AgentRequest, pk: int) -> HttpResponse:
    """Start, stop, go on, take back, or throw away."""
    source = get_object_or_404(_imports(), pk=pk)
    went_on = take_step(request, source, starting)
    return redirect("customer_import", pk=pk) if went_on else redirect("customer_imports")


@require_safe
@needs(Permission.MANAGE_FIELDS)
def problems(request: AgentRequest, pk: int) -> HttpResponseBase:
    """The rows that were not imported, to mend and import again."""
    source = get_object_or_404(_imports(), pk=pk)
    return problems_of(source)


def _imports() -> QuerySet[CustomerImport]:
    return CustomerImport.objects.select_related("file", "by")


def _reading(source: CustomerImport) -> tuple[str, str, str]:
    return source.encoding, source.separator, source.sheet


def _said(request: AgentRequest) -> dict[str, object]:
    said: dict[str, object] = {
        name: request.POST[name]
        for name in ("encoding", "separator", "sheet", "match_by", "existing")
        if name in request.POST
    }
    said["has_header"] = "has_header" in request.POST
    if "reread" not in request.POST:
        said["columns"] = request.POST.getlist("column")
    return said


def _shown(source: CustomerImport, mistake: str) -> dict[str, object]:
    fields = list(FIELDS.present)
    wrong = source.rows.filter(outcome=Outcome.WRONG)[:SHOWN_PROBLEMS]
    return {
        "source": source,
        "mistake": mistake or (source.problem if source.state == ImportState.DRAFT else ""),
        "columns": shapes.columns_of(source),
        "targets": shapes.targets(fields),
        "encodings": ENCODINGS,
        "separators": separators(),
        "matches": MatchBy.choices,
        "choices": Existing.choices,
        "counts": shapes.counts_of(source),
        "wrong": wrong,
        "is_undoable": undoing.is_undoable(source),
        "undo_days": steps.UNDO_FOR.days,
        "has_nothing": not (source.created or source.changed),
    }
