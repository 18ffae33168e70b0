"""Which conversations are about which orders: those whose customers name a number of theirs."""

from rapport.conversations.arrangements import OrderLink
from rapport.conversations.models import Message
from rapport.conversations.numbers import numbers_in
from rapport.conversations.types import OrderLinkHow
from rapport.sales.models import Order


def name_orders() -> None:
    """As the product finds them, mail by mail, but at once."""
    orders = {
        (person, number.lower()): pk for pk, person, number in Order.objects.values_list("pk", "customer", "number")
    }
    if not orders:
        return
    found: dict[tuple[int, int], OrderLink] = {}
    heard = Message.objects.filter(direction="in", is_automatic=False).order_by("id")
    said = heard.values_list("conversation", "customer", "subject", "visible_text", "created_at")
    for conversation, person, subject, text, at in said.iterator():
        for number in numbers_in(subject, text):
            if order := orders.get((person, number)):
                link = OrderLink(conversation_id=conversation, order_id=order, how=OrderLinkHow.FOUND, at=at)
                found.setdefault((conversation, order), link)
    OrderLink.objects.bulk_create(found.values(), batch_size=1000)
