"""Saying which orders a conversation is about, and finding out by what its customer writes."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from rapport.conversations.actions.telling import locked, tell
from rapport.conversations.announcements import OrderLinked, OrderUnlinked
from rapport.conversations.arrangements import OrderLink
from rapport.conversations.models import Conversation, Message
from rapport.conversations.numbers import numbers_in
from rapport.conversations.types import OrderLinkHow
from rapport.kit import clock
from rapport.sales.models import Order
from rapport.sales.orders.queries import named_by
from rapport.team.models import Agent

MOST_ORDERS = 50


@transaction.atomic
def link_order(conversation: Conversation, *, order: Order, by: Agent | None) -> OrderLink:
    """The conversation is about this order. Raises ValueError, in words for the agent, for one order too many."""
    conversation = locked(conversation)
    present = OrderLink.objects.filter(conversation=conversation, order=order).first()
    if present and present.removed_at is None:
        return present
    if _standing(conversation).count() >= MOST_ORDERS:
        raise ValueError(_("A conversation can be about at most %(most)d orders.") % {"most": MOST_ORDERS})
    said = {"how": OrderLinkHow.CHOSEN, "by": by, "at": clock.now(), "removed_at": None}
    made, _is_new = OrderLink.objects.update_or_create(conversation=conversation, order=order, defaults=said)
    _tell(conversation, made)
    return made


@transaction.atomic
def unlink_order(conversation: Conversation, *, order: Order, by: Agent | None) -> OrderLink | None:
    """It is not about this order, whatever its customer writes. Answers what it was, None when there was no link."""
    conversation = locked(conversation)
    present = _standing(conversation).filter(order=order).first()
    if present is None:
        return None
    OrderLink.objects.filter(pk=present.pk).update(removed_at=clock.now())
    tell(conversation, OrderUnlinked(conversation.pk, order=order.pk, by=by.pk if by else None))
    return present


@transaction.atomic
def link_order_again(conversation: Conversation, *, order: Order, by: Agent | None) -> OrderLink | None:
    """Undo taking it away: it is as it was, found or chosen. None when it was not taken away."""
    conversation = locked(conversation)
    gone = OrderLink.objects.filter(conversation=conversation, order=order, removed_at__isnull=False).first()
    if gone is None:
        return None
    gone.removed_at = None
    gone.save(update_fields=["removed_at"])
    tell(conversation, OrderLinked(conversation.pk, order=order.pk, how=gone.how, by=by.pk if by else None))
    return gone


@transaction.atomic
def find_orders(message: Message) -> list[OrderLink]:
    """Link the orders of its author, or of their company, that a message names. Safe to repeat.

    Orders of anybody else are not even looked at, and what an agent took away stays away.
    """
    author = message.customer
    numbers = numbers_in(message.subject, message.visible_text or message.text) if author else []
    if author is None or not numbers:
        return []
    named = list(named_by(author, numbers).order_by("-placed_at", "-id")[:MOST_ORDERS])
    if not named:
        return []
    conversation = locked(message.conversation)
    known = set(OrderLink.objects.filter(conversation=conversation).values_list("order_id", flat=True))
    new = [order for order in named if order.pk not in known][: max(MOST_ORDERS - len(known), 0)]
    return [_found(conversation, order) for order in new]


def bring_orders(origin: Conversation, destination: Conversation) -> list[int]:
    """What one is about the other is about too; answers the orders that are new there, for `take_orders_away`."""
    known = set(OrderLink.objects.filter(conversation=destination).values_list("order_id", flat=True))
    new = [link for link in _standing(origin) if link.order_id not in known]
    OrderLink.objects.bulk_create(
        OrderLink(conversation=destination, order_id=link.order_id, how=link.how, by_id=link.by_id, at=link.at)
        for link in new
    )
    return [link.order_id for link in new]


def take_orders_away(destination: Conversation, orders: Iterable[int]) -> None:
    OrderLink.objects.filter(conversation=destination, order__in=list(orders)).delete()


def _standing(conversation: Conversation) -> QuerySet[OrderLink]:
    return OrderLink.objects.filter(conversation=conversation, removed_at=None)


def _found(conversation: Conversation, order: Order) -> OrderLink:
    made = OrderLink.objects.create(conversation=conversation, order=order, how=OrderLinkHow.FOUND, at=clock.now())
    _tell(conversation, made)
    return made


def _tell(conversation: Conversation, made: OrderLink) -> None:
    tell(conversation, OrderLinked(conversation.pk, order=made.order_id, how=made.how, by=made.by_id))
