"""What rooms upstairs know of orders, which this room must not know.

    register(Card("workspace/order_conversations.html", conversations_of))   # a card on the page of an order
    tell_conversations(conversations_about)                                  # ids for the API

`context_for(order, viewer)` answers what the template is given, or None where there is nothing to show.
`conversations_about(order_ids, viewer)` answers, in one query, the conversations that the viewer may see, by order.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from rapport.sales.models import Order
from rapport.team.models import Agent

ConversationsAbout = Callable[[Collection[int], Agent], Mapping[int, list[int]]]


@dataclass(frozen=True)
class Card:
    template: str
    context_for: Callable[[Order, Agent], Mapping[str, Any] | None]


_cards: dict[str, Card] = {}
_tellers: list[ConversationsAbout] = []


def register(card: Card) -> None:
    """Each template once."""
    _cards[card.template] = card


def cards() -> list[Card]:
    return list(_cards.values())


def tell_conversations(about: ConversationsAbout) -> None:
    """The one room that knows."""
    _tellers[:] = [about]


def conversations_about(orders: Collection[Order], *, viewer: Agent) -> Mapping[int, list[int]]:
    """The ids of the conversations about each, as far as the viewer may see them."""
    ids = [order.pk for order in orders]
    return _tellers[0](ids, viewer) if _tellers and ids else {}
