"""What happens below, as rules and webhooks call it."""

from collections.abc import Callable, Iterable
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from rapport.automation.types import Trigger
from rapport.backbone.events import Announcement
from rapport.conversations import announcements as told
from rapport.routing.announcements import PromiseBroken, PromiseWarned

# Which events set off which rules. What machines wrote sets none off: two of them would go on for ever.
_BY_EVENT: dict[type[Announcement], Callable[[Any], Iterable[Trigger]]] = {
    told.MessageArrived: lambda event: (
        () if event.is_automatic else (Trigger.CREATED, Trigger.ARRIVED) if event.is_new else (Trigger.ARRIVED,)
    ),
    told.MessageWritten: lambda _event: (Trigger.ANSWERED,),
    told.ConversationAssigned: lambda event: (Trigger.ASSIGNED,) if event.agent or event.team else (),
    told.ConversationTagged: lambda _event: (Trigger.TAGGED,),
    told.ConversationClosed: lambda _event: (Trigger.CLOSED,),
    told.ConversationReopened: lambda _event: (Trigger.REOPENED,),
    told.PriorityChanged: lambda _event: (Trigger.PRIORITY,),
    told.ConversationRated: lambda _event: (Trigger.RATED,),
    PromiseWarned: lambda _event: (Trigger.PROMISE_NEAR,),
    PromiseBroken: lambda _event: (Trigger.PROMISE_BROKEN,),
}
_NAMES: dict[str, tuple[str, ...]] = {
    Trigger.CREATED: ("MessageArrived",),
    Trigger.ARRIVED: ("MessageArrived",),
    Trigger.ANSWERED: ("MessageWritten",),
    Trigger.ASSIGNED: ("ConversationAssigned",),
    Trigger.TAGGED: ("ConversationTagged",),
    Trigger.CLOSED: ("ConversationClosed",),
    Trigger.REOPENED: ("ConversationReopened",),
    Trigger.PRIORITY: ("PriorityChanged",),
    Trigger.RATED: ("ConversationRated",),
    Trigger.PROMISE_NEAR: ("PromiseWarned",),
    Trigger.PROMISE_BROKEN: ("PromiseBroken",),
}

# What webhooks are told of, by the name in the payload: the event, and what people read.
KINDS: dict[str, tuple[str, str | Promise]] = {
    "conversation.created": ("MessageArrived", _("A conversation begins")),
    "message.received": ("MessageArrived", _("A customer writes")),
    "message.written": ("MessageWritten", _("We write to a customer")),
    "message.changed": ("MessageChanged", _("A message is sent, fails or is taken back")),
    "note.written": ("NoteWritten", _("A note is written")),
    "conversation.assigned": ("ConversationAssigned", _("A conversation is assigned")),
    "conversation.closed": ("ConversationClosed", _("A conversation is closed")),
    "conversation.reopened": ("ConversationReopened", _("A conversation is reopened")),
    "conversation.snoozed": ("ConversationSnoozed", _("A conversation is snoozed")),
    "conversation.woke": ("ConversationWoke", _("A conversation comes back from snooze")),
    "conversation.tagged": ("ConversationTagged", _("A conversation is tagged")),
    "conversation.untagged": ("ConversationUntagged", _("A tag is removed")),
    "conversation.priority_changed": ("PriorityChanged", _("A priority changes")),
    "conversation.renamed": ("SubjectChanged", _("A subject changes")),
    "conversation.rated": ("ConversationRated", _("A conversation is rated")),
    "conversation.deleted": ("ConversationDeleted", _("A conversation is deleted for good")),
    "promise.warned": ("PromiseWarned", _("A promised answer falls due soon")),
    "promise.broken": ("PromiseBroken", _("A promised answer is late")),
}
HEARD: tuple[type[Announcement], ...] = (
    *_BY_EVENT,
    told.MessageChanged,
    told.NoteWritten,
    told.ConversationSnoozed,
    told.ConversationWoke,
    told.ConversationUntagged,
    told.SubjectChanged,
    told.ConversationDeleted,
)


def triggers_of(event: Announcement) -> tuple[Trigger, ...]:
    """What rules this sets off."""
    found = _BY_EVENT.get(type(event))
    return tuple(found(event)) if found else ()


def events_for(trigger: str) -> tuple[str, ...]:
    """The names of the events that set off rules of this trigger; none for a rule by time."""
    return _NAMES.get(trigger, ())


def kinds_of(event: Announcement) -> list[str]:
    """The names under which webhooks are told of it."""
    name = type(event).__name__
    kinds = [kind for kind, (known, _label) in KINDS.items() if known == name]
    if isinstance(event, told.MessageArrived) and not event.is_new:
        kinds.remove("conversation.created")
    return kinds
