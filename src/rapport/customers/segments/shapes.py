"""Segments and scores as the API says and reads them."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field, StringConstraints

from rapport.kit.rest.shapes import WITHOUT_NUL, Shape, StrictId
from rapport.team.api import Named

Title = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^\s*[^\s\u0000][^\u0000]*$")]
About = Annotated[str, StringConstraints(max_length=300, pattern=WITHOUT_NUL)]
ScoreName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=300, pattern=WITHOUT_NUL)]
_FILTER = 'As `GET /segments/subjects` offers it: `{"match": "all", "conditions": [{"field", "op", "value"}]}`.'


class SegmentShape(BaseModel):
    id: int
    name: str
    description: str
    kind: str = Field(description="`dynamic`: whoever fits now; `static`: these people.")
    filter: dict[str, Any]
    described: str = Field(description="The filter in plain words.")
    size: int | None = Field(description="How many are in it, as counted last; null when nobody has counted yet.")
    counted_at: datetime | None
    created_at: datetime
    updated_at: datetime


class NewSegment(Shape):
    name: Title
    description: About = ""
    kind: str = Field("dynamic", pattern="^(dynamic|static)$")
    filter: dict[str, Any] = Field(default_factory=lambda: {"conditions": []}, description=_FILTER)


class SegmentChange(Shape):
    name: Title | None = None
    description: About | None = None
    kind: str | None = Field(None, pattern="^(dynamic|static)$")
    filter: dict[str, Any] | None = Field(None, description=_FILTER)


class Meant(Shape):
    filter: dict[str, Any] = Field(description=_FILTER)


class SegmentCountShape(BaseModel):
    count: int
    described: str


class SubjectShape(BaseModel):
    name: str
    label: str
    kind: str
    ops: list[str]


class Members(Shape):
    add: list[StrictId] = Field(default_factory=list, max_length=1000, description="Ids of customers.")
    take_out: list[StrictId] = Field(default_factory=list, max_length=1000, description="Ids of customers.")


class MembersShape(BaseModel):
    added: int
    taken_out: int
    size: int


class ScoredShape(Shape):
    customer: StrictId
    value: float = Field(allow_inf_nan=False)
    reasons: list[Reason] = Field(default_factory=list, max_length=10, description="Why, in plain words.")


class ScoresShape(Shape):
    scores: list[ScoredShape] = Field(min_length=1, max_length=1000)


class ScoresWritten(BaseModel):
    changed: int = Field(description="How many are different now; the others stay as they were.")


class ScoreShape(BaseModel):
    customer: Named
    name: str
    value: float
    before: float | None = Field(description="What it was thirty days before; null where nobody knows.")
    reasons: list[str]
    at: datetime
