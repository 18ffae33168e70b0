"""The pages of moving in: choose where from, see that it works, look around, move, and take it back."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from rapport.conversations.models import Inbox
from rapport.exchange.moving_in import finding, shapes, starting
from rapport.exchange.moving_in.errors import MovingError
from rapport.exchange.moving_in.forms import SourceForm
from rapport.exchange.moving_in.models import UNDO_FOR, MoveIn, MoveState
from rapport.exchange.moving_in.seam import Source, sources
from rapport.exchange.moving_in.types import Kind
from rapport.kit.sheets import CONTENT_TYPE, csv_lines
from rapport.team.permissions import AgentRequest, needs
from rapport.team.types import Permission

_SHOWN_PROBLEMS = 20
LARGEST_FILE = 50 * 1024 * 1024


class WhatForm(forms.Form):
    """What is brought, and where conversations are put."""

    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("What to bring"), choices=Kind.choices, widget=forms.CheckboxSelectMultiple
    )
    inbox = forms.ModelChoiceField(
        label=gettext_lazy("Put conversations into"), queryset=Inbox.objects.all(), required=False,
        empty_label=gettext_lazy("A new inbox with the name of the source"),
    )  # fmt: skip

    def __init__(self, source: type[Source], *args: Any, **said: Any) -> None:
        super().__init__(*args, **said)
        choices = [(kind.value, kind.label) for kind in source.kinds]
        self.fields["kinds"].choices = choices  # type: ignore[attr-defined]
        self.fields["kinds"].initial = [value for value, _label in choices]


@require_GET
@needs(Permission.MANAGE_TEAM)
def moves(request: AgentRequest) -> HttpResponse:
    """Where one can come from, and who came so far."""
    rows = list(MoveIn.objects.select_related("by")[:50])
    for row in rows:
        row.label = shapes.label_of(row)  # type: ignore[attr-defined]
    return render(request, "exchange/moving_in/moves.html", {"moves": rows, "sources": sources().values()})


@never_cache
@require_http_methods(["GET", "POST"])
@needs(Permission.MANAGE_TEAM)
def new_move(request: AgentRequest, name: str) -> HttpResponse:
    """The form of a source, with what to copy where; POST tries it before anything is kept."""
    source = _source(name)
    before = MoveIn.objects.filter(pk=request.GET.get("move") or 0, source=name).first() if _is_id(request) else None
    kept = before.settings if before else {}
    given = (request.POST,) if request.method == "POST" else ()
    shown_first = {name: value for name, value in kept.items() if name != "token"}
    form = source.form(request.POST if given else None, kept=kept, initial=shown_first)
    what = WhatForm(source, *given, initial={"inbox": before.inbox_id if before else None})
    shown = {"source": source, "guide": source.guide(), "form": form, "what": what, "steps": [], "mistake": ""}
    if request.method == "POST" and form.is_valid() and what.is_valid():
        try:
            if answer := _tried(request, source, form, what, shown):
                return answer
        except MovingError as error:
            shown["mistake"] = str(error)
    return render(request, "exchange/moving_in/source.html", shown, status=422 if given else 200)


def _tried(
    request: AgentRequest, source: type[Source], form: SourceForm, what: WhatForm, shown: dict[str, Any]
) -> HttpResponse | None:
    """Where everything works: the move, which begins by looking around. Else what does not is shown."""
    file = request.FILES.get("file") if source.reads_file else None
    if source.reads_file and (file is None or (file.size or 0) > LARGEST_FILE):
        told = {"most": LARGEST_FILE // 1024 // 1024}
        shown["mistake"] = _("Choose a file of at most %(most)d MB; a larger one goes by the command line.") % told
        return None
    if not source.reads_file:
        shown["steps"] = source(form.cleaned_data).check()
        if not all(step.is_fine for step in shown["steps"]):
            return None
    kinds = [Kind(value) for value in what.cleaned_data["kinds"]]
    move = starting.prepare(
        source.name, form.cleaned_data, kinds=kinds, inbox=what.cleaned_data["inbox"], by=request.user,
        file=file.file if file else None, file_name=file.name or "" if file else "",
    )  # fmt: skip
    if source.reads_file:
        shown["steps"] = starting.check(move)
        if not all(step.is_fine for step in shown["steps"]):
            return None
    if move.state == MoveState.DRAFT:
        starting.look(move)
    return redirect("one_move_in", pk=move.pk)


@require_safe
@needs(Permission.MANAGE_TEAM)
def move(request: AgentRequest, pk: int) -> HttpResponse:
    """One move, wherever it is."""
    return render(request, "exchange/moving_in/move.html", _shown(get_object_or_404(_moves(), pk=pk)))


@require_safe
@needs(Permission.MANAGE_TEAM)
def progress(request: AgentRequest, pk: int) -> HttpResponse:
    """How far it is; once it is over the page is asked for anew."""
    found = get_object_or_404(_moves(), pk=pk)
    answer = render(request, "exchange/moving_in/_progress.html", _shown(found))
    if not found.is_at_work:
        answer["HX-Refresh"] = "true"
    return answer


@require_POST
@needs(Permission.MANAGE_TEAM)
def step(request: AgentRequest, pk: int) -> HttpResponse:
    """Look around, begin, pause, take back, or throw away."""
    found = get_object_or_404(_moves(), pk=pk)
    try:
        match request.POST.get("do"):
            case "look":
                starting.look(found)
            case "begin":
                starting.begin(found, by=request.user)
            case "pause":
                starting.pause(found)
            case "undo":
                starting.begin_undoing(found, by=request.user)
            case "throw_away":
                starting.throw_away(found)
                messages.success(request, _("Forgotten, with its token. Nothing else changed."))
                return redirect("move_in")
    except MovingError as error:
        messages.error(request, str(error))
    return redirect("one_move_in", pk=pk)


@require_safe
@needs(Permission.MANAGE_TEAM)
def problems(request: AgentRequest, pk: int) -> HttpResponseBase:
    """What did not come, or not whole."""
    found = get_object_or_404(_moves(), pk=pk)
    heads = [_("What"), _("Number there"), _("Why")]
    rows = ((row.get_kind_display(), row.key, row.problem) for row in found.problems.iterator())
    answer = StreamingHttpResponse(csv_lines(heads, rows), content_type=CONTENT_TYPE)
    answer["Content-Disposition"] = f'attachment; filename="move-in-{found.pk}-problems.csv"'
    return answer


def _moves() -> Any:
    return MoveIn.objects.select_related("by", "inbox", "undone_by")


def _is_id(request: AgentRequest) -> bool:
    return (request.GET.get("move") or "").isdecimal() and len(request.GET["move"]) < 18


def _source(name: str) -> type[Source]:
    try:
        return finding.kind_of_source(name)
    except MovingError as error:
        raise Http404(str(error)) from error


def _shown(found: MoveIn) -> dict[str, Any]:
    source = sources().get(found.source)
    names, current = shapes.stages(found)
    return {
        "move": found,
        "label": shapes.label_of(found),
        "stages": names,
        "current": current,
        "counted": shapes.counted(found),
        "seen": shapes.seen(found),
        "problems": found.problems.all()[:_SHOWN_PROBLEMS],
        "problem_count": found.problems.count(),
        "left_behind": source.guide().left_behind if source else (),
        "articles_folder": shapes.articles_folder(found, finding.account_of(found)),
        "undo_days": UNDO_FOR.days,
    }
