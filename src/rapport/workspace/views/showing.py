"""What the templates of an open conversation need."""

import json
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from rapport.channels.actions import unblockable
from rapport.channels.actions.people import writes_as
from rapport.conversations.about_orders import orders_beside
from rapport.conversations.fields import FIELDS
from rapport.conversations.linked import linked_with
from rapport.conversations.models import Conversation, Draft
from rapport.conversations.types import DraftMode, LinkKind, Priority, Status
from rapport.customers.actions import is_free_mail
from rapport.customers.fields import FIELDS as CUSTOMER_FIELDS
from rapport.kit import clock
from rapport.routing.queries import promises_of
from rapport.team.permissions import AgentRequest
from rapport.team.types import Permission
from rapport.workspace.queries.alike import twin
from rapport.workspace.queries.channels import face_of
from rapport.workspace.queries.composer import Start, start_of
from rapport.workspace.queries.people import portrait
from rapport.workspace.queries.thread import newest
from rapport.workspace.views.finding import Place

# The hours at which a letter that waits for the morning or the afternoon leaves.
_MORNING, _AFTERNOON = 8, 15


@dataclass(frozen=True)
class Moment:
    """A choice of the menu that snoozes, or that sends later."""

    label: str
    at: datetime


def conversation_context(request: AgentRequest, conversation: Conversation, place: Place) -> dict[str, Any]:
    """Both panes: thread with composer, and the customer."""
    drafts = Draft.objects.filter(conversation=conversation, agent=request.user)
    draft = drafts.select_related("about__conversation__customer").first()
    start = start_of(conversation, draft, by=request.user)
    known = portrait(conversation.customer, viewer=request.user, beside=conversation)
    return {
        **head_context(request, conversation),
        **order_context(request, conversation),
        **orders_context(request, conversation),
        "place": place,
        "thread": newest(conversation, viewer=request.user),
        "portrait": known,
        "twin": twin(conversation, [past.conversation for past in known.previous]),
        **composer_context(start, draft),
        "draft_url": reverse("conversation_draft", args=[conversation.pk]),
        "post_url": reverse("conversation_messages", args=[conversation.pk]),
        "usual_url": reverse("conversation_answer", args=[conversation.pk]),
        "macros_url": reverse("conversation_macros", args=[conversation.pk]),
        "losses_url": reverse("conversation_losses", args=[conversation.pk]),
        # What any of the ways can do is on the page; what the chosen one cannot is hidden.
        "copies": any(way.copies for way in start.ways),
        "rich": any(way.rich for way in start.ways),
        "has_templates": any(way.templates for way in start.ways),
        "way": next((way for way in start.ways if way.sender == start.way), start.ways[0]),
    }


def order_context(request: AgentRequest, conversation: Conversation) -> dict[str, Any]:
    """The company's own fields of both, and the links: three queries."""
    return {
        "own_fields": FIELDS.said_of(conversation.pk),
        "fields_url": reverse("conversation_fields", args=[conversation.pk]),
        "customer_fields": CUSTOMER_FIELDS.said_of(conversation.customer_id),
        "customer_fields_url": reverse("customer_fields", args=[conversation.customer_id]),
        "linked": linked_with(conversation, viewer=request.user),
        "link_kinds": LinkKind.choices,
    }


def orders_context(request: AgentRequest, conversation: Conversation) -> dict[str, Any]:
    """What the conversation is about, and what its customer ordered last: two queries."""
    return {"orders_beside": orders_beside(conversation, viewer=request.user)}


def composer_context(start: Start, draft: Draft | None) -> dict[str, Any]:
    """What every composer needs."""
    return {
        "draft": draft,
        "start": start,
        "start_json": json.dumps(start.as_json()),
        "send_moments": send_moments(),
        "answer_modes": [
            (DraftMode.REPLY, DraftMode.REPLY.label, "reply", "R"),
            (DraftMode.REPLY_ALL, DraftMode.REPLY_ALL.label, "reply-all", ""),
            (DraftMode.FORWARD, DraftMode.FORWARD.label, "forward", "F"),
        ],
    }


def head_context(request: AgentRequest, conversation: Conversation) -> dict[str, Any]:
    """The head of the thread and the line of facts under it."""
    known_as = writes_as(conversation)
    email = conversation.customer.email if known_as == conversation.customer.email else ""
    return {
        # Asked of junk only, so that no other conversation pays for it.
        "is_blocked": bool(conversation.junk_at and unblockable(known_as, by=request.user)),
        "blockable": known_as,
        "blockable_domain": email.rpartition("@")[2] if email and not is_free_mail(email) else "",
        "conversation": conversation,
        "face": face_of(conversation.channel),
        "is_mine": conversation.assignee_id == request.user.pk,
        "is_high": conversation.priority >= Priority.HIGH,
        "is_unusual": conversation.priority != Priority.NORMAL,
        "is_open": conversation.status == Status.OPEN,
        "priorities": Priority.choices,
        "moments": snooze_moments(),
        "promises": promises_of(conversation),
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
    choices += [(_("Tomorrow"), _at(tomorrow, 9)), (_("Next week"), _at(monday, 9))]
    return [Moment(label, at) for label, at in choices]


def send_moments() -> list[Moment]:
    """When a letter may leave later: today, tomorrow or on Monday, in the writer's own time."""
    now = timezone.localtime(clock.now())
    tomorrow = now.date() + timedelta(days=1)
    monday = now.date() + timedelta(days=7 - now.weekday())
    choices = [(_("In an hour"), (now + timedelta(hours=1)).replace(second=0, microsecond=0))]
    if now.hour < _AFTERNOON - 1:
        choices.append((_("This afternoon"), _at(now.date(), _AFTERNOON)))
    choices.append((_("Tomorrow morning"), _at(tomorrow, _MORNING)))
    if monday != tomorrow:
        choices.append((_("Monday morning"), _at(monday, _MORNING)))
    return [Moment(label, at) for label, at in choices]


def _at(day: date, hour: int) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour)))
