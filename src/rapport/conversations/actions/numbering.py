"""The numbers people see: consecutive, never given twice."""

from django.db.models import F, Max

from rapport.conversations.models import Conversation, Counter

_NAME = "conversation"


def next_number() -> int:
    """One more than the last. The row stays locked until the caller commits, so numbers have no gaps by race."""
    if not Counter.objects.filter(pk=_NAME).update(value=F("value") + 1):
        start = Conversation.objects.aggregate(top=Max("number"))["top"] or 0
        Counter.objects.get_or_create(pk=_NAME, defaults={"value": start})
        Counter.objects.filter(pk=_NAME).update(value=F("value") + 1)
    return Counter.objects.values_list("value", flat=True).get(pk=_NAME)
