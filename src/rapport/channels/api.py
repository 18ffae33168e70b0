"""Messages over HTTP, with how they travel: what came in raw and what goes out."""

import base64
import binascii
import hashlib
from datetime import datetime
from typing import Annotated, Any, Literal, cast

from django.db import transaction
from django.http import HttpResponse
from ninja import Query, Router, Status
from pydantic import BaseModel, Field, StringConstraints

from rapport.backbone import files
from rapport.channels import actions
from rapport.channels.errors import CannotWrite, ChannelError
from rapport.channels.models import Delivery, Dispatch
from rapport.channels.seam import kinds
from rapport.channels.ways_api import ChosenTemplate, channel_named, said_by
from rapport.conversations import actions as conversation_actions
from rapport.conversations import queries as conversation_queries
from rapport.conversations.api import After, SomeWords, conversation_for, moved_on, router, seen_by
from rapport.conversations.models import Conversation, Inbox, Message
from rapport.conversations.shapes import (
    ConversationShape,
    DispatchShape,
    MessageShape,
    conversation_shape,
    message_shape,
    whole,
)
from rapport.conversations.types import IncomingFile, Writing
from rapport.customers.actions import meet
from rapport.customers.api import Email, Name, customer_for
from rapport.customers.models import Customer, IdentityKind
from rapport.kit import clock
from rapport.kit.rest.downloads import untrusted
from rapport.kit.rest.paging import Page, Paging, page
from rapport.kit.rest.problems import Clash, Invalid, NotFound
from rapport.kit.rest.shapes import Id, Line, Shape, StrictId, Words
from rapport.team.api import ApiRequest, Named, agent_of
from rapport.team.models import Agent
from rapport.team.types import Permission

# Mounted beside the conversations' own: one path may have its reading there and its writing here.
__all__ = ["mail_router", "router"]

mail_router = Router(tags=["Transport"])

InState = Literal["stored", "done", "quarantined"]
OutState = Literal["queued", "sent", "failed", "cancelled"]
FileName = Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=r"^[^\u0000/\\]+$")]
FileType = Annotated[str, StringConstraints(max_length=120, pattern=r"^[A-Za-z0-9.+-]+/[A-Za-z0-9.+-]+$")]


class NewMessageFile(Shape):
    name: FileName
    content_type: FileType = "application/octet-stream"
    content: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+/]*={0,2}$")] = Field(
        description="The bytes, as base64."
    )


class NewMessage(Shape):
    text: Words = Field("", description="Needed unless a template says it.")
    channel: StrictId | None = Field(None, description="By which channel; left out, the one they last wrote by.")
    template: ChosenTemplate | None = Field(
        None, description="An approved text in place of `text`; see the ways of the conversation."
    )
    html: Words = Field("", description="The same in HTML, for channels that carry it; it is cleaned.")
    to: Annotated[list[Email], Field(max_length=50)] | None = Field(
        None, description="Left out, it goes to whom the customer last wrote from."
    )
    cc: Annotated[list[Email], Field(max_length=50)] = Field(default_factory=list)
    attachments: Annotated[list[NewMessageFile], Field(max_length=20)] = Field(default_factory=list)
    after: After = None


class NewCorrespondent(Shape):
    email: Email
    name: Name = ""


class NewConversation(Shape):
    customer: StrictId | NewCorrespondent = Field(description="The id of a customer, or a mail address and a name.")
    inbox: StrictId | None = Field(None, description="Left out, the oldest inbox.")
    subject: Line = ""
    text: SomeWords
    direction: Literal["out", "in"] = Field(
        "out",
        description="`out` writes to the customer; `in` records what the customer wrote, from a form for example.",
    )


class DeliveryFilters(Paging):
    state: InState | None = None


class DispatchFilters(Paging):
    state: OutState | None = None


class DeliveryShape(BaseModel):
    id: int
    kind: str
    channel: Named | None
    source: str
    recipients: list[str]
    size: int
    sha256: str
    external_id: str
    received_at: datetime
    state: InState
    outcome: str = Field(description="created, appended, duplicate, auto_reply, bounce, quarantined, or empty yet.")
    reason: str
    attempts: int
    message: int | None
    conversation: int | None


class UndeliveredShape(BaseModel):
    """Somebody a message did not reach."""

    address: str
    status: str = Field(description="An enhanced status code such as 5.1.1, where there was one.")
    said: str


class OutboxShape(BaseModel):
    id: int
    message: int
    conversation: int
    channel: Named | None
    state: OutState
    attempts: int
    error: str
    due_at: datetime
    sent_at: datetime | None
    bounced_at: datetime | None = Field(description="When it came back after it had been sent.")
    undelivered: list[UndeliveredShape]
    is_held: bool = Field(description="It waits because of how much was sent lately; `error` says which limit.")
    mailing: str = Field(description="Which mailing it is of, such as ratings; empty for a letter to one person.")
    created_at: datetime


