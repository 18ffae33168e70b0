"""A customer's timeline, addresses, notes and files over HTTP."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from django.db import transaction
from django.http import HttpResponse
from ninja import Query, Router, Status
from pydantic import BaseModel, Field, StringConstraints

from rapport.backbone import files
from rapport.customers import actions, timeline
from rapport.customers.api import IdentityShape, customer_for, identity_shape, told
from rapport.customers.models import Company, Customer, CustomerFile, CustomerNote, Identity, IdentityKind
from rapport.customers.profiles import filing, identities, notes
from rapport.kit.rest.downloads import untrusted
from rapport.kit.rest.paging import Page, Paging, page
from rapport.kit.rest.problems import Forbidden, Invalid, NotFound, TooLarge
from rapport.kit.rest.shapes import WITHOUT_NUL, Id, Moment, Shape
from rapport.team.api import AgentShape, ApiRequest, agent_of, agent_shape
from rapport.team.models import Agent
from rapport.team.types import Permission

profile_router = Router(tags=["Customers"])

Kinds = Annotated[str, StringConstraints(max_length=200, pattern=r"^[a-z_]+(,[a-z_]+)*$")]
Label = Annotated[str, StringConstraints(max_length=40, pattern=WITHOUT_NUL)]
Value = Annotated[str, StringConstraints(min_length=1, max_length=320, pattern=WITHOUT_NUL)]
NoteText = Annotated[str, StringConstraints(min_length=1, max_length=notes.LONGEST, pattern=WITHOUT_NUL)]
FileName = Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=WITHOUT_NUL)]


class TimelineFilters(Paging):
    limit: int = Field(timeline.PAGE, ge=1, le=200, description="How many items at most.")
    kinds: Kinds | None = Field(None, description="Such as `conversations,orders`; everything if it is left out.")
    since: Moment | None = Field(None, description="From then on.")
    until: Moment | None = Field(None, description="Before then.")


class TimelineEntryShape(BaseModel):
    kind: str
    id: int
    at: datetime
    title: str
    detail: str
    where: str
    url: str = Field(description="The page it leads to; empty where there is none.")
    customer: int | None = Field(description="The id of whoever it is about.")


class NewIdentity(Shape):
    kind: Literal["email", "phone", "external"]
    value: Value
    label: Label = Field("", description="What you call it, such as office.")
    primary: bool = Field(False, description="Lists show it, and answers go to it.", strict=True)


class IdentityChange(Shape):
    label: Label | None = None
    primary: Literal[True] | None = None
    verified: bool | None = Field(None, strict=True)


class CustomerNoteShape(BaseModel):
    id: int
    customer: int
    text: str
    by: AgentShape | None
    at: datetime
    edited_at: datetime | None
    pinned: bool


class NewCustomerNote(Shape):
    text: NoteText
    pinned: bool = Field(False, strict=True)


class NoteChange(Shape):
    text: NoteText | None = Field(None, description="Only by whoever wrote it.")
    pinned: bool | None = Field(None, strict=True)


class FileShape(BaseModel):
    id: int
    customer: int
    name: str
    content_type: str
    size: int
    sha256: str
    by: AgentShape | None
    at: datetime


class NewFile(BaseModel):
    name: FileName = Field("file", description="What it is called.")


@profile_router.get(
    "/customers/{customer_id}/timeline", response=Page[TimelineEntryShape], summary="Read what happened with a customer"
)
def read_timeline(request: ApiRequest, customer_id: Id, filters: Query[TimelineFilters]) -> dict[str, Any]:
    """Newest first, of every kind there is, as far as you may see it."""
    agent = agent_of(request)
    return read_page(customer_for(agent, customer_id), filters, agent)


def read_page(of: Customer | Company, filters: TimelineFilters, agent: Agent) -> dict[str, Any]:
    """A page of a timeline. Raises Invalid."""
    kinds: Sequence[str] = filters.kinds.split(",") if filters.kinds else ()
    unknown = set(kinds) - {source.kind for source in timeline.sources()}
    if unknown:
        known = ", ".join(source.kind for source in timeline.sources())
        raise Invalid.at("query.kinds", f"There is no kind {sorted(unknown)[0]}. There are {known}.")
    try:
        found = timeline.read(
            of,
            viewer=agent,
            kinds=kinds,
            cursor=filters.cursor or "",
            limit=filters.limit,
            since=filters.since,
            until=filters.until,
        )
    except timeline.BadCursor as error:
        raise Invalid.at("query.cursor", "This cursor is not from this list. Start again without one.") from error
    return {"items": [timeline.shape(entry) for entry in found.entries], "next": found.next or None}


@profile_router.post(
    "/customers/{customer_id}/identities",
    response={201: IdentityShape},
    summary="Add an address, a number or an account",
)
def add_identity(request: ApiRequest, customer_id: Id, body: NewIdentity) -> Status[IdentityShape]:
    agent = agent_of(request, Permission.REPLY)
    customer = customer_for(agent, customer_id)
    with transaction.atomic(), told(value="value"):
        identity = actions.add_identity(
            customer,
            kind=IdentityKind(body.kind),
            value=body.value,
            label=body.label,
            primary=body.primary,
            by=agent,
        )
    return Status(201, identity_shape(identity, customer))


@profile_router.patch(
    "/customers/{customer_id}/identities/{identity_id}", response=IdentityShape, summary="Change an address or a number"
)
def change_identity(request: ApiRequest, customer_id: Id, identity_id: Id, body: IdentityChange) -> IdentityShape:
    """`primary` makes it the one that lists show; another one takes that from it."""
    agent = agent_of(request, Permission.REPLY)
    identity = _identity_of(customer_for(agent, customer_id), identity_id)
    with transaction.atomic(), told():
        if body.label is not None:
            identities.call(identity, label=body.label, by=agent)
        if body.verified is not None:
            identities.verify(identity, is_verified=body.verified, by=agent)
        if body.primary:
            identities.make_primary(identity, by=agent)
    return identity_shape(identity, identity.customer)


@profile_router.delete(
    "/customers/{customer_id}/identities/{identity_id}", response={204: None}, summary="Remove an address or a number"
)
def remove_identity(request: ApiRequest, customer_id: Id, identity_id: Id) -> Status[None]:
    """409 for the last one by which they are known."""
    agent = agent_of(request, Permission.REPLY)
    with told():
        identities.remove(_identity_of(customer_for(agent, customer_id), identity_id), by=agent)
    return Status(204, None)


@profile_router.get(
    "/customers/{customer_id}/notes", response=Page[CustomerNoteShape], summary="List notes about a customer"
)
def list_customer_notes(request: ApiRequest, customer_id: Id, paging: Query[Paging]) -> dict[str, Any]:
    found = notes.notes_of(customer_for(agent_of(request), customer_id))
    return page(found, paging, shape=_note_shape, order=("-at", "-id"))


@profile_router.post(
    "/customers/{customer_id}/notes", response={201: CustomerNoteShape}, summary="Write a note about a customer"
)
def add_customer_note(request: ApiRequest, customer_id: Id, body: NewCustomerNote) -> Status[CustomerNoteShape]:
    """Customers never see it."""
    agent = agent_of(request, Permission.REPLY)
    with transaction.atomic(), told():
        note = notes.write(customer_for(agent, customer_id), text=body.text, by=agent)
        notes.pin(note, is_pinned=body.pinned, by=agent)
    return Status(201, _note_shape(note))


@profile_router.patch("/customers/{customer_id}/notes/{note_id}", response=CustomerNoteShape, summary="Change a note")
def change_customer_note(request: ApiRequest, customer_id: Id, note_id: Id, body: NoteChange) -> CustomerNoteShape:
    agent = agent_of(request, Permission.REPLY)
    note = _note_of(customer_for(agent, customer_id), note_id)
    if body.text is not None and not notes.may_edit(note, agent):
        raise Forbidden("Only whoever wrote a note changes its words.")
    with transaction.atomic(), told():
        if body.text is not None:
            notes.edit(note, text=body.text, by=agent)
        if body.pinned is not None:
            notes.pin(note, is_pinned=body.pinned, by=agent)
    return _note_shape(note)


@profile_router.delete("/customers/{customer_id}/notes/{note_id}", response={204: None}, summary="Remove a note")
def remove_customer_note(request: ApiRequest, customer_id: Id, note_id: Id) -> Status[None]:
    agent = agent_of(request, Permission.REPLY)
    notes.remove(_note_of(customer_for(agent, customer_id), note_id), by=agent)
    return Status(204, None)


@profile_router.get("/customers/{customer_id}/files", response=Page[FileShape], summary="List files about a customer")
def list_customer_files(request: ApiRequest, customer_id: Id, paging: Query[Paging]) -> dict[str, Any]:
    found = filing.files_of(customer_for(agent_of(request), customer_id))
    return page(found, paging, shape=_file_shape, order=("-at", "-id"))


@profile_router.post(
    "/customers/{customer_id}/files", response={201: FileShape}, summary="Bring a file about a customer"
)
def add_customer_file(request: ApiRequest, customer_id: Id, naming: Query[NewFile]) -> Status[FileShape]:
    """The body is the file itself, up to 25 MB (10 MB with an `Idempotency-Key`)."""
    agent = agent_of(request, Permission.REPLY)
    customer = customer_for(agent, customer_id)
    # With a key the body was read already, to compare it.
    data = request.body if hasattr(request, "_body") else request.read(filing.LARGEST + 1)
    if len(data) > filing.LARGEST:
        raise TooLarge("A file may have 25 MB.")
    with told():
        made = filing.keep(customer, data=data, name=naming.name, content_type=request.content_type or "", by=agent)
    return Status(201, _file_shape(made))


@profile_router.get(
    "/customers/{customer_id}/files/{file_id}",
    response={200: None},
    summary="Download a file about a customer",
    openapi_extra={"responses": {200: {"content": {"*/*": {"schema": {"type": "string", "format": "binary"}}}}}},
)
def read_customer_file(request: ApiRequest, customer_id: Id, file_id: Id) -> HttpResponse:
    found = _file_of(customer_for(agent_of(request), customer_id), file_id)
    return untrusted(files.read(found.file), name=found.name, kind=found.content_type)


@profile_router.delete("/customers/{customer_id}/files/{file_id}", response={204: None}, summary="Remove a file")
def remove_customer_file(request: ApiRequest, customer_id: Id, file_id: Id) -> Status[None]:
    agent = agent_of(request, Permission.REPLY)
    filing.remove(_file_of(customer_for(agent, customer_id), file_id), by=agent)
    return Status(204, None)


def _identity_of(customer: Customer, pk: int) -> Identity:
    found = Identity.objects.select_related("customer").filter(customer=customer, pk=pk).first()
    if found is None:
        raise NotFound("This customer has no such address.")
    return found


def _note_of(customer: Customer, pk: int) -> CustomerNote:
    found = notes.notes_of(customer).filter(pk=pk).first()
    if found is None:
        raise NotFound("There is no such note about this customer.")
    return found


def _file_of(customer: Customer, pk: int) -> CustomerFile:
    found = filing.files_of(customer).filter(pk=pk).first()
    if found is None:
        raise NotFound("There is no such file of this customer.")
    return found


def _note_shape(note: CustomerNote) -> CustomerNoteShape:
    return CustomerNoteShape(
        id=note.pk,
        customer=note.customer_id,
        text=note.text,
        by=agent_shape(note.by),
        at=note.at,
        edited_at=note.edited_at,
        pinned=note.pinned_at is not None,
    )


def _file_shape(file: CustomerFile) -> FileShape:
    return FileShape(
        id=file.pk,
        customer=file.customer_id,
        name=file.name,
        content_type=file.content_type,
        size=file.size,
        sha256=file.file.sha256,
        by=agent_shape(file.by),
        at=file.at,
    )
