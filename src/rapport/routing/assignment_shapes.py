"""Schemes, skills and the queue as the API shows and takes them."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from rapport.kit.rest.shapes import Shape, StrictId
from rapport.routing import explaining
from rapport.routing.explaining import Explained
from rapport.routing.models import Scheme, Skill, Waiting
from rapport.routing.shapes import Answer, Code, Name

Strategy = Literal["off", "least_busy", "round_robin"]
Demand = Literal["required", "preferred", "ignored"]
GivesBack = Literal["never", "at_once", "later", "on_message"]
Most = Annotated[int, Field(ge=0, le=500, strict=True)]
Level = Annotated[int, Field(ge=1, le=3, strict=True)]


class SchemeShape(BaseModel):
    id: int
    name: str
    position: int = Field(description="The first scheme that fits a conversation applies.")
    on: bool
    conditions: dict[str, list[str]] = Field(description="As in a service policy.")
    strategy: Strategy
    sticky_days: int | None = Field(description="Whoever wrote to the customer within so many days comes first.")
    team: int | None = Field(description="Null: the conversation's team, and everyone where it has none.")
    seen_within: int | None = Field(description="Minutes; null does not ask whether people are here.")
    within_hours: bool
    business_hours: int | None = Field(description="Null: those of the team, else of the inbox, else the default.")
    capacities: dict[str, int] = Field(description="By channel; the empty key counts for every other channel.")
    waiting_share: int = Field(description="What a conversation counts that waits for its customer, in percent.")
    skills: Demand
    gives_back: GivesBack = Field(description="What becomes of the open conversations of somebody who goes away.")
    gives_back_after: int = Field(description="Minutes, for `later`.")
    retakes: bool = Field(description="Whether what somebody unassigned by hand is shared out again.")


class SchemeChanges(Shape):
    name: Name | None = None
    position: Annotated[int, Field(ge=0, le=10_000, strict=True)] | None = None
    on: bool | None = None
    conditions: dict[Code, Annotated[list[Answer], Field(min_length=1, max_length=500)]] | None = Field(
        None, description="Replaces all."
    )
    strategy: Strategy | None = None
    sticky_days: Annotated[int, Field(ge=1, le=3650, strict=True)] | None = None
    team: StrictId | None = None
    seen_within: Annotated[int, Field(ge=1, le=1440, strict=True)] | None = None
    within_hours: bool | None = None
    business_hours: StrictId | None = None
    capacities: dict[Code, Most] | None = Field(None, description="Replaces all.")
    waiting_share: Annotated[int, Field(ge=0, le=100, strict=True)] | None = None
    skills: Demand | None = None
    gives_back: GivesBack | None = None
    gives_back_after: Annotated[int, Field(ge=1, le=10_080, strict=True)] | None = None
    retakes: bool | None = None


class NewScheme(SchemeChanges):
    name: Name


class KnowledgeShape(Shape):
    agent: StrictId
    level: Level = 2


class SkillShape(BaseModel):
    id: int
    name: str
    language: str = Field(description="A code such as fr, where the skill is a language.")
    least_level: int
    tags: list[int]
    inboxes: list[int]
    agents: list[KnowledgeShape]


class SkillChanges(Shape):
    name: Annotated[Name, Field(max_length=60)] | None = None
    language: Annotated[str, Field(max_length=12, pattern=r"^([A-Za-z]{2,3}(-[A-Za-z]{2,8})?)?$")] | None = None
    least_level: Level | None = None
    tags: Annotated[list[StrictId], Field(max_length=500)] | None = Field(None, description="Replaces all.")
    inboxes: Annotated[list[StrictId], Field(max_length=500)] | None = Field(None, description="Replaces all.")
    agents: Annotated[list[KnowledgeShape], Field(max_length=2000)] | None = Field(None, description="Replaces all.")


class NewSkill(SkillChanges):
    name: Annotated[Name, Field(max_length=60)]


class QueuedShape(BaseModel):
    conversation: int = Field(description="Its id.")
    number: int
    subject: str
    scheme: str
    since: datetime
    why: str = Field(description="closed, no_people, unskilled, not_here or full.")
    explanation: str
    needs: list[str]


class QueueShape(BaseModel):
    count: int
    items: list[QueuedShape] = Field(description="The first in the order in which they are served.")


def scheme_shape(scheme: Scheme) -> SchemeShape:
    plain = (
        "name", "position", "conditions", "strategy", "sticky_days", "seen_within", "within_hours", "capacities",
        "waiting_share", "gives_back", "gives_back_after", "retakes",
    )  # fmt: skip
    return SchemeShape.model_validate(
        {
            **{name: getattr(scheme, name) for name in plain},
            "id": scheme.pk,
            "on": scheme.is_on,
            "team": scheme.team_id,
            "business_hours": scheme.calendar_id,
            "skills": scheme.demand,
        }
    )


def skill_shape(skill: Skill) -> SkillShape:
    return SkillShape(
        id=skill.pk,
        name=skill.name,
        language=skill.language,
        least_level=skill.least_level,
        tags=[tag.pk for tag in skill.tags.all()],
        inboxes=[inbox.pk for inbox in skill.inboxes.all()],
        agents=[KnowledgeShape(agent=row.agent_id, level=row.level) for row in skill.knowledge.all()],
    )


def queued_shape(row: Waiting, names: Explained) -> QueuedShape:
    decision = row.decision
    return QueuedShape(
        conversation=row.conversation_id,
        number=row.conversation.number,
        subject=row.conversation.subject,
        scheme=row.scheme.name,
        since=row.since,
        why=decision.why if decision else "",
        explanation=explaining.waits(decision, names) if decision else "",
        needs=decision.needs if decision else [],
    )