_BYTES = {"responses": {200: {"content": {"message/rfc822": {"schema": {"type": "string", "format": "binary"}}}}}}


@router.post("/conversations", response={201: ConversationShape}, summary="Begin a conversation")
def begin_conversation(request: ApiRequest, body: NewConversation) -> Status[ConversationShape]:
    """Writes to a customer, or records what a customer wrote."""
    agent = agent_of(request, Permission.REPLY)
    inbox = _inbox(body.inbox)
    with transaction.atomic():
        customer = _customer(body.customer, agent)
        if body.direction == "in":
            conversation = _take_in(body, customer, inbox)
        else:
            conversation = conversation_actions.begin(
                customer, inbox=inbox, channel="email", subject=body.subject, by=agent
            )
            _reply(conversation, agent, text=body.text)
    return Status(201, conversation_shape(whole(Conversation.objects.all()).get(pk=conversation.pk)))


@router.get(
    "/conversations/{conversation_id}/messages", response=Page[MessageShape], summary="List messages, oldest first"
)
def list_messages(request: ApiRequest, conversation_id: Id, paging: Query[Paging]) -> dict[str, Any]:
    """What was received and sent, and the notes between."""
    conversation = conversation_for(agent_of(request), conversation_id)
    messages = conversation.messages.select_related("dispatch").prefetch_related("attachments")
    return page(messages, paging, shape=_message, order=("id",))


@router.post("/conversations/{conversation_id}/messages", response={201: MessageShape}, summary="Reply to the customer")
def write_message(request: ApiRequest, conversation_id: Id, body: NewMessage) -> Status[MessageShape]:
    """It is queued at once; `dispatch` says how far it got. Answers 409 when others wrote since the message `after`."""
    agent = agent_of(request, Permission.REPLY)
    conversation = conversation_for(agent, conversation_id)
    sender = channel_named(body.channel) if body.channel else None
    text, template = said_by(body, conversation, sender)
    with moved_on(), transaction.atomic():
        message = _reply(
            conversation,
            agent,
            text=text,
            html=body.html if template is None else "",
            sender=sender,
            template=template,
            to=body.to,
            cc=tuple(body.cc),
            files=tuple(_kept(file, place) for place, file in enumerate(body.attachments)),
            seen=seen_by(body),
        )
    return Status(201, _message(_messages(agent).get(pk=message.pk)))


@router.get("/messages/{message_id}", response=MessageShape, summary="Read a message", tags=["Messages"])
def read_message(request: ApiRequest, message_id: Id) -> MessageShape:
    return _message(_message_for(agent_of(request), message_id))


@router.get(
    "/messages/{message_id}/raw",
    response={200: None},
    summary="Download a message as it came in",
    tags=["Messages"],
    openapi_extra=_BYTES,
)
def download_original(request: ApiRequest, message_id: Id) -> HttpResponse:
    """The original bytes. What we wrote ourselves has none."""
    message = _message_for(agent_of(request), message_id)
    delivery = message.deliveries.select_related("file").order_by("id").first()
    if delivery is None:
        raise NotFound("This message did not come in from outside, so it has no original.")
    return _original(delivery, f"message-{message.pk}.eml", is_mail=True)


@mail_router.get("/deliveries", response=Page[DeliveryShape], summary="List what came in, newest first")
def list_deliveries(request: ApiRequest, filters: Query[DeliveryFilters]) -> dict[str, Any]:
    """For administrators. What could not be read is `quarantined`, with the reason."""
    agent_of(request, Permission.MANAGE_CHANNELS)
    deliveries = Delivery.objects.defer("body").select_related("channel", "message")
    if filters.state:
        deliveries = deliveries.filter(state=filters.state)
    return page(deliveries, filters, shape=_delivery)


@mail_router.get(
    "/deliveries/{delivery_id}/raw", response={200: None}, summary="Download a delivery", openapi_extra=_BYTES
)
def download_delivery(request: ApiRequest, delivery_id: Id) -> HttpResponse:
    """Byte for byte what came in, read or not. For administrators."""
    agent_of(request, Permission.MANAGE_CHANNELS)
    delivery = Delivery.objects.select_related("file").filter(pk=delivery_id).first()
    if delivery is None:
        raise NotFound("There is no such delivery.")
    return _original(delivery, f"delivery-{delivery.pk}.eml")


@router.delete("/conversations/{conversation_id}", response={204: None}, summary="Delete a conversation for good")
def delete_conversation(request: ApiRequest, conversation_id: Id) -> Status[None]:
    """Its messages, files and originals go with it. A later delivery of the same mail does not bring it back."""
    agent = agent_of(request, Permission.DELETE)
    actions.delete(conversation_for(agent, conversation_id), by=agent)
    return Status(204, None)


