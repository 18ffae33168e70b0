"""What a list of conversations can be asked for over HTTP."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from rapport.backbone.custom_fields.rest import refused
from rapport.conversations.fields import FIELDS
from rapport.conversations.filtering import Filter, FilterError
from rapport.conversations.querysets import ConversationQuerySet
from rapport.conversations.saved import views_of
from rapport.conversations.searching import matching
from rapport.kit.rest.paging import Paging
from rapport.kit.rest.problems import Invalid
from rapport.kit.rest.shapes import WITHOUT_NUL, Id, Line, Moment
from rapport.team.api import ApiRequest
from rapport.team.models import Agent

TagName = Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=r"^\s*[^\s\u0000][^\u0000]*$")]
Whose = Annotated[str, StringConstraints(pattern=r"^(me|none|[1-9][0-9]{0,17})$")]
# How many matching messages a search looks at, newest first.
FOUND_AT_MOST = 1000


class ConversationFilters(Paging):
    status: Literal["open", "snoozed", "closed"] | None = None
    inbox: Id | None = None
    channel: Annotated[str, StringConstraints(max_length=20, pattern=WITHOUT_NUL)] | None = None
    assignee: Whose | None = Field(None, description="The id of an agent, `me`, or `none`.")
    team: Whose | None = Field(None, description="The id of a team, `me` for any of mine, or `none`.")
    tag: TagName | None = None
    customer: Id | None = None
    q: Line | None = Field(
        None,
        description="A search as people type it, such as `refund from:kim is:open`. One that asks for words finds the "
        "newest 1,000 conversations.",
    )
    updated_since: Moment | None = Field(
        None, description="Changed at or after this moment. The list is then sorted by change, oldest first."
    )
    junk: bool | None = Field(None, description="Only junk, or none. Left out, both: a script misses nothing.")
    view: Id | None = Field(None, description="The id of a saved view.")
    filter: Annotated[str, StringConstraints(max_length=10_000, pattern=WITHOUT_NUL)] | None = Field(
        None, description="A filter as saved views have it, as JSON."
    )


def filtered(
    conversations: ConversationQuerySet, filters: ConversationFilters, request: ApiRequest, agent: Agent
) -> ConversationQuerySet:
    """Those that are asked for. Raises Invalid."""
    plain = {
        "status": filters.status,
        "inbox_id": filters.inbox,
        "channel": filters.channel,
        "customer_id": filters.customer,
    }
    conversations = conversations.filter(**{name: value for name, value in plain.items() if value is not None})
    if filters.junk is not None:
        conversations = conversations.filter(junk_at__isnull=not filters.junk)
    if filters.tag:
        conversations = conversations.tagged(filters.tag)
    if filters.assignee:
        conversations = _whose(conversations, "assignee_id", filters.assignee, [agent.pk])
    if filters.team:
        mine = agent.teams.values_list("pk", flat=True) if filters.team == "me" else ()
        conversations = _whose(conversations, "team_id", filters.team, list(mine))
    if filters.q:
        conversations = conversations.filter(matching(agent, filters.q, within=conversations))
    return _own_words(conversations, filters, request, agent)


def _own_words(
    conversations: ConversationQuerySet, filters: ConversationFilters, request: ApiRequest, agent: Agent
) -> ConversationQuerySet:
    asked = request.GET.dict().items()
    said = {name.removeprefix("field."): str(words) for name, words in asked if name.startswith("field.")}
    if said:
        with refused("query.field"):
            conversations = conversations.filter(pk__in=FIELDS.saying(said))
    if filters.view:
        view = views_of(agent).filter(pk=filters.view).first()
        if view is None:
            raise Invalid.at("query.view", "There is no such view.")
        conversations = Filter.parse(view.filter).apply(conversations, agent)
    if filters.filter:
        try:
            conversations = Filter.parse(filters.filter).apply(conversations, agent)
        except FilterError as error:
            raise Invalid.at("query.filter", str(error)) from error
    return conversations


def _whose(conversations: ConversationQuerySet, column: str, whose: str, mine: list[int]) -> ConversationQuerySet:
    if whose == "none":
        return conversations.filter(**{f"{column}__isnull": True})
    return conversations.filter(**{f"{column}__in": mine if whose == "me" else [int(whose)]})
