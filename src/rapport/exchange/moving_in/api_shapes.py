"""What the API says of a move, and what may be said to it."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from rapport.exchange.filling import AskedShape, Settings, plain
from rapport.exchange.moving_in import finding, shapes
from rapport.exchange.moving_in.models import MoveIn
from rapport.exchange.moving_in.seam import sources
from rapport.kit.rest.shapes import WITHOUT_NUL, Id, Shape, StrictId
from rapport.team.api import AgentShape, Named, agent_shape

KindName = Literal["companies", "customers", "conversations", "macros", "articles"]
SourceName = Annotated[str, StringConstraints(max_length=20, pattern=WITHOUT_NUL)]
Address = Annotated[str, StringConstraints(max_length=253, pattern=WITHOUT_NUL)]
FileName = Annotated[str, StringConstraints(max_length=200, pattern=WITHOUT_NUL)]

_SETTINGS = Field(
    description="What the source asks for, by its names, such as `address`, `email` and `token`; "
    "`GET /move-ins/sources` lists them. A token never comes back.",
    max_length=20,
)
_KINDS = Field(None, description="What to bring; everything the source has where it is left out.", min_length=1)
_INBOX = Field(None, description="Where conversations are put; a new one of the source's name where it is left out.")


class SourceShape(BaseModel):
    """A desk that one can come from."""

    name: str = Field(examples=["zendesk"])
    label: str = Field(examples=["Zendesk"])
    reads_file: bool = Field(description="It is read from an export that goes to `/move-ins/files`.")
    kinds: list[str] = Field(description="What it brings.")
    settings: list[AskedShape]
    steps: list[str] = Field(description="How a person gets what is asked for.")
    left_behind: list[str] = Field(description="What stays there.")


class NewMove(Shape):
    source: SourceName = Field(description="The `name` of a source.", examples=["zendesk"])
    settings: Settings = _SETTINGS
    kinds: list[KindName] | None = _KINDS
    inbox: StrictId | None = _INBOX


class MoveChanges(Shape):
    """What is left out stays as it is."""

    settings: Settings | None = Field(
        None,
        description="Only what is different. Another address needs its token again.",
        max_length=20,
        examples=[{"token": "another"}],
    )
    kinds: list[KindName] | None = Field(None, description="What to bring.", min_length=1)
    inbox: StrictId | None = Field(None, description="Where conversations are put.")


class MovingFile(BaseModel):
    """Beside the file, which is the body."""

    model_config = ConfigDict(extra="forbid")

    source: SourceName = Field(description="The `name` of a source that reads a file.", examples=["zendesk-file"])
    address: Address = Field("", description="Where that desk is, for the sources that ask for it.")
    workspace: Address = Field("", description="Which workspace of Intercom it is of.")
    name: FileName = Field("export.zip", description="What the file is called.")
    kinds: list[KindName] | None = _KINDS
    inbox: Id | None = _INBOX


class MoveCountShape(BaseModel):
    """One kind, and what became of those that were looked at."""

    kind: str
    total: int | None = Field(description="How many there are; null where the source does not say.")
    new: int
    changed: int
    same: int = Field(description="Here already.")
    left: int = Field(description="Left there on purpose.")
    wrong: int = Field(description="Not understood; the problems say why.")
    is_finished: bool


class MoveInShape(BaseModel):
    id: int
    source: str = Field(examples=["zendesk"])
    label: str = Field(examples=["Zendesk"])
    account: str = Field(description="Which desk of that kind.", examples=["acme.zendesk.com"])
    settings: dict[str, str | int] = Field(description="Without what is secret.")
    file_name: str
    kinds: list[str]
    inbox: Named | None
    state: str = Field(description="draft, looking, moving, paused, done, failed, undoing or undone.")
    problem: str = Field(description="Why it waits or stopped; else empty.")
    waits_until: datetime | None = Field(description="Until when the source asked for patience.")
    counts: list[MoveCountShape]
    problems: int = Field(description="How many things did not come, or not whole.")
    articles_folder: str = Field(description="Where articles lie on the server, where any came.")
    is_undoable: bool
    taken_back: int
    kept: int = Field(description="What stayed when it was taken back, since somebody had touched it.")
    by: AgentShape | None
    undone_by: AgentShape | None
    made_at: datetime
    begun_at: datetime | None
    touched_at: datetime
    finished_at: datetime | None


class ThingShape(BaseModel):
    """As it would look here."""

    title: str
    detail: str = ""
    text: str = ""
    number: str = Field("", description="What people called a conversation there.")
    at: datetime | None = None


class PreviewShape(BaseModel):
    kind: str
    total: int | None = Field(description="How many there are; null where the source does not say.")
    at_least: int = Field(description="How many were seen.")
    things: list[ThingShape]
    broken: list[str] = Field(description="What could not be understood, each with its number there.")


class MoveProblemShape(BaseModel):
    """Something that did not come, or not whole."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    kind: str
    key: str = Field(description="Its number there.")
    problem: str
    at: datetime


def move_shape(move: MoveIn) -> MoveInShape:
    source = sources().get(move.source)
    names = (
        "source account file_name kinds state problem waits_until is_undoable taken_back kept "
        "made_at begun_at touched_at finished_at"
    )
    told: dict[str, Any] = {name: getattr(move, name) for name in names.split()}
    return MoveInShape(
        id=move.pk,
        label=shapes.label_of(move),
        settings=plain(source.form, move.settings) if source else {},
        inbox=Named(id=move.inbox.pk, name=move.inbox.name) if move.inbox else None,
        counts=[MoveCountShape.model_validate(vars(each)) for each in shapes.counted(move)],
        problems=getattr(move, "problem_count", 0),
        articles_folder=shapes.articles_folder(move, finding.account_of(move)),
        by=agent_shape(move.by),
        undone_by=agent_shape(move.undone_by),
        **told,
    )
