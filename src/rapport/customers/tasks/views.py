"""The page of tasks, one task, and what is done to them."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from rapport.customers import queries as customers
from rapport.customers.errors import CannotArrange
from rapport.customers.going_back import back_to, done, refused
from rapport.customers.models import Customer
from rapport.customers.tasks import checklists, doing, queries
from rapport.customers.tasks.models import Checklist, StartedChecklist, Task
from rapport.customers.tasks.types import Kind, Repeat, Weight
from rapport.customers.tasks.wording import due_in, title_and_due
from rapport.design.moments import full
from rapport.team.models import Agent
from rapport.team.permissions import AgentRequest, needs
from rapport.team.queries import active_agents
from rapport.team.types import Permission

MINE, ALL, NOBODYS = "mine", "all", "nobodys"
NO_DAY = "-"


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.READ)
def tasks(request: AgentRequest) -> HttpResponse:
    """Mine, everybody's or nobody's, by when they are due; POST adds one as it is said."""
    if request.method == "POST":
        return _add(request)
    whose = request.GET.get("whose", MINE)
    whose = whose if whose in (MINE, ALL, NOBODYS) else MINE
    visible = queries.visible_to(request.user)
    listed = {MINE: visible.filter(assignee=request.user), NOBODYS: visible.filter(assignee=None)}.get(whose, visible)
    context = {
        "whose": whose,
        "heaps": queries.heaps(listed),
        "done": queries.lately_done(listed),
        "may_write": request.user.may(Permission.REPLY),
        "kinds": Kind.choices,
        "agents": active_agents().order_by("name"),
        "viewer": request.user,
        "later": _later(),
    }
    return render(request, "customers/tasks/tasks.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.READ)
def task(request: AgentRequest, pk: int) -> HttpResponse:
    """One task; POST changes it."""
    found = get_object_or_404(queries.with_people(queries.visible_to(request.user)), pk=pk)
    may_write, mistake = request.user.may(Permission.REPLY), ""
    if request.method == "POST":
        if not may_write:
            return HttpResponse(status=403)
        try:
            _changed, because = doing.change(found, by=request.user, **_said(request, found))
            messages.success(request, because or _("Saved."))
            return redirect("task", pk=pk)
        except CannotArrange as error:
            mistake = str(error)
    context: dict[str, Any] = {
        "task": found,
        "said": _asked(request, found),
        "mistake": mistake,
        "may_write": may_write,
        "kinds": Kind.choices,
        "weights": Weight.choices,
        "repeats": Repeat.choices,
        "agents": active_agents().order_by("name"),
    }
    return render(request, "customers/tasks/task.html", context, status=422 if mistake else 200)


@require_POST
@needs(Permission.REPLY)
def task_completion(request: AgentRequest, pk: int) -> HttpResponse:
    found = doing.complete(get_object_or_404(queries.visible_to(request.user), pk=pk), by=request.user)
    text = _("Done: %(title)s") % {"title": found.title}
    if found.following and found.following.due_at:
        text = _("Done. Next time: %(moment)s") % {"moment": full(found.following.due_at)}
    return done(request, text, "task_reopening", pk, "tasks")


@require_POST
@needs(Permission.REPLY)
def task_reopening(request: AgentRequest, pk: int) -> HttpResponse:
    doing.reopen(get_object_or_404(queries.visible_to(request.user), pk=pk), by=request.user)
    return back_to(request, "tasks")


@require_POST
@needs(Permission.REPLY)
def task_deferral(request: AgentRequest, pk: int) -> HttpResponse:
    """Due at another moment, as it is said; taking it back says the one before, or that there was none."""
    found = get_object_or_404(queries.visible_to(request.user), pk=pk)
    words = request.POST.get("due") or request.GET.get("due", "")
    before = found.due_at.isoformat() if found.due_at else NO_DAY
    try:
        changed, because = doing.change(found, by=request.user, due_at=None if words == NO_DAY else due_in(words))
    except CannotArrange as error:
        return refused(request, str(error), "tasks")
    if "due" in request.GET:
        return back_to(request, "tasks")
    when = full(changed.due_at) if changed.due_at else _("Without a day")
    return done(
        request,
        because or f"{changed.title}: {when}",
        "task_deferral",
        pk,
        "tasks",
        undo_said=urlencode({"due": before}),
    )


@require_POST
@needs(Permission.REPLY)
def task_deletion(request: AgentRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(queries.visible_to(request.user), pk=pk)
    doing.remove(found)
    messages.success(request, _("%(name)s is deleted.") % {"name": found.title})
    return redirect("tasks")


@require_POST
@needs(Permission.REPLY)
def customer_tasks(request: AgentRequest, pk: int) -> HttpResponse:
    """Another one for this customer, as it is said."""
    return _add(request, get_object_or_404(customers.visible_to(request.user), pk=pk))


@require_POST
@needs(Permission.REPLY)
def customer_checklists(request: AgentRequest, pk: int) -> HttpResponse:
    """Start one for this customer."""
    customer = get_object_or_404(customers.visible_to(request.user), pk=pk)
    checklist = get_object_or_404(Checklist, pk=request.POST.get("checklist") or 0, is_on=True)
    try:
        started = checklists.start(checklist, customer, by=request.user)
        if started:
            messages.success(request, _("%(name)s has begun.") % {"name": started.name})
        else:
            messages.error(request, _("%(name)s is under way already.") % {"name": checklist.name})
    except CannotArrange as error:
        messages.error(request, str(error))
    return back_to(request, "customer", pk)


@require_POST
@needs(Permission.REPLY)
def checklist_stop(request: AgentRequest, pk: int) -> HttpResponse:
    started = get_object_or_404(StartedChecklist, pk=pk, customer__in=customers.visible_to(request.user))
    checklists.stop(started)
    messages.success(request, _("%(name)s is stopped. What was done stays.") % {"name": started.name})
    return back_to(request, "customer", started.customer_id)


def _add(request: AgentRequest, customer: Customer | None = None) -> HttpResponse:
    if not request.user.may(Permission.REPLY):
        return HttpResponse(status=403)
    title, due = title_and_due(request.POST.get("title", ""))
    kind = request.POST.get("kind", Kind.TODO)
    back = ("customer", customer.pk) if customer else ("tasks",)
    try:
        due = due_in(request.POST.get("due", "")) or due
        made, because = doing.add(
            title=title,
            by=request.user,
            kind=kind if kind in Kind.values else Kind.TODO,
            customer=customer,
            assignee=_assignee(request, request.user),
            due_at=due,
        )
    except CannotArrange as error:
        messages.error(request, str(error))
        return back_to(request, *back)
    when = _("Due %(moment)s") % {"moment": full(made.due_at)} if made.due_at else _("Without a day")
    messages.success(request, because or f"{made.title}. {when}.")
    return back_to(request, *back)


def _later() -> list[tuple[str, str]]:
    """What is said with one click, in words that `due_in` knows, and its label."""
    return [
        ("tomorrow", _("Tomorrow")),
        ("in 3 days", _("In three days")),
        ("monday next week", _("Monday")),
        ("in 2 weeks", _("In two weeks")),
    ]


def _asked(request: AgentRequest, task: Task) -> dict[str, str]:
    """What the fields hold: what was written into them, else how it stands."""
    stands = {
        "title": task.title,
        "notes": task.notes,
        "due": full(task.due_at) if task.due_at else "",
        "remind": full(task.remind_at) if task.remind_at else "",
    }
    return {name: request.POST.get(name, text) for name, text in stands.items()}


def _said(request: AgentRequest, task: Task) -> dict[str, Any]:
    """Raises CannotArrange."""
    said: dict[str, Any] = {name: request.POST[name] for name in ("title", "notes", "kind") if name in request.POST}
    said["repeats"] = request.POST.get("repeats", task.repeats)
    said["priority"] = (
        int(request.POST["priority"]) if request.POST.get("priority") in ("1", "2", "3") else task.priority
    )
    said["assignee"] = _assignee(request, None)
    for field, name in (("due", "due_at"), ("remind", "remind_at")):
        words = request.POST.get(field, "").strip()
        kept = getattr(task, name)
        # What the page wrote itself is not read again: it may be over by now.
        said[name] = kept if kept and words == full(kept) else due_in(words)
    return said


def _assignee(request: AgentRequest, usual: Agent | None) -> Agent | None:
    chosen = request.POST.get("assignee")
    if chosen is None:
        return usual
    return active_agents().filter(pk=chosen).first() if chosen.isdecimal() else None
