"""The life cycle as a page, a move by hand, and what is set up."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rapport.customers.errors import CannotArrange
from rapport.customers.going_back import back_to, done
from rapport.customers.lifecycle import arranging, deciding, figures, moving, queries, running, shown
from rapport.customers.lifecycle.founding import life_cycle
from rapport.customers.lifecycle.models import Stage, StageEntry, StageRule
from rapport.customers.queries import visible_to
from rapport.team.permissions import AgentRequest, needs
from rapport.team.types import Permission


@require_safe
@needs(Permission.READ)
def funnel(request: AgentRequest) -> HttpResponse:
    """How many stand where, who moved, and who stayed."""
    steps = figures.funnel()
    context: dict[str, Any] = {"steps": shown.steps(steps), "total": sum(step.count for step in steps)}
    if context["total"]:
        context |= {
            "moves": shown.moves(figures.moves(), queries.stages()),
            "stages": queries.stages(),
            "passages": figures.passages(),
            "cohorts": shown.cohorts(figures.cohorts()),
            "months": range(figures.MONTHS),
        }
    context |= {"settings": life_cycle(), "may_set_up": request.user.may(Permission.MANAGE_FIELDS)}
    return render(request, "customers/lifecycle/funnel.html", context)


@require_POST
@needs(Permission.REPLY)
def customer_stage(request: AgentRequest, pk: int) -> HttpResponse:
    """Move one customer by hand."""
    customer = get_object_or_404(visible_to(request.user), pk=pk)
    stage = queries.stage_called(request.POST.get("stage", ""))
    if stage is None:
        return back_to(request, "customer", pk)
    entry = moving.move(customer, to=stage, by=request.user, reason=request.POST.get("reason", ""))
    return done(request, _("Moved to %(stage)s.") % {"stage": stage.label}, "stage_undoing", entry.pk, "customer", pk)


@require_POST
@needs(Permission.REPLY)
def stage_undoing(request: AgentRequest, pk: int) -> HttpResponse:
    """As if it had not been moved."""
    entry = get_object_or_404(StageEntry, pk=pk, customer__in=visible_to(request.user))
    try:
        moving.undo(entry, by=request.user)
    except CannotArrange as error:
        messages.error(request, str(error))
    return back_to(request, "customer", entry.customer_id)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.MANAGE_FIELDS)
def settings_life_cycle(request: AgentRequest) -> HttpResponse:
    """Stages and rules; POST says whether they move anybody, or has them do it now."""
    if request.method == "POST" and "run" in request.POST:
        running.begin(by=request.user)
        messages.success(request, _("Every customer is being looked at. This goes on by itself."))
        return redirect("settings_life_cycle")
    if request.method == "POST":
        try:
            days = int(request.POST.get("hand_days") or 0)
            arranging.set_up(is_on="is_on" in request.POST, hand_days=days)
            messages.success(request, _("Saved."))
        except (CannotArrange, ValueError) as error:
            messages.error(request, str(error) if isinstance(error, CannotArrange) else _("Give a number of days."))
        return redirect("settings_life_cycle")
    rules = queries.rules()
    trial = running.try_out(deciding.rules_that_are_on(rules)) if "try" in request.GET else None
    context = {
        "page": "life_cycle",
        "settings": life_cycle(),
        "stages": queries.stages(),
        "rules": shown.rules(rules, queries.stages(), trial),
        "trial": trial,
        "moves": shown.trial(trial, queries.stages()) if trial else [],
        "last_run": queries.last_run(),
    }
    return render(request, "customers/lifecycle/settings.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.MANAGE_FIELDS)
def stage(request: AgentRequest, pk: int | None = None) -> HttpResponse:
    """A new one without `pk`."""
    found = get_object_or_404(Stage, pk=pk) if pk else None
    mistake = ""
    said: dict[str, Any] = {name: getattr(found, name, "") for name in ("name", "description", "tone", "is_active")}
    if request.method == "POST":
        said = {name: request.POST.get(name, "") for name in ("name", "description", "tone")}
        said["is_active"] = "is_active" in request.POST
        try:
            if found:
                arranging.change_stage(found, **said)
            else:
                arranging.add_stage(**said)
            messages.success(request, _("Saved."))
            return redirect("settings_life_cycle")
        except CannotArrange as error:
            mistake = str(error)
    context = {"page": "life_cycle", "stage": found, "said": said, "mistake": mistake, "tones": shown.tones()}
    return render(request, "customers/lifecycle/stage.html", context, status=422 if mistake else 200)


@require_POST
@needs(Permission.MANAGE_FIELDS)
def stage_step(request: AgentRequest, pk: int) -> HttpResponse:
    """One place `up` or `down`, or away."""
    found = get_object_or_404(Stage, pk=pk)
    try:
        if request.POST.get("to") == "away":
            arranging.remove_stage(found)
            messages.success(request, _("%(name)s is deleted.") % {"name": found.label})
        else:
            arranging.shift_stage(found, by=-1 if request.POST.get("to") == "up" else 1)
    except CannotArrange as error:
        messages.error(request, str(error))
    return redirect("settings_life_cycle")


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.MANAGE_FIELDS)
def rule(request: AgentRequest, pk: int | None = None) -> HttpResponse:
    """A new one without `pk`; `try` counts whom it would move and keeps nothing."""
    found = get_object_or_404(StageRule.objects.select_related("stage"), pk=pk) if pk else None
    form = shown.RuleForm(request.POST if request.method == "POST" else None, found)
    trial = None
    if request.method == "POST":
        try:
            if "try" in request.POST:
                trial = running.try_out([form.as_rule()])
            else:
                arranging.save_rule(found, **form.said())
                messages.success(request, _("Saved."))
                return redirect("settings_life_cycle")
        except CannotArrange as error:
            form.mistake = str(error)
    context = {
        "page": "life_cycle",
        "rule": found,
        "form": form,
        "trial": trial,
        "moves": shown.trial(trial, queries.stages()) if trial else [],
    }
    return render(request, "customers/lifecycle/rule.html", context, status=422 if form.mistake else 200)


@require_POST
@needs(Permission.MANAGE_FIELDS)
def rule_step(request: AgentRequest, pk: int) -> HttpResponse:
    """One place `up` or `down`, or away."""
    found = get_object_or_404(StageRule, pk=pk)
    if request.POST.get("to") == "away":
        arranging.remove_rule(found)
        messages.success(request, _("The rule is deleted. Whom it moved stays where they are."))
    else:
        arranging.shift_rule(found, by=-1 if request.POST.get("to") == "up" else 1)
    return redirect("settings_life_cycle")
