"""Finding what a request is about, among what the agent may see: everything else is 404."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef
from django.http import Http404
from django.shortcuts import get_object_or_404

from rapport.conversations.models import Conversation, Follow
from rapport.conversations.queries import visible_to
from rapport.conversations.querysets import ConversationQuerySet
from rapport.conversations.types import Status
from rapport.kit.text import storable
from rapport.team.permissions import AgentRequest
from rapport.workspace.queries.lists import View, view_named
from rapport.workspace.queries.rows import SORTS


@dataclass(frozen=True)
class Place:
    """Where in the inbox a request stands: which view, sorted how, searching for what."""

    view: View
    sort: str
    query: str

    @property
    def suffix(self) -> str:
        """The query string that leads back here."""
        said = {"view": self.view.key}
        if self.sort != (self.view.saved.sort if self.view.saved else SORTS[0]):
            said["sort"] = self.sort
        if self.query:
            said["q"] = self.query
        return urlencode(said)


def conversation_of(request: AgentRequest, pk: int) -> Conversation:
    """The conversation with this id. Raises Http404."""
    return get_object_or_404(_with_everything(request), pk=pk)


def conversation_numbered(request: AgentRequest, number: int) -> Conversation:
    """The conversation with the number that people see. Raises Http404."""
    return get_object_or_404(_with_everything(request), number=number)


def place_of(request: AgentRequest, beside: Conversation | None = None) -> Place:
    """The view the address names, else the one that holds the conversation, else the agent's own. Raises Http404."""
    key = storable(request.GET.get("view", "")) or (_home_of(beside, request) if beside else "mine")
    view = view_named(key, request.user)
    if view is None:
        raise Http404
    usual = view.saved.sort if view.saved else ""
    sort = request.GET.get("sort", usual)
    return Place(view, sort if sort in SORTS else SORTS[0], query_of(request))


def query_of(request: AgentRequest) -> str:
    """What the request searches for, in characters that every database takes."""
    return storable(request.GET.get("q", "")).strip()[:200]


def _with_everything(request: AgentRequest) -> ConversationQuerySet:
    related = ("customer__company", "assignee", "team", "inbox")
    followed = Follow.objects.filter(conversation=OuterRef("pk"), agent=request.user, ended_at=None)
    found = visible_to(request.user).annotate(is_followed=Exists(followed))
    return found.select_related(*related).prefetch_related("tags")


def _home_of(conversation: Conversation, request: AgentRequest) -> str:
    if conversation.junk_at:
        return "junk"
    if conversation.status != Status.OPEN:
        return str(conversation.status)
    if conversation.assignee_id is None:
        return "unassigned"
    return "mine" if conversation.assignee_id == request.user.pk else "open"
