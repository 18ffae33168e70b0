"""Tasks over HTTP."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.db import transaction
from ninja import Query, Router, Status
from pydantic import BaseModel, Field, StringConstraints

from rapport.customers import queries as customers
from rapport.customers.api import customer_for, told
from rapport.customers.models import Company, Customer
from rapport.customers.tasks import doing, queries
from rapport.customers.tasks.models import Task
from rapport.kit.rest.paging import Page, Paging, page
from rapport.kit.rest.problems import Invalid, NotFound
from rapport.kit.rest.shapes import WITHOUT_NUL, Id, Moment, Shape, StrictId
from rapport.team.api import AgentShape, ApiRequest, Named, agent_of, agent_shape
from rapport.team.models import Agent
from rapport.team.queries import active_agents
from rapport.team.types import Permission

tasks_router = Router(tags=["Tasks"])

Title = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^\s*[^\s\u0000][^\u0000]*$")]
Notes = Annotated[str, StringConstraints(max_length=5000, pattern=WITHOUT_NUL)]
TaskKind = Literal["todo", "call", "email", "meeting", "outreach"]
Weight = Annotated[int, Field(ge=1, le=3, strict=True)]
Repeats = Literal["", "day", "week", "month", "quarter", "year"]


class TaskShape(BaseModel):
    id: int
    title: str
    notes: str
    kind: str = Field(description="todo, call, email, meeting or outreach.")
    priority: int = Field(description="1 low, 2 normal, 3 high.")
    customer: Named | None
    company: Named | None
    assignee: AgentShape | None
    due_at: datetime | None
    remind_at: datetime | None
    repeats: str = Field(description="day, week, month, quarter, year, or empty.")
    checklist: str | None = Field(description="The checklist it came from.")
    created_at: datetime
    done_at: datetime | None
    done_by: AgentShape | None
    moved_because: str = Field("", description="Why it is due later than asked for: see outreach. Only in answers.")


class TaskFilters(Paging):
    customer: Id | None = None
    company: Id | None = None
    assignee: Id | None = None
    done: bool | None = Field(None, description="Only what is done, or only what is not.")
    due_before: Moment | None = None


class TaskDetails(Shape):
    title: Title | None = None
    notes: Notes | None = None
    kind: TaskKind | None = None
    priority: Weight | None = None
    customer: StrictId | None = Field(None, description="The id of a customer; null for none.")
    company: StrictId | None = Field(None, description="The id of a company; null for none.")
    assignee: StrictId | None = Field(None, description="The id of an agent; null for whoever comes first.")
    due_at: Moment | None = None
    remind_at: Moment | None = None
    repeats: Repeats | None = None


class NewTask(TaskDetails):
    title: Title


@tasks_router.get("/tasks", response=Page[TaskShape], summary="List tasks, newest first")
def list_tasks(request: ApiRequest, filters: Query[TaskFilters]) -> dict[str, Any]:
    tasks = queries.with_people(queries.visible_to(agent_of(request)))
    for name in ("customer", "company", "assignee"):
        if (value := getattr(filters, name)) is not None:
            tasks = tasks.filter(**{name: value})
    if filters.done is not None:
        tasks = tasks.filter(done_at__isnull=not filters.done)
    if filters.due_before:
        tasks = tasks.filter(due_at__lt=filters.due_before)
    return page(tasks, filters, shape=_task_shape)


@tasks_router.post("/tasks", response={201: TaskShape}, summary="Add a task")
def add_task(request: ApiRequest, body: NewTask) -> Status[TaskShape]:
    """Outreach to a customer who was called on lately is moved to the first free day, or refused, as is set up."""
    agent = agent_of(request, Permission.REPLY)
    with transaction.atomic(), told():
        said = _said(body, agent)
        made, because = doing.add(**({"title": body.title} | said), by=agent)
    return Status(201, _task_shape(_task_for(agent, made.pk), because))


@tasks_router.get("/tasks/{task_id}", response=TaskShape, summary="Read a task")
def read_task(request: ApiRequest, task_id: Id) -> TaskShape:
    return _task_shape(_task_for(agent_of(request), task_id))


@tasks_router.patch("/tasks/{task_id}", response=TaskShape, summary="Change a task")
def change_task(request: ApiRequest, task_id: Id, body: TaskDetails) -> TaskShape:
    """Fields that are left out stay as they are."""
    agent = agent_of(request, Permission.REPLY)
    task = _task_for(agent, task_id)
    with transaction.atomic(), told():
        _changed, because = doing.change(task, by=agent, **_said(body, agent))
    return _task_shape(_task_for(agent, task_id), because)


@tasks_router.delete("/tasks/{task_id}", response={204: None}, summary="Delete a task")
def delete_task(request: ApiRequest, task_id: Id) -> Status[None]:
    agent = agent_of(request, Permission.REPLY)
    doing.remove(_task_for(agent, task_id))
    return Status(204, None)


@tasks_router.post("/tasks/{task_id}/completion", response=TaskShape, summary="Say that a task is done")
def complete_task(request: ApiRequest, task_id: Id) -> TaskShape:
    """One that repeats is there again, at its next turn."""
    agent = agent_of(request, Permission.REPLY)
    doing.complete(_task_for(agent, task_id), by=agent)
    return _task_shape(_task_for(agent, task_id))


@tasks_router.delete("/tasks/{task_id}/completion", response=TaskShape, summary="Say that a task is not done after all")
def reopen_task(request: ApiRequest, task_id: Id) -> TaskShape:
    agent = agent_of(request, Permission.REPLY)
    doing.reopen(_task_for(agent, task_id), by=agent)
    return _task_shape(_task_for(agent, task_id))


def _task_for(agent: Agent, pk: int) -> Task:
    task = queries.with_people(queries.visible_to(agent)).filter(pk=pk).first()
    if task is None:
        raise NotFound("There is no such task.")
    return task


def _said(body: TaskDetails, agent: Agent) -> dict[str, Any]:
    """What was given, as the action takes it; null where that means something."""
    given = {name: getattr(body, name) for name in body.model_fields_set}
    said = {name: value for name, value in given.items() if value is not None or name in ("due_at", "remind_at")}
    if "customer" in given:
        said["customer"] = _customer(agent, body.customer)
    if "company" in given:
        said["company"] = _company(agent, body.company)
    if "assignee" in given:
        said["assignee"] = active_agents().filter(pk=body.assignee).first() if body.assignee else None
        if body.assignee and said["assignee"] is None:
            raise Invalid.at("body.assignee", "There is no such agent.")
    return said


def _customer(agent: Agent, pk: int | None) -> Customer | None:
    try:
        return customer_for(agent, pk) if pk else None
    except NotFound as error:
        raise Invalid.at("body.customer", "There is no such customer.") from error


def _company(agent: Agent, pk: int | None) -> Company | None:
    found = customers.companies_visible_to(agent).filter(pk=pk).first() if pk else None
    if pk and found is None:
        raise Invalid.at("body.company", "There is no such company.")
    return found


def _task_shape(task: Task, because: str = "") -> TaskShape:
    return TaskShape(
        id=task.pk,
        title=task.title,
        notes=task.notes,
        kind=task.kind,
        priority=task.priority,
        customer=Named(id=task.customer.pk, name=task.customer.display_name) if task.customer else None,
        company=Named(id=task.company.pk, name=task.company.name) if task.company else None,
        assignee=agent_shape(task.assignee),
        due_at=task.due_at,
        remind_at=task.remind_at,
        repeats=task.repeats,
        checklist=task.checklist.name if task.checklist else None,
        created_at=task.created_at,
        done_at=task.done_at,
        done_by=agent_shape(task.done_by),
        moved_because=because,
    )