@mail_router.get("/dispatches", response=Page[OutboxShape], summary="List what goes out, newest first")
def list_dispatches(request: ApiRequest, filters: Query[DispatchFilters]) -> dict[str, Any]:
    """For administrators. What could not be sent is `failed`, with the reason."""
    agent_of(request, Permission.MANAGE_CHANNELS)
    dispatches = Dispatch.objects.select_related("channel", "message")
    if filters.state:
        dispatches = dispatches.filter(state=filters.state)
    return page(dispatches, filters, shape=_dispatch)


def _inbox(pk: int | None) -> Inbox:
    inboxes = Inbox.objects.order_by("id")
    found = inboxes.filter(pk=pk).first() if pk else inboxes.first()
    if found is None and pk:
        raise Invalid.at("body.inbox", "There is no such inbox.")
    if found is None:
        raise Clash("There is no inbox yet. Connect a mailbox first.")
    return found


def _customer(given: int | NewCorrespondent, agent: Agent) -> Customer:
    if isinstance(given, NewCorrespondent):
        return meet(kind=IdentityKind.EMAIL, value=given.email, name=given.name)
    try:
        return customer_for(agent, given)
    except NotFound as error:
        raise Invalid.at("body.customer", str(error)) from error


def _take_in(body: NewConversation, customer: Customer, inbox: Inbox) -> Conversation:
    writing = Writing(text=body.text, subject=body.subject, sent_at=clock.now())
    arrival = conversation_actions.receive(
        writing,
        customer=customer,
        inbox=inbox,
        channel="email",
        author_name=customer.name,
        author_address=customer.email,
    )
    return arrival.message.conversation


def _reply(conversation: Conversation, agent: Agent, **what: Any) -> Message:
    """Through the one door; a script has no need of time to change its mind."""
    try:
        return actions.reply(conversation, by=agent, undo_seconds=0, **what)
    except CannotWrite as error:
        raise Invalid.at("body", str(error)) from error
    except ChannelError as error:
        raise Clash(str(error)) from error


def _kept(file: NewMessageFile, place: int) -> IncomingFile:
    try:
        body = base64.b64decode(file.content, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Invalid.at(f"body.attachments.{place}.content", "This is not base64.") from error
    stored = files.keep(body)
    return IncomingFile(
        file_id=stored.pk,
        name=file.name,
        content_type=file.content_type,
        size=len(body),
        sha256=hashlib.sha256(body).hexdigest(),
    )


def _messages(agent: Agent) -> Any:
    messages = conversation_queries.messages_visible_to(agent)
    return messages.select_related("dispatch").prefetch_related("attachments")


def _message_for(agent: Agent, pk: int) -> Message:
    found: Message | None = _messages(agent).filter(pk=pk).first()
    if found is None:
        raise NotFound("There is no such message.")
    return found


def _message(message: Message) -> MessageShape:
    dispatch: Dispatch | None = getattr(message, "dispatch", None)
    if dispatch is None:
        return message_shape(message)
    return message_shape(
        message,
        DispatchShape(state=cast(OutState, dispatch.state), attempts=dispatch.attempts, error=dispatch.error),
        delivered_at=dispatch.delivered_at,
        read_at=dispatch.read_at,
    )


def _original(delivery: Delivery, name: str, *, is_mail: bool = False) -> HttpResponse:
    body = files.read(delivery.file) if delivery.file else bytes(delivery.body or b"")
    kind = kinds().get(delivery.kind)
    if is_mail and kind is not None and delivery.transport:
        body = kind.original(body, delivery.transport)
    return untrusted(body, name=name, kind="message/rfc822")


def _delivery(delivery: Delivery) -> DeliveryShape:
    return DeliveryShape(
        id=delivery.pk,
        kind=delivery.kind,
        channel=_channel(delivery),
        source=delivery.source,
        recipients=list(delivery.recipients),
        size=delivery.size,
        sha256=delivery.sha256,
        external_id=delivery.external_id,
        received_at=delivery.received_at,
        state=cast(InState, delivery.state),
        outcome=delivery.outcome,
        reason=delivery.reason,
        attempts=delivery.attempts,
        message=delivery.message_id,
        conversation=delivery.message.conversation_id if delivery.message else None,
    )


def _dispatch(dispatch: Dispatch) -> OutboxShape:
    return OutboxShape(
        id=dispatch.pk,
        message=dispatch.message_id,
        conversation=dispatch.message.conversation_id,
        channel=_channel(dispatch),
        state=cast(OutState, dispatch.state),
        attempts=dispatch.attempts,
        error=dispatch.error,
        due_at=dispatch.due_at,
        sent_at=dispatch.sent_at,
        bounced_at=dispatch.bounced_at,
        undelivered=[UndeliveredShape(**each) for each in dispatch.undelivered],
        is_held=dispatch.is_held,
        mailing=dispatch.mailing,
        created_at=dispatch.created_at,
    )


def _channel(row: Delivery | Dispatch) -> Named | None:
    return Named(id=row.channel.pk, name=row.channel.name) if row.channel else None
