"""The numbers people see: consecutive, never given twice."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db.models import F, Max

from rapport.conversations.models import Conversation, Counter

_NAME = "conversation"


# Numbers taken at once and not given out yet, for work in bulk.
_reserved: ContextVar[list[int] | None] = ContextVar("reserved_numbers", default=None)


def next_number() -> int:
    """One more than the last. The row stays locked until the caller commits, so numbers have no gaps by race."""
    reserved = _reserved.get()
    return reserved.pop() if reserved else _take(1)


@contextmanager
def numbers_reserved(count: int) -> Iterator[None]:
    """Inside a transaction: take so many numbers by one statement instead of one each; what is left is given back."""
    if count < 2:
        yield
        return
    last = _take(count)
    token = _reserved.set(list(range(last, last - count, -1)))
    try:
        yield
        left = len(_reserved.get() or ())
    finally:
        _reserved.reset(token)
    if left:
        Counter.objects.filter(pk=_NAME).update(value=F("value") - left)


def _take(count: int) -> int:
    """Move the counter; the last of the numbers taken."""
    if not Counter.objects.filter(pk=_NAME).update(value=F("value") + count):
        start = Conversation.objects.aggregate(top=Max("number"))["top"] or 0
        Counter.objects.get_or_create(pk=_NAME, defaults={"value": start})
        Counter.objects.filter(pk=_NAME).update(value=F("value") + count)
    return Counter.objects.values_list("value", flat=True).get(pk=_NAME)
