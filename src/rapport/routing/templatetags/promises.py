"""Promises in the inbox's templates."""

from collections.abc import Sequence
from typing import Any

from django import template
from django.utils.safestring import SafeString

from rapport.conversations.models import Conversation
from rapport.design.templatetags.design import time_left
from rapport.routing import showing
from rapport.routing.models import Promise

register = template.Library()


@register.simple_tag
def next_promise(promises: Sequence[Promise]) -> SafeString:
    """What falls due first, ticking; nothing when nothing does."""
    due = showing.next_due(promises)
    return time_left(due.due_at, "", *showing.due_words(due.kind)) if due else SafeString("")


@register.inclusion_tag("routing/_promises.html")
def promise_lines(promises: Sequence[Promise], conversation: Conversation) -> dict[str, Any]:
    """The section of the panel."""
    policy = showing.made_by(promises)
    return {
        "lines": showing.lines(promises),
        "policy": policy,
        "because": showing.because(policy, conversation) if policy else "",
    }


@register.filter
def working_amount(minutes: int) -> str:
    return showing.amount(minutes)
