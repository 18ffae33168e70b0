"""What a conversation is about: the orders beside it, chosen and taken away."""

import json

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from rapport.conversations import actions
from rapport.conversations.models import Conversation
from rapport.sales.models import Order
from rapport.sales.orders.queries import named_by, numbered, visible_to
from rapport.team.permissions import AgentRequest, needs
from rapport.team.types import Permission
from rapport.workspace.views.answering import Asked, refused_aloud, undo_at
from rapport.workspace.views.finding import conversation_of
from rapport.workspace.views.showing import orders_context


class NotClear(Exception):
    """No one order was said; the message says what to do."""


@require_http_methods(["POST", "DELETE"])
@needs(Permission.REPLY)
def orders(request: AgentRequest, pk: int) -> HttpResponse:
    """POST says that it is about this `order`, or the one with this `number`; DELETE that it is not."""
    conversation = conversation_of(request, pk)
    asked = Asked.of(request)
    here = reverse("conversation_orders", args=[pk])
    try:
        order = _wanted(asked, conversation, request)
        if asked.method == "DELETE":
            actions.unlink_order(conversation, order=order, by=request.user)
            said = _("This conversation is not about order %(number)s.")
            undo = undo_at(here, order=str(order.pk), again="1")
        else:
            said, undo = _("This conversation is about order %(number)s."), undo_at(here, "DELETE", order=str(order.pk))
            if not (asked.is_undo and "again" in asked.values):
                actions.link_order(conversation, order=order, by=request.user)
            else:
                actions.link_order_again(conversation, order=order, by=request.user)
    except (NotClear, ValueError) as error:
        return refused_aloud(str(error))
    context = {**orders_context(request, conversation), "conversation": conversation, "may_reply": True}
    answer = render(request, "workspace/orders_beside.html", {**context, "swapped": True})
    if not asked.is_undo:
        toast = {"text": said % {"number": order.number}, "undo": undo}
        answer["HX-Trigger"] = json.dumps({"rapport:toast": toast})
    return answer


def _wanted(asked: Asked, conversation: Conversation, request: AgentRequest) -> Order:
    """By its id, or by its number, where the customer's own come first. Raises NotClear."""
    seen, pk = visible_to(request.user), asked.values.get("order", "")
    if pk:
        found = seen.filter(pk=int(pk[:18])).first() if pk.isascii() and pk.isdecimal() else None
        if found is None:
            raise NotClear(_("This order is no longer here. Load the page again."))
        return found
    number = asked.values.get("number", "").strip()[:100]
    plain = number.lower().removeprefix("#")
    theirs = list(named_by(conversation.customer, [plain])[:2]) if plain else []
    every = theirs or (list(numbered(seen, number)[:2]) if plain else [])
    if not every:
        raise NotClear(_("There is no order with this number. Type the whole number."))
    if len(every) > 1:
        raise NotClear(_("Several orders have this number. Open the right one from its customer."))
    return every[0]
