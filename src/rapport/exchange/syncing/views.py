"""The pages of connected systems: set one up, say what goes where, look first, and see what it does."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rapport.channels.forms import kind_form, parts
from rapport.exchange.exporting.access import may_export
from rapport.exchange.syncing import queries, showing, starting
from rapport.exchange.syncing.errors import SyncError, SystemProblem
from rapport.exchange.syncing.models import Connection
from rapport.exchange.syncing.seam import Direction, Line, Noun, Rule, Step, System
from rapport.exchange.syncing.systems import SYSTEMS, system_of
from rapport.team.permissions import AgentRequest, needs
from rapport.team.types import Permission

RUNS_SHOWN = 15
_EVERY = (5, 15, 60, 360)
View = Callable[..., HttpResponse]


def for_those_who_see_everything(view: View) -> View:
    @wraps(view)
    def guarded(request: AgentRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not may_export(request.user):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


@require_safe
@needs(Permission.EXPORT)
@for_those_who_see_everything
def systems(request: AgentRequest) -> HttpResponse:
    found = list(queries.connections())
    for each in found:
        each.label = SYSTEMS[each.kind].label  # type: ignore[attr-defined]
    return render(request, "exchange/systems.html", {"connections": found, "kinds": SYSTEMS.values()})


@require_http_methods(["GET", "POST"])
@needs(Permission.EXPORT)
@for_those_who_see_everything
def new_system(request: AgentRequest, kind: str) -> HttpResponse:
    """How it is reached; tried before it is kept."""
    if kind not in SYSTEMS:
        raise Http404
    return _settings(request, SYSTEMS[kind], None)


@require_http_methods(["GET", "POST"])
@needs(Permission.EXPORT)
@for_those_who_see_everything
def system_settings(request: AgentRequest, pk: int) -> HttpResponse:
    found = _connection(pk)
    return _settings(request, SYSTEMS[found.kind], found)


@require_safe
@needs(Permission.EXPORT)
@for_those_who_see_everything
def system(request: AgentRequest, pk: int) -> HttpResponse:
    """How it stands: what is next to do, what was not taken, and what each run did."""
    found = _connection(pk)
    before = request.GET.get("before", "")
    problems = queries.problems(found, int(before[:18]) if before.isdecimal() else None)
    reached = system_of(found)
    for each in problems:
        each.address = reached.address_of(Noun(each.noun), each.their_id) if each.their_id else ""  # type: ignore[attr-defined]
    shown = {
        **_state(found),
        "problems": problems[: queries.PROBLEMS_SHOWN],
        "older": problems[queries.PROBLEMS_SHOWN - 1].pk if len(problems) > queries.PROBLEMS_SHOWN else None,
        "runs": [(run, showing.in_words(run), showing.notes(run)) for run in _runs(found)],
    }
    return render(request, "exchange/system.html", shown)


@require_safe
@needs(Permission.EXPORT)
@for_those_who_see_everything
def system_progress(request: AgentRequest, pk: int) -> HttpResponse:
    """How far looking through it is; once it is over the page is asked for anew."""
    state = _state(_connection(pk))
    answer = render(request, "exchange/_system_trial.html", state)
    if state["trial"] is None or state["trial"].ended_at:
        answer["HX-Refresh"] = "true"
    return answer


@require_http_methods(["GET", "POST"])
@needs(Permission.EXPORT)
@for_those_who_see_everything
def system_fields(request: AgentRequest, pk: int) -> HttpResponse:
    """Which field here is which there, which way it goes and who wins."""
    found = _connection(pk)
    mistake = ""
    if request.method == "POST":
        try:
            starting.map_fields(found, {noun: _lines(request, noun) for noun in Noun}, _options(request))
            messages.success(request, _("Saved."))
            return redirect("settings_system", pk)
        except SyncError as error:
            mistake = str(error)
            found.mapping = {noun: [vars(line) for line in _lines(request, noun)] for noun in Noun}
    reached, tables = system_of(found), []
    for noun in Noun:
        try:
            theirs = reached.fields(noun)
        except SystemProblem as error:
            theirs, mistake = [], mistake or str(error)
        tables.append(showing.table(found, noun, reached, theirs))
    shown = {
        "connection": found,
        "tables": tables,
        "directions": Direction.choices,
        "rules": Rule.choices,
        "every": _EVERY,
        "mistake": mistake,
    }
    return render(
        request, "exchange/system_fields.html", shown, status=422 if mistake and request.method == "POST" else 200
    )


@require_POST
@needs(Permission.EXPORT)
@for_those_who_see_everything
def system_step(request: AgentRequest, pk: int) -> HttpResponse:
    """Look, begin, pause, go on, run, try again, or let go."""
    found = _connection(pk)
    try:
        match request.POST.get("do"):
            case "look":
                starting.look_first(found)
            case "begin":
                starting.begin(found, by=request.user)
                messages.success(request, _("Both are kept in step from now on."))
            case "pause":
                starting.pause(found)
            case "resume":
                starting.resume(found)
            case "run":
                starting.run_now(found)
                messages.success(request, _("It runs in a moment."))
            case "retry":
                one = request.POST.get("record", "")
                starting.try_again(
                    found, get_object_or_404(found.records, pk=int(one[:18])) if one.isdecimal() else None
                )
                messages.success(request, _("It is tried again with the next run."))
            case "let_go":
                starting.let_go(found)
                messages.success(request, _("It is no longer connected. Nobody was deleted, here or there."))
                return redirect("settings_systems")
    except SyncError as error:
        messages.error(request, str(error))
    return redirect("settings_system", pk)


def _connection(pk: int) -> Connection:
    return get_object_or_404(queries.connections(), pk=pk)


def _runs(found: Connection) -> list[Any]:
    return list(found.runs.filter(is_trial=False)[:RUNS_SHOWN])


def _state(found: Connection) -> dict[str, Any]:
    trial = found.runs.filter(is_trial=True).first()
    latest = found.runs.filter(is_trial=False).first()
    return {
        "connection": found,
        "system": SYSTEMS[found.kind],
        "trial": trial,
        "trial_figures": showing.figures(trial) if trial else [],
        "trial_notes": showing.notes(trial) if trial else [],
        "is_looking": trial is not None and trial.ended_at is None,
        "latest": latest,
    }


def _settings(request: AgentRequest, kind: type[System], found: Connection | None) -> HttpResponse:
    kept = found.settings if found else {}
    name = found.name if found else kind.label
    steps: list[Step] = []
    form = kind_form(kind.form, request.POST if request.method == "POST" else None, kept=kept)
    for field in form.fields.values():
        is_select = isinstance(field.widget, forms.Select)
        field.widget.attrs.setdefault("class", "select" if is_select else "input")
    if request.method == "POST":
        name = request.POST.get("name", "")
        if form.is_valid():
            reached = kind({**kept, **form.cleaned_data})
            steps = reached.check()
            if not any(step.problem for step in steps):
                return _keep(request, reached, found, name)
    plain, folded = parts(form)
    shown = {
        "kind": kind,
        "connection": found,
        "form": form,
        "parts": plain,
        "folded": folded,
        "steps": steps,
        "name": name,
    }
    return render(request, "exchange/system_settings.html", shown, status=422 if request.method == "POST" else 200)


def _keep(request: AgentRequest, reached: System, found: Connection | None, name: str) -> HttpResponse:
    if found is None:
        made = starting.connect(reached.name, name=name, settings=reached.settings, by=request.user)
        messages.success(request, _("It is reached. Nothing is written yet: look first what would happen."))
        return redirect("settings_system", made.pk)
    starting.change_settings(found, name=name, settings=reached.settings)
    messages.success(request, _("Saved."))
    return redirect("settings_system", found.pk)


def _lines(request: AgentRequest, noun: Noun) -> list[Line]:
    """The lines of the table of which something was chosen."""
    columns = [request.POST.getlist(f"{noun}-{name}") for name in ("ours", "theirs", "direction", "rule")]
    return [
        Line(
            mine,
            theirs[:200],
            Direction(way) if way in Direction.values else Direction.BOTH,
            Rule(rule) if rule in Rule.values else Rule.NEWEST,
        )
        for mine, theirs, way, rule in zip(*columns, strict=False)
        if mine
    ]


def _options(request: AgentRequest) -> dict[str, Any]:
    said = request.POST.get("every_minutes", "")
    options: dict[str, Any] = {name: name in request.POST for name in ("makes_here", "makes_there", "has_companies")}
    if said.isdecimal() and int(said[:5]) in _EVERY:
        options["every_minutes"] = int(said)
    return options
