"""How many messages of its provider a text becomes."""

from django.http import HttpResponse
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from rapport.channels.seam import kinds
from rapport.team.permissions import AgentRequest, needs
from rapport.team.types import Permission
from rapport.workspace.views.finding import conversation_of

_LONGEST = 20_000


@require_POST
@needs(Permission.REPLY)
def parts(request: AgentRequest, pk: int) -> HttpResponse:
    """In words, as text; empty where nobody counts."""
    kind = kinds().get(conversation_of(request, pk).channel)
    text = request.POST.get("text", "").replace("\r\n", "\n")[:_LONGEST]
    count = kind.parts_of(text) if kind else None
    said = ngettext("%(count)d part", "%(count)d parts", count) % {"count": count} if count else ""
    return HttpResponse(said, content_type="text/plain; charset=utf-8")
