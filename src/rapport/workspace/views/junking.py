"""Junk: putting a conversation there, bringing it back, and blocking whoever wrote it."""

from django.db import transaction
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from rapport.channels.actions import block, unblock, unblockable
from rapport.channels.actions.people import writes_as
from rapport.channels.errors import CannotBlock
from rapport.conversations.actions import junk, restore
from rapport.team.permissions import AgentRequest, needs
from rapport.team.types import Permission
from rapport.workspace.views.answering import Asked, changed, refused, undo_at
from rapport.workspace.views.finding import conversation_of


@require_http_methods(["POST", "DELETE"])
@needs(Permission.REPLY)
def junking(request: AgentRequest, pk: int) -> HttpResponse:
    """Mark it as junk; DELETE says that it is none."""
    conversation = conversation_of(request, pk)
    here = reverse("conversation_junk", args=[pk])
    if Asked.of(request).method == "DELETE":
        restore(conversation, by=request.user)
        return changed(request, conversation, _("This is not junk."), undo_at(here))
    junk(conversation, by=request.user)
    return changed(request, conversation, _("Marked as junk."), undo_at(here, "DELETE"))


@require_http_methods(["POST", "DELETE"])
@needs(Permission.REPLY)
def blocking(request: AgentRequest, pk: int) -> HttpResponse:
    """Block whoever writes here, or with `whom=domain` everyone at their domain, and mark it as junk.

    DELETE undoes both; it unblocks `pattern` alone where that is said. What an administrator blocked is left to
    administrators.
    """
    conversation = conversation_of(request, pk)
    here = reverse("conversation_block", args=[pk])
    address, said = writes_as(conversation), Asked.of(request).values
    if Asked.of(request).method == "DELETE":
        with transaction.atomic():
            for each in unblockable(address, by=request.user):
                if said.get("pattern", each.pattern) == each.pattern:
                    unblock(each)
            restore(conversation, by=request.user)
        return changed(request, conversation, _("%(address)s is not blocked any more.") % {"address": address})
    is_domain = said.get("whom") == "domain" and "@" in address
    pattern = f"@{address.rpartition('@')[2]}" if is_domain else address
    try:
        with transaction.atomic():
            block(pattern, by=request.user)
            junk(conversation, by=request.user)
    except CannotBlock as error:
        return refused(str(error))
    told = _("%(pattern)s is blocked.") % {"pattern": pattern}
    return changed(request, conversation, told, undo_at(here, "DELETE", pattern=pattern))
