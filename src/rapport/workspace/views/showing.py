"""What the templates of an open conversation need."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from rapport.channels.newcomers import known_places, new_here
from rapport.channels.queries import channels_by_address
from rapport.conversations.models import Conversation, Draft, Message
from rapport.conversations.types import Direction, Priority, Status
from rapport.kit import clock
from rapport.team.permissions import AgentRequest
from rapport.team.types import Permission
from rapport.workspace.queries.channels import face_of
from rapport.workspace.queries.people import portrait
from rapport.workspace.queries.thread import newest
from rapport.workspace.views.finding import Place


@dataclass(frozen=True)
class Moment:
    """A choice of the snooze menu."""

    label: str
    at: datetime


def conversation_context(request: AgentRequest, conversation: Conversation, place: Place) -> dict[str, Any]:
    """Both panes: thread with composer, and the customer."""
    return {
        **head_context(request, conversation),
        "place": place,
        "thread": newest(conversation, viewer=request.user),
        "portrait": portrait(conversation.customer, viewer=request.user, beside=conversation),
        "draft": Draft.objects.filter(conversation=conversation, agent=request.user).first(),
        "recipients": recipients(conversation),
    }


def head_context(request: AgentRequest, conversation: Conversation) -> dict[str, Any]:
    """The head of the thread and the line of facts under it."""
    return {
        "conversation": conversation,
        "face": face_of(conversation.channel),
        "is_mine": conversation.assignee_id == request.user.pk,
        "is_high": conversation.priority >= Priority.HIGH,
        "is_unusual": conversation.priority != Priority.NORMAL,
        "is_open": conversation.status == Status.OPEN,
        "priorities": Priority.choices,
        "moments": snooze_moments(),
        "may_reply": request.user.may(Permission.REPLY),
        "may_delete": request.user.may(Permission.DELETE),
    }


def snooze_moments() -> list[Moment]:
    """Later today, tomorrow at nine, next Monday: in the reader's own time."""
    now = timezone.localtime(clock.now())
    tomorrow = now.date() + timedelta(days=1)
    # On a Sunday the coming Monday is tomorrow, so that next week is the one after.
    monday = tomorrow + timedelta(days=7 - tomorrow.weekday())
    later = (now + timedelta(hours=3)).replace(minute=0, second=0, microsecond=0)
    choices = [(_("Later today"), later)] if later.date() == now.date() else []
    choices += [(_("Tomorrow"), _at_nine(tomorrow)), (_("Next week"), _at_nine(monday))]
    return [Moment(label, at) for label, at in choices]


def recipients(conversation: Conversation) -> dict[str, str]:
    """Who a reply goes to unless the agent says otherwise: whoever wrote last, with everyone they wrote to but us."""
    received = Message.objects.filter(conversation=conversation, direction=Direction.IN, is_automatic=False)
    last = received.order_by("-id").first()
    if last is None:
        return {"to": conversation.customer.email, "cc": ""}
    ours = channels_by_address(conversation.channel)
    to = known_places(last, ours=ours) or [last.author_address or conversation.customer.email]
    known = {address.lower() for address in to} | set(ours) | new_here(last, ours=ours)
    copies = [address for address in dict.fromkeys([*last.to, *last.cc]) if address.lower() not in known]
    return {"to": ", ".join(to), "cc": ", ".join(copies)}


def _at_nine(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(9)))
