"""The settings of rules: the list in its order, the form with its dry run, and the log."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from rapport.automation import queries, rows, steps
from rapport.automation.actions import rules as actions
from rapport.automation.conditions import Remembering
from rapport.automation.errors import Mistaken
from rapport.automation.models import Rule
from rapport.automation.patterns import PATTERNS
from rapport.automation.trying import DAYS, Trial, dry_run
from rapport.automation.types import BY_TIME, Do, Step, Trigger
from rapport.automation.variables import VARIABLES
from rapport.automation.views.macros import back_to, with_undo
from rapport.automation.wording import said
from rapport.team.permissions import AgentRequest, needs
from rapport.team.types import Permission

LOG_PAGE = 50
_BLANK_LINE = {"field": "text", "op": "has", "value": ""}


@require_GET
@needs(Permission.MANAGE_AUTOMATION)
def rules(request: AgentRequest) -> HttpResponse:
    """Every rule in words, in the order in which they look."""
    found = said(queries.rules())
    counts = queries.runs_of_a_day()
    shown = [{"said": each, "rule": each.rule, "runs": counts.get(each.rule.pk, 0)} for each in found]
    return render(request, "automation/rules.html", {"rules": shown, "patterns": PATTERNS})


@require_http_methods(["GET", "POST"])
@needs(Permission.MANAGE_AUTOMATION)
def new_rule(request: AgentRequest) -> HttpResponse:
    return _form(request, None)


@require_http_methods(["GET", "POST"])
@needs(Permission.MANAGE_AUTOMATION)
def rule(request: AgentRequest, pk: int) -> HttpResponse:
    return _form(request, get_object_or_404(queries.rules(), pk=pk))


@require_POST
@needs(Permission.MANAGE_AUTOMATION)
def pattern(request: AgentRequest, key: str) -> HttpResponse:
    """Make the rules of a pattern, switched off."""
    found = next((each for each in PATTERNS if each.key == key), None)
    if found is None:
        return HttpResponse(status=404)
    made = [actions.save_rule(None, by=request.user, **each) for each in found.rules()]
    messages.success(request, _("Made, and switched off. Look at it, try it, then switch it on."))
    return redirect("settings_rule", made[0].pk) if len(made) == 1 else redirect("settings_rules")


@require_POST
@needs(Permission.MANAGE_AUTOMATION)
def switch(request: AgentRequest, pk: int) -> HttpResponse:
    """On or off, as `on` says."""
    found = get_object_or_404(queries.rules(), pk=pk)
    is_on = request.POST.get("on") == "1"
    actions.switch_rule(found, is_on=is_on)
    name = {"name": found.name}
    messages.success(request, _("“%(name)s” is on.") % name if is_on else _("“%(name)s” is off.") % name)
    return redirect("settings_rules")


@require_POST
@needs(Permission.MANAGE_AUTOMATION)
def order(request: AgentRequest, pk: int) -> HttpResponse:
    actions.order_rule(get_object_or_404(queries.rules(), pk=pk), up=request.POST.get("up") == "1")
    return redirect("settings_rules")


@require_POST
@needs(Permission.MANAGE_AUTOMATION)
def copy(request: AgentRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(queries.rules(), pk=pk)
    return redirect("settings_rule", actions.duplicate_rule(found, by=request.user).pk)


@require_POST
@needs(Permission.MANAGE_AUTOMATION)
def deletion(request: AgentRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(queries.rules(), pk=pk)
    actions.delete_rule(found)
    messages.success(request, with_undo(_("“%(name)s” is deleted.") % {"name": found.name}, "rule_restoration", pk))
    return redirect("settings_rules")


@require_POST
@needs(Permission.MANAGE_AUTOMATION)
def restoration(request: AgentRequest, pk: int) -> HttpResponse:
    actions.restore_rule(get_object_or_404(Rule, pk=pk))
    return back_to(request, "settings_rules")


@require_GET
@needs(Permission.MANAGE_AUTOMATION)
def log(request: AgentRequest, pk: int) -> HttpResponse:
    """What a rule did, newest first, in the conversations this agent may see."""
    found = get_object_or_404(queries.rules(), pk=pk)
    before = request.GET.get("before", "")
    runs = queries.runs_of(found, by=request.user, before=int(before[:18]) if before.isdecimal() else None)
    page = list(runs[: LOG_PAGE + 1])
    names = steps.names_in(Step.of(each) for run in page for each in run.did)
    shown = [{"run": run, "did": [steps.said(Step.of(each), names) for each in run.did]} for run in page[:LOG_PAGE]]
    older = page[LOG_PAGE - 1].pk if len(page) > LOG_PAGE else None
    return render(request, "automation/rule_log.html", {"rule": found, "runs": shown, "older": older})


def _form(request: AgentRequest, found: Rule | None) -> HttpResponse:
    if request.method != "POST":
        return _shown(request, found, _kept(found))
    posted = _posted(request)
    if rows.wants_reshaping(request.POST) and request.POST["reshape"] != "try":
        conditions, actions_ = posted["conditions"]["conditions"], posted["steps"]
        posted["conditions"]["conditions"] = rows.reshaped(conditions, request.POST, "condition", _BLANK_LINE)
        posted["steps"] = rows.reshaped(actions_, request.POST, "step", {"do": Do.TAG, "value": ""})
        return _shown(request, found, posted, added=request.POST["reshape"])
    try:
        if request.POST.get("reshape") == "try":
            draft = actions.checked_rule(None, by=request.user, **posted | {"name": posted["name"] or "?"})
            return _shown(request, found, posted, trial=dry_run(draft, by=request.user))
        kept = actions.save_rule(found, by=request.user, **posted)
    except Mistaken as error:
        return _shown(request, found, posted, error=error)
    messages.success(request, _("Saved.") if kept.is_on else _("Saved. It is switched off."))
    return redirect("settings_rules")


def _posted(request: AgentRequest) -> dict[str, Any]:
    post = request.POST
    return {
        "name": post.get("name", ""),
        "trigger": post.get("trigger", ""),
        "hours": post.get("hours", ""),
        "conditions": rows.posted_conditions(post),
        "steps": rows.posted_steps(post),
        "stops": post.get("stops") == "on",
        "most_an_hour": post.get("most_an_hour", ""),
        "is_on": post.get("is_on") == "on",
    }


def _kept(found: Rule | None) -> dict[str, Any]:
    kept = found or Rule()
    conditions = kept.conditions or {}
    return {
        "name": kept.name,
        "trigger": kept.trigger,
        "hours": kept.hours or "",
        "conditions": {"match": conditions.get("match", "all"), "conditions": conditions.get("conditions", [])},
        "steps": kept.steps or [{"do": Do.TAG, "value": ""}],
        "stops": kept.stops,
        "most_an_hour": kept.most_an_hour,
        "is_on": kept.is_on,
    }


def _shown(
    request: AgentRequest,
    found: Rule | None,
    posted: dict[str, Any],
    *,
    error: Mistaken | None = None,
    trial: Trial | None = None,
    added: str = "",
) -> HttpResponse:
    vocabulary = Remembering()
    lines = posted["conditions"]["conditions"]
    context = {
        "rule": found,
        "said": posted,
        "by_event": [(each.value, each.label) for each in Trigger if each not in BY_TIME],
        "by_time": [(each.value, each.label) for each in BY_TIME],
        "is_by_time": posted["trigger"] in BY_TIME,
        "lines": rows.condition_rows(lines, vocabulary, added=added == "add:condition"),
        "subjects": [(subject.name, subject.label) for subject in vocabulary.every],
        "rows": rows.step_rows(posted["steps"], for_rule=True, added=added == "add:step"),
        "doings": Do.choices,
        "tags": rows.tags(),
        "variables": [(f"{{{{ {name} }}}}", label) for name, label in VARIABLES.items() if name[:6] != "agent."],
        "errors": {error.field: str(error)} if error else {},
        "trial": trial,
        "verdict": _verdict(trial) if trial else "",
        "deeds": _deeds(posted["steps"]) if trial else [],
    }
    return render(request, "automation/rule.html", context, status=422 if error else 200)


def _deeds(posted: list[dict[str, str]]) -> list[str]:
    names = steps.names_in(Step.of(each) for each in posted)
    return [steps.said(Step.of(each), names) for each in posted]


def _verdict(trial: Trial) -> str:
    told = {"count": trial.count, "days": DAYS, "looked": trial.looked}
    fits = ngettext(
        "It would have acted %(count)d time in the last %(days)d days.",
        "It would have acted %(count)d times in the last %(days)d days.",
        trial.count,
    )
    if trial.is_whole:
        return fits % told
    return _("It would have acted %(count)d times among the latest %(looked)d that were looked at.") % told
