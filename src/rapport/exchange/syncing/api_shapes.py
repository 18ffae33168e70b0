"""What the API says of a connected system, and what may be said to it."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints

from rapport.exchange.filling import AskedShape, Settings, plain
from rapport.exchange.syncing.models import Connection, SyncedRecord, SyncRun
from rapport.exchange.syncing.seam import Noun, System
from rapport.exchange.syncing.systems import SYSTEMS
from rapport.kit.rest.shapes import WITHOUT_NUL, Shape
from rapport.team.api import AgentShape, agent_shape

KindName = Annotated[str, StringConstraints(max_length=20, pattern=WITHOUT_NUL)]
Label = Annotated[str, StringConstraints(max_length=80, pattern=WITHOUT_NUL)]
OurField = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=WITHOUT_NUL)]
TheirName = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=WITHOUT_NUL)]
Minutes = Literal[5, 15, 60, 360]


class SystemShape(BaseModel):
    """A kind of system that can be connected."""

    kind: str = Field(examples=["hubspot"])
    label: str = Field(examples=["HubSpot"])
    settings: list[AskedShape]
    steps: list[str] = Field(description="What to do over there first.")


class NewConnection(Shape):
    kind: KindName = Field(description="The `kind` of a system.", examples=["hubspot"])
    name: Label = Field("", description="What your team calls it.", examples=["Our HubSpot"])
    settings: Settings = Field(
        description="What it asks for, by its names, such as `token`; `GET /connected-systems/kinds` lists them. What "
        "is secret never comes back.",
        max_length=20,
    )


class ConnectionChanges(Shape):
    """What is left out stays as it is, what is secret too."""

    name: Label | None = None
    settings: Settings | None = Field(
        None,
        description="Only what is different. What is secret is needed again for another address.",
        max_length=20,
        examples=[{"token": "pat-eu1-2222"}],
    )


class ConnectionShape(BaseModel):
    id: int
    kind: str = Field(examples=["hubspot"])
    name: str
    settings: dict[str, str | int] = Field(description="Without what is secret.")
    state: str = Field(description="new, before it has begun; else running or paused.")
    error: str = Field(description="Why the latest run failed; else empty.")
    linked: int = Field(description="Records that are in step.")
    not_taken: int = Field(description="Records with a problem.")
    by: AgentShape | None
    made_at: datetime
    begun_at: datetime | None
    paused_at: datetime | None
    worked_at: datetime | None
    next_at: datetime | None


class MappingLineShape(Shape):
    """One field here and the one there that is the same."""

    ours: OurField = Field(examples=["name"])
    theirs: TheirName = Field(examples=["name"])
    direction: Literal["both", "in", "out", "off"] = Field("both", description="in is to here, out is to there.")
    rule: Literal["newest", "ours", "theirs"] = Field(
        "newest", description="Who wins where both changed since they were last the same."
    )


class MappingShape(BaseModel):
    customers: list[MappingLineShape]
    companies: list[MappingLineShape]
    makes_here: bool = Field(description="Whoever is new there becomes a customer here.")
    makes_there: bool = Field(description="Whoever is new here becomes a contact there.")
    has_companies: bool = Field(description="Companies are kept in step too.")
    every_minutes: int


class MappingChanges(Shape):
    """What is left out stays as it is; a list is replaced as a whole."""

    customers: list[MappingLineShape] | None = Field(None, max_length=200)
    companies: list[MappingLineShape] | None = Field(None, max_length=200)
    makes_here: bool | None = None
    makes_there: bool | None = None
    has_companies: bool | None = None
    every_minutes: Minutes | None = None


class OurFieldShape(BaseModel):
    name: str
    label: str


class TheirFieldShape(OurFieldShape):
    is_read_only: bool


class FieldsShape(BaseModel):
    """What may be mapped."""

    ours: list[OurFieldShape]
    theirs: list[TheirFieldShape]


class SyncNoteShape(BaseModel):
    """Something that a run did, or with a trial would have done."""

    what: str = Field(
        description="matched, made_here, changed_here, made_there, changed_there, conflicts, gone, merged or failed."
    )
    noun: str = Field(description="customer or company.")
    label: str
    fields: list[str] = Field(description="Ours, by their names.")


class SyncRunShape(BaseModel):
    id: int
    is_trial: bool = Field(description="It only looked, and wrote nothing on either side.")
    began_at: datetime
    ended_at: datetime | None
    counts: dict[str, int] = Field(
        description="By words: seen, matched, made_here, changed_here, made_there, changed_there, conflicts, gone, "
        "failed."
    )
    notes: list[SyncNoteShape] = Field(description="Some of what it did.")
    problem: str = Field(description="Why it failed; else empty.")


class RecordShape(BaseModel):
    """A record that was not taken here or there."""

    id: int
    noun: str = Field(description="customer or company.")
    label: str
    customer: int | None
    company: int | None
    their_id: str
    address: str = Field(description="Where a person opens it over there; empty where that is not known.")
    problem: str
    tries: int
    retry_at: datetime | None = Field(description="When it is tried again by itself.")


def connection_shape(found: Connection) -> ConnectionShape:
    """Of a row of `queries.connections`, which counts."""
    names = "kind name error by made_at begun_at paused_at worked_at next_at"
    told = {name: getattr(found, name) for name in names.split()}
    state = "running" if found.is_running else "paused" if found.begun_at else "new"
    return ConnectionShape(
        id=found.pk,
        settings=plain(SYSTEMS[found.kind].form, found.settings),
        state=state,
        linked=found.linked,  # type: ignore[attr-defined]
        not_taken=found.wrong,  # type: ignore[attr-defined]
        **told | {"by": agent_shape(found.by)},
    )


def mapping_shape(found: Connection) -> MappingShape:
    lines = {noun: [MappingLineShape(**line) for line in found.mapping.get(noun, ())] for noun in Noun}
    return MappingShape(
        customers=lines[Noun.CUSTOMER],
        companies=lines[Noun.COMPANY],
        makes_here=found.makes_here,
        makes_there=found.makes_there,
        has_companies=found.has_companies,
        every_minutes=found.every_minutes,
    )


def run_shape(run: SyncRun) -> SyncRunShape:
    names = "is_trial began_at ended_at counts problem"
    told = {name: getattr(run, name) for name in names.split()}
    return SyncRunShape(id=run.pk, notes=[SyncNoteShape.model_validate(note) for note in run.notes], **told)


def record_shape(record: SyncedRecord, reached: System) -> RecordShape:
    names = "noun label their_id problem tries retry_at"
    told = {name: getattr(record, name) for name in names.split()}
    address = reached.address_of(Noun(record.noun), record.their_id) if record.their_id else ""
    return RecordShape(id=record.pk, customer=record.customer_id, company=record.company_id, address=address, **told)
