"""Which orders a conversation is about, and which conversations an order is spoken of in."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from rapport.conversations.arrangements import OrderLink
from rapport.conversations.models import Conversation
from rapport.conversations.queries import visible_to
from rapport.conversations.querysets import ConversationQuerySet
from rapport.sales.models import Order
from rapport.sales.orders import queries as orders
from rapport.team.models import Agent

# Of the customer's other orders beside a conversation.
SHOWN = 3
# Of the conversations on the page of an order.
LATEST = 20


@dataclass(frozen=True)
class Beside:
    """An order beside a conversation, and why the conversation is about it; None where it is not."""

    order: Order
    link: OrderLink | None = None


def links_of(conversation: Conversation, *, viewer: Agent) -> list[OrderLink]:
    """The orders it is about, newest first, as far as the viewer may see them. One query."""
    standing = OrderLink.objects.filter(conversation=conversation, removed_at=None)
    seen = standing.filter(order__in=orders.visible_to(viewer)).select_related("order__customer", "by")
    return list(seen.order_by("-order__placed_at", "-order_id"))


def orders_beside(conversation: Conversation, *, viewer: Agent) -> list[Beside]:
    """What it is about, then what its customer ordered last. Two queries."""
    linked = links_of(conversation, viewer=viewer)
    known = {link.order_id for link in linked}
    # So many more are asked for as may be among the linked ones.
    theirs = orders.visible_to(viewer).filter(customer=conversation.customer_id)
    last = theirs.order_by("-placed_at", "-id")[: SHOWN + len(known)]
    others = [order for order in last if order.pk not in known][:SHOWN]
    return [*(Beside(link.order, link) for link in linked), *(Beside(order) for order in others)]


def links_about(order: Order, *, viewer: Agent) -> list[OrderLink]:
    """The conversations about an order that the viewer may see, what was written last first. One query."""
    about = OrderLink.objects.filter(order=order, removed_at=None, conversation__in=_seen(viewer))
    shown = about.select_related("conversation__customer", "conversation__assignee", "by")
    return list(shown.order_by("-conversation__last_at", "-conversation_id")[:LATEST])


def conversations_about(order_ids: Collection[int], viewer: Agent) -> Mapping[int, list[int]]:
    """The ids of those that the viewer may see, by order, oldest first. One query."""
    about = OrderLink.objects.filter(order__in=list(order_ids), removed_at=None, conversation__in=_seen(viewer))
    found: dict[int, list[int]] = defaultdict(list)
    for order, conversation in about.order_by("id").values_list("order_id", "conversation_id"):
        found[order].append(conversation)
    return found


def _seen(viewer: Agent) -> ConversationQuerySet:
    """What was merged into another one is spoken of there."""
    return visible_to(viewer).standing().order_by()
