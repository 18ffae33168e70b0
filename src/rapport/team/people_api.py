"""Who works here, and which roles there are, for scripts."""

from typing import Any, Literal, cast

from ninja import Query, Router
from pydantic import BaseModel, Field

from rapport.kit.rest.paging import Page, Paging, page
from rapport.team import queries
from rapport.team.api import ApiRequest, Named, agent_of
from rapport.team.models import Agent
from rapport.team.roles import AnyRole, granted_by, name_of, visibility_of
from rapport.team.types import Role

router = Router(tags=["Team"])

RoleWord = Literal["owner", "admin", "lead", "agent", "viewer"]
Sees = Literal["all", "teams", "own"]


class RoleShape(BaseModel):
    id: int | None = Field(description="Null for a built-in role.")
    name: str = Field(description="A built-in role by its word: owner, admin, lead, agent or viewer.")
    permissions: list[str]
    sees: Sees


class PersonShape(BaseModel):
    id: int
    name: str
    email: str
    role: RoleWord = Field(
        description="With a role of the company's own: the strongest built-in one that may do no more."
    )
    custom_role: Named | None
    teams: list[Named]
    is_active: bool


@router.get("/people", response=Page[PersonShape], summary="List who works here, with role and teams")
def list_people(request: ApiRequest, paging: Query[Paging]) -> dict[str, Any]:
    """Those who left too; `is_active` says so."""
    agent_of(request)
    people = Agent.objects.prefetch_related("teams")
    return page(people, paging, shape=_person, order=("id",))


@router.get("/roles", response=list[RoleShape], summary="List roles, built in and of the company's own")
def list_roles(request: ApiRequest) -> list[RoleShape]:
    agent_of(request)
    return [_role(each, None) for each in Role.values] + [_role(each, each.pk) for each in queries.own_roles()]


def _person(agent: Agent) -> PersonShape:
    own = agent.custom_role
    return PersonShape(
        id=agent.pk,
        name=agent.name,
        email=agent.email,
        role=cast(RoleWord, agent.role),
        custom_role=Named(id=own.pk, name=own.name) if own else None,
        teams=[Named(id=team.pk, name=team.name) for team in agent.teams.all()],
        is_active=agent.is_active,
    )


def _role(role: AnyRole, pk: int | None) -> RoleShape:
    name = role if isinstance(role, str) else name_of(role)
    return RoleShape(id=pk, name=name, permissions=sorted(granted_by(role)), sees=cast(Sees, visibility_of(role).value))
