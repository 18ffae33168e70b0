"""What the page of an order shows of conversations."""

from collections.abc import Mapping
from typing import Any

from rapport.conversations.about_orders import links_about
from rapport.sales.models import Order
from rapport.sales.orders.cards import Card, register
from rapport.team.models import Agent


def conversations_of(order: Order, viewer: Agent) -> Mapping[str, Any] | None:
    links = links_about(order, viewer=viewer)
    return {"links": links} if links else None


def register_cards() -> None:
    register(Card("workspace/order_conversations.html", conversations_of))
