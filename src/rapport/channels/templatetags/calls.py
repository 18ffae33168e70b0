"""Calls in the inbox's templates: those that go on, and the button that rings somebody up."""

from typing import Any

from django import template

from rapport.channels.ringing import calls_going_on, rings_by_phone
from rapport.conversations.models import Conversation
from rapport.team.models import Agent

register = template.Library()


@register.inclusion_tag("channels/_calls.html")
def calls_box(agent: Agent) -> dict[str, Any]:
    """Who rings or is on the phone, since when. One query."""
    return {"calls": calls_going_on(agent)}


@register.inclusion_tag("channels/_ring_button.html")
def ring_button(conversation: Conversation, agent: Agent, may_reply: bool = False) -> dict[str, Any]:
    """Where the customer has a number and there is a phone channel. Without a number it asks nothing."""
    number = conversation.customer.phone
    shown = bool(may_reply and number.startswith("+") and rings_by_phone())
    return {"conversation": conversation, "number": number, "agent": agent, "shown": shown}
