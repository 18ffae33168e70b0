"""A message that is not sent yet, because its conversation is no longer as its writer saw it."""

from django.contrib import messages as flash
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from rapport.conversations import actions
from rapport.conversations.actions.colliding import MovedOn
from rapport.conversations.models import Conversation
from rapport.conversations.queries import visible_to
from rapport.team.permissions import AgentRequest
from rapport.workspace.views.said import Said


def stopped(request: AgentRequest, conversation: Conversation, said: Said, moved: MovedOn) -> HttpResponse:
    """What came meanwhile, for the composer to show once; without scripts the draft is kept and the page shows it."""
    into = moved.merged_into
    if into and not visible_to(request.user).filter(pk=into.pk).exists():
        return stopped_for_good(request)
    if request.headers.get("X-Requested-With") == "composer":
        shown = {"moved": moved, "is_note": said.is_note}
        return render(request, "workspace/moved_on.html", shown, status=409)
    conversation = into or conversation
    actions.keep_draft(conversation, by=request.user, **{**said.as_draft(request), "after": moved.sight.after})
    flash.error(
        request, _("Not sent yet: something came in meanwhile. Your text is still here. Look again, then send.")
    )
    return redirect("conversation", number=conversation.number)


def stopped_for_good(request: AgentRequest) -> HttpResponse:
    """The conversation was deleted, or taken out of the writer's sight. Raises Http404 for who has no composer."""
    if request.headers.get("X-Requested-With") != "composer":
        raise Http404
    return render(request, "workspace/moved_away.html", status=409)
