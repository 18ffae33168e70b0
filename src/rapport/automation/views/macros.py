"""The settings of macros: agents keep their own, team leads those that are shared."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from rapport.automation import queries, rows, steps
from rapport.automation.actions import macros as actions
from rapport.automation.errors import Mistaken
from rapport.automation.models import Macro
from rapport.automation.texts import plain
from rapport.automation.types import MACRO_STEPS, Do, Sharing
from rapport.automation.variables import VARIABLES
from rapport.kit.text import shortened, storable
from rapport.team.models import Team
from rapport.team.permissions import AgentRequest, needs
from rapport.team.types import Permission

PAGE = 200
_FIELDS = ("name", "shortcut", "folder", "html", "html_zh", "sharing")


@require_GET
@needs(Permission.REPLY)
def macros(request: AgentRequest) -> HttpResponse:
    """Those this agent may use or change, most used first, or those that hold the words looked for."""
    words = storable(request.GET.get("q", "")).strip()[:100]
    found = list(queries.found(queries.macros_to_set_up(request.user), words).select_related("team", "owner")[:PAGE])
    names = steps.names_in(step for macro in found for step in macro.actions)
    shown = [
        {
            "macro": macro,
            "text": shortened(plain(macro.html or macro.html_zh), 140),
            "steps": [steps.said(step, names) for step in macro.actions],
            "may_change": queries.may_change(request.user, macro),
        }
        for macro in found
    ]
    return render(request, "automation/macros.html", {"macros": shown, "words": words, "most": PAGE})


@require_http_methods(["GET", "POST"])
@needs(Permission.REPLY)
def new_macro(request: AgentRequest) -> HttpResponse:
    return _form(request, None)


@require_http_methods(["GET", "POST"])
@needs(Permission.REPLY)
def macro(request: AgentRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(queries.macros_to_set_up(request.user), pk=pk)
    if not queries.may_change(request.user, found):
        return redirect("settings_macros")
    return _form(request, found)


@require_POST
@needs(Permission.REPLY)
def copy(request: AgentRequest, pk: int) -> HttpResponse:
    """A private copy, to be changed."""
    found = get_object_or_404(queries.macros_to_set_up(request.user), pk=pk)
    return redirect("settings_macro", actions.duplicate_macro(found, by=request.user).pk)


@require_POST
@needs(Permission.REPLY)
def deletion(request: AgentRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(queries.macros_to_set_up(request.user), pk=pk)
    if not queries.may_change(request.user, found):
        return HttpResponse(status=403)
    actions.delete_macro(found, by=request.user)
    messages.success(request, with_undo(_("“%(name)s” is deleted.") % {"name": found.name}, "macro_restoration", pk))
    return redirect("settings_macros")


@require_POST
@needs(Permission.REPLY)
def restoration(request: AgentRequest, pk: int) -> HttpResponse:
    """Bring a deleted one back."""
    found = get_object_or_404(Macro, pk=pk)
    if not queries.may_change(request.user, found):
        return HttpResponse(status=403)
    actions.restore_macro(found, by=request.user)
    return back_to(request, "settings_macros")


def with_undo(text: str, name: str, pk: int) -> SafeString:
    """What a page says after a deletion, with the button that takes it back."""
    button = '{} <button type="button" data-undo="{}">{}</button>'
    return format_html(button, text, reverse(name, args=[pk]), _("Undo"))


def back_to(request: AgentRequest, name: str) -> HttpResponse:
    """The page again, whoever asked: a toast, which wants to be told, or a form."""
    if request.htmx:
        return HttpResponse(status=204, headers={"HX-Redirect": reverse(name)})
    return HttpResponseRedirect(reverse(name))


def _form(request: AgentRequest, found: Macro | None) -> HttpResponse:
    if request.method != "POST":
        return _shown(request, found, _kept(found, request), found.steps if found else [])
    said = {name: request.POST.get(name, "") for name in _FIELDS} | {"team": request.POST.get("team", "")}
    posted = rows.posted_steps(request.POST)
    if rows.wants_reshaping(request.POST):
        changed = rows.reshaped(posted, request.POST, "step", {"do": Do.TAG, "value": ""})
        return _shown(request, found, said, changed, added=len(changed) > len(posted))
    team = Team.objects.filter(pk=int(said["team"][:18])).first() if said["team"].isdecimal() else None
    try:
        actions.save_macro(found, by=request.user, **said | {"team": team, "steps": posted})
    except Mistaken as error:
        return _shown(request, found, said, posted, error=error)
    messages.success(request, _("Saved."))
    return redirect("settings_macros")


def _kept(found: Macro | None, request: AgentRequest) -> dict[str, str]:
    if found is None:
        shared = request.user.may(Permission.MANAGE_AUTOMATION)
        return {"sharing": Sharing.EVERYONE if shared else Sharing.PRIVATE}
    return {name: str(getattr(found, name)) for name in _FIELDS} | {"team": str(found.team_id or "")}


def _shown(
    request: AgentRequest,
    found: Macro | None,
    said: dict[str, str],
    posted: list[dict[str, str]],
    *,
    error: Mistaken | None = None,
    added: bool = False,
) -> HttpResponse:
    may_share = request.user.may(Permission.MANAGE_AUTOMATION)
    context: dict[str, Any] = {
        "macro": found,
        "said": said,
        "rows": rows.step_rows(posted, for_rule=False, added=added),
        "doings": [(do.value, do.label) for do in MACRO_STEPS],
        "tags": rows.tags(),
        "sharings": Sharing.choices if may_share else [(Sharing.PRIVATE.value, Sharing.PRIVATE.label)],
        "teams": Team.objects.all(),
        "folders": queries.folders(request.user),
        "variables": [(f"{{{{ {name} }}}}", label) for name, label in VARIABLES.items()],
        "errors": {error.field: str(error)} if error else {},
    }
    return render(request, "automation/macro.html", context, status=422 if error else 200)
