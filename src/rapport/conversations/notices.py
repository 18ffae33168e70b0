"""What people are told of conversations, and what a conversation is called in it."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rapport.conversations.models import Message
from rapport.conversations.queries import visible_to
from rapport.kit.text import shortened
from rapport.team.models import Agent, Notification
from rapport.team.notifications import Described, Kind, declare, describes

_EXCERPT = 300

MENTION = declare(
    Kind("mention", gettext_lazy("Somebody mentions me"), gettext_lazy("%(by)s mentioned you"), icon="at", order=1)
)
ASSIGNED = declare(
    Kind(
        "assigned",
        gettext_lazy("A conversation becomes mine"),
        gettext_lazy("%(by)s gave you this conversation"),
        gettext_lazy("This conversation is yours now"),
        icon="user",
        order=2,
    )
)
OWN = declare(
    Kind(
        "own",
        gettext_lazy("News in a conversation of mine"),
        gettext_lazy("%(by)s wrote in your conversation"),
        gettext_lazy("The customer wrote in your conversation"),
        icon="chat",
        order=3,
    )
)
FOLLOWED = declare(
    Kind(
        "followed",
        gettext_lazy("News in a conversation I follow"),
        gettext_lazy("%(by)s wrote in a conversation you follow"),
        gettext_lazy("The customer wrote in a conversation you follow"),
        icon="eye",
        order=4,
        usual=frozenset({"app"}),
    )
)
NEW = declare(
    Kind(
        "new",
        gettext_lazy("Something new in my team that is nobody's yet"),
        gettext_lazy("%(by)s left a conversation to your team"),
        gettext_lazy("A new conversation is nobody's yet"),
        icon="inbox",
        order=5,
        usual=frozenset(),
    )
)


def describe(agent: Agent, notifications: list[Notification]) -> dict[int, Described]:
    """For those about conversations that this agent may see, with what was written. Two queries."""
    places = {row.pk: int(row.place.partition(":")[2]) for row in notifications}
    shown = visible_to(agent).filter(pk__in=set(places.values())).select_related("customer")
    conversations = {conversation.pk: conversation for conversation in shown}
    wanted = {row.details.get("message") for row in notifications} - {None}
    texts = {
        (message.conversation_id, message.pk): shortened(message.visible_text or message.text, _EXCERPT)
        for message in Message.objects.filter(pk__in=wanted, conversation__in=conversations)
    }
    return {
        row.pk: Described(
            url=reverse("conversation", args=[conversation.number]),
            number=_("No. %(number)d") % {"number": conversation.number},
            title=conversation.subject or _("No subject"),
            who=conversation.customer.display_name,
            text=texts.get((conversation.pk, row.details.get("message", 0)), ""),
        )
        for row in notifications
        if (conversation := conversations.get(places[row.pk])) is not None
    }


describes("conversation", describe)
