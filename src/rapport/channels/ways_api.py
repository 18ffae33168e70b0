"""By which channels a customer can be written to, over HTTP."""

from datetime import datetime
from typing import Annotated, Protocol

from pydantic import BaseModel, Field

from rapport.channels.actions.choosing import choose, templates_of
from rapport.channels.actions.ways import Way, ways_to
from rapport.channels.errors import CannotConnect, ChannelError
from rapport.channels.models import Channel
from rapport.channels.queries import channel_to_answer_by
from rapport.channels.types import Abilities, Chosen, Template
from rapport.conversations.api import conversation_for, router
from rapport.conversations.models import Conversation
from rapport.kit.rest.problems import Invalid
from rapport.kit.rest.shapes import Id, Line, Shape
from rapport.team.api import ApiRequest, Named, agent_of
from rapport.team.types import Permission


class AbilitiesShape(BaseModel):
    """What a channel can do."""

    rich_text: bool
    subject: bool
    copies: bool
    attachments: bool
    max_length: int | None = Field(description="Characters of a text; null where there is no limit.")
    max_attachments: int | None
    max_attachment_bytes: int | None = Field(description="Of all files of a message together.")
    content_types: list[str] = Field(description="How the types of files begin that it carries; empty takes all.")
    typing: bool
    marks_read: bool
    delivered: bool
    read: bool
    edits: bool
    deletes: bool


class TemplateShape(BaseModel):
    """A text that the provider has approved beforehand."""

    name: str
    language: str
    text: str
    blanks: list[str] = Field(description="What is to be filled in, in this order.")
    category: str


class WayShape(BaseModel):
    channel: Named
    kind: str
    address: str = Field(description="Where it reaches the customer.")
    usual: bool = Field(description="The customer last wrote by this one.")
    abilities: AbilitiesShape
    loses: list[str] = Field(
        description="What would not reach the customer by it: formatting, links, pictures, copies, files, long_text."
    )
    session_ends: datetime | None = Field(
        description="Until when free text is taken; null where it always is. Afterwards only a template is."
    )
    templates: list[TemplateShape]
    problem: str = Field(description="Why its templates are not here, if they are not.")


class ChosenTemplate(Shape):
    name: Line
    language: Line
    values: Annotated[list[Line], Field(max_length=50)] = Field(
        default_factory=list, description="What is filled in, in the order of the template's blanks."
    )


class Writing(Protocol):
    """What a new message may say."""

    text: str
    html: str
    template: ChosenTemplate | None


@router.get(
    "/conversations/{conversation_id}/ways", response=list[WayShape], summary="List the ways to write to the customer"
)
def list_ways(request: ApiRequest, conversation_id: Id) -> list[WayShape]:
    """The usual one first. Templates are those of at most five minutes ago."""
    conversation = conversation_for(agent_of(request, Permission.REPLY), conversation_id)
    return [_way(way) for way in ways_to(conversation)]


def channel_named(pk: int) -> Channel:
    """Raises Invalid."""
    found = Channel.objects.filter(pk=pk, paused_at=None).first()
    if found is None:
        raise Invalid.at("body.channel", "There is no such channel, or it is paused.")
    return found


def said_by(body: Writing, conversation: Conversation, sender: Channel | None) -> tuple[str, Chosen | None]:
    """The text, and the template that it is of. Raises Invalid."""
    if body.template is None:
        if not body.text.strip() and not body.html.strip():
            raise Invalid.at("body.text", "Write something, or name a template.")
        return body.text, None
    channel, named = sender or channel_to_answer_by(conversation), body.template
    if channel is None:
        raise Invalid.at("body.template", "There is no channel to send it by.")
    try:
        chosen, text = choose(channel, name=named.name, language=named.language, values=named.values)
    except ChannelError as error:
        raise Invalid.at("body.template", str(error)) from error
    return text, chosen


def _way(way: Way) -> WayShape:
    abilities, problem = way.kind.abilities, ""
    templates: list[Template] = []
    try:
        templates = list(templates_of(way.channel))
    except CannotConnect as error:
        problem = str(error)
    return WayShape(
        channel=Named(id=way.channel.pk, name=way.channel.name),
        kind=way.kind.name,
        address=way.address,
        usual=way.is_usual,
        abilities=AbilitiesShape.model_validate(abilities, from_attributes=True),
        loses=_loses(abilities),
        session_ends=way.session_ends,
        templates=[TemplateShape.model_validate(each, from_attributes=True) for each in templates],
        problem=problem,
    )


def _loses(abilities: Abilities) -> list[str]:
    lost = {
        **dict.fromkeys(("formatting", "links", "pictures"), not abilities.rich_text),
        "copies": not abilities.copies,
        "files": not abilities.attachments,
        "long_text": abilities.max_length is not None,
    }
    return [name for name, is_lost in lost.items() if is_lost]
