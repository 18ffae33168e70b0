"""Settings of checklists and of how often customers are called on."""

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from rapport.customers.errors import CannotArrange
from rapport.customers.lifecycle.queries import stage_called, stages
from rapport.customers.tasks import checklists, queries
from rapport.customers.tasks.checklists import Item
from rapport.customers.tasks.models import Checklist
from rapport.customers.tasks.types import Kind, TooSoon, Whose
from rapport.team.permissions import AgentRequest, needs
from rapport.team.queries import active_agents
from rapport.team.types import Permission

_BLANKS = 3


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.MANAGE_FIELDS)
def settings_tasks(request: AgentRequest) -> HttpResponse:
    """Checklists, and how often customers are called on."""
    if request.method == "POST":
        try:
            too_soon = request.POST.get("too_soon", "")
            checklists.set_policy(
                is_on="is_on" in request.POST,
                every_days=_number(request.POST.get("every_days", "")),
                too_soon=too_soon if too_soon in TooSoon.values else TooSoon.MOVE,
            )
            messages.success(request, _("Saved."))
        except CannotArrange as error:
            messages.error(request, str(error))
        return redirect("settings_tasks")
    context = {
        "page": "tasks",
        "policy": queries.policy(),
        "choices": TooSoon.choices,
        "checklists": queries.checklists(),
    }
    return render(request, "customers/tasks/settings.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.MANAGE_FIELDS)
def checklist(request: AgentRequest, pk: int | None = None) -> HttpResponse:
    """A new one without `pk`."""
    found = get_object_or_404(Checklist, pk=pk) if pk else None
    mistake, rows = "", _kept(found)
    said = {
        "name": found.name if found else "",
        "stage": found.stage.key if found and found.stage else "",
        "is_on": found is None or found.is_on,
    }
    if request.method == "POST":
        rows = _rows(request.POST)
        said = {name: request.POST.get(name, "") for name in said}
        try:
            checklists.save(
                found,
                name=str(said["name"]),
                items=[_item(row) for row in rows],
                stage=stage_called(str(said["stage"])),
                is_on=bool(said["is_on"]),
            )
            messages.success(request, _("Saved."))
            return redirect("settings_tasks")
        except CannotArrange as error:
            mistake = str(error)
    blank = {"title": "", "after_days": "0", "kind": "todo", "whose": "starter"}
    context = {
        "page": "tasks",
        "checklist": found,
        "rows": [*rows, *[dict(blank) for _number in range(_BLANKS)]],
        "said": said,
        "mistake": mistake,
        "stages": stages(),
        "kinds": Kind.choices,
        "agents": active_agents().order_by("name"),
    }
    return render(request, "customers/tasks/checklist.html", context, status=422 if mistake else 200)


@require_POST
@needs(Permission.MANAGE_FIELDS)
def checklist_deletion(request: AgentRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Checklist, pk=pk)
    checklists.remove(found)
    messages.success(request, _("%(name)s is deleted. What is under way goes on.") % {"name": found.name})
    return redirect("settings_tasks")


def _kept(found: Checklist | None) -> list[dict[str, str]]:
    return [
        {
            "title": item.title,
            "after_days": str(item.after_days),
            "kind": item.kind,
            "whose": str(item.agent_id) if item.whose == Whose.PERSON else item.whose,
        }
        for item in (found.items.all() if found else ())
    ]


def _rows(data: QueryDict) -> list[dict[str, str]]:
    columns = [data.getlist(name) for name in ("title", "after_days", "kind", "whose")]
    rows = [
        dict(zip(("title", "after_days", "kind", "whose"), row, strict=True)) for row in zip(*columns, strict=False)
    ]
    return [row for row in rows if row["title"].strip()]


def _item(row: dict[str, str]) -> Item:
    """Raises CannotArrange."""
    agent = active_agents().filter(pk=row["whose"]).first() if row["whose"].isdecimal() else None
    whose = Whose.PERSON if agent else row["whose"] if row["whose"] in Whose.values else Whose.NOBODY
    return Item(row["title"], _number(row["after_days"]), row["kind"], whose, agent)


def _number(said: str) -> int:
    try:
        return int(said.strip() or 0)
    except ValueError:
        raise CannotArrange(_("Give a number of days."), "days") from None
