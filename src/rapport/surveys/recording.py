"""Ratings that were given elsewhere are written down here, a thousand at once, each once."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.db import transaction

from rapport.backbone.events import announce
from rapport.conversations import actions as conversations
from rapport.conversations.models import Conversation
from rapport.kit import clock
from rapport.surveys.actions import LONGEST_COMMENT
from rapport.surveys.announcements import RatingsImported
from rapport.surveys.models import Rating
from rapport.surveys.types import Scale

Word = Literal["created", "changed", "same"]
_FIELDS = ("score", "comment", "at", "conversation_id")


@dataclass(frozen=True, slots=True)
class Recorded:
    rating: int
    word: Word


@dataclass(frozen=True, slots=True)
class RatingSaid:
    """`external_id` tells it from every other; `customer` and `conversation` are ids."""

    external_id: str
    customer: int
    scale: Scale
    score: int
    at: datetime
    comment: str = ""
    conversation: int | None = None


@transaction.atomic
def record_ratings(said: Sequence[RatingSaid], *, by: int | None, at: datetime | None = None) -> Mapping[str, Recorded]:
    """What became of each, by its external id. Said twice, nothing changes the second time; the last word counts.

    `at` is when the file began to be read, now unless said.
    """
    told_at = at or clock.now()
    last = {each.external_id: each for each in said}
    held = {row.external_id: row for row in Rating.objects.filter(external_id__in=list(last))}
    became: dict[str, Word] = {}
    for name, each in last.items():
        row = held.get(name)
        became[name] = "created" if row is None else "changed" if _differs(row, each) else "same"
    held |= {name: _row(each) for name, each in last.items() if became[name] == "created"}
    for name, word in became.items():
        if word != "same":
            held[name].told_at = told_at
    Rating.objects.bulk_create([held[name] for name, word in became.items() if word == "created"])
    changed = [held[name] for name, word in became.items() if word == "changed"]
    Rating.objects.bulk_update(changed, ["score", "comment", "at", "conversation", "told_at"])
    _rate([last[name] for name, word in became.items() if word == "created"])
    counts = Counter(became.values())
    if counts["created"] or counts["changed"]:
        announce(RatingsImported(created=counts["created"], changed=counts["changed"], by=by))
    return {name: Recorded(held[name].pk, word) for name, word in became.items()}


def talks_numbered(numbers: Collection[int]) -> dict[int, tuple[int, int]]:
    """The id of each conversation, of the one that it went up in, and of its customer."""
    found = Conversation.objects.filter(number__in=numbers).select_related("merged_into") if numbers else ()
    standing = {each.number: conversations.standing(each) for each in found}
    return {number: (each.pk, each.customer_id) for number, each in standing.items()}


def _row(said: RatingSaid) -> Rating:
    row = Rating(external_id=said.external_id, customer_id=said.customer, scale=said.scale)
    _differs(row, said)
    return row


def _differs(row: Rating, said: RatingSaid) -> bool:
    """Fill the row with what is said of it."""
    before = [getattr(row, name) for name in _FIELDS]
    row.score, row.comment, row.at = said.score, said.comment[:LONGEST_COMMENT], said.at
    row.conversation_id = said.conversation or row.conversation_id
    return before != [getattr(row, name) for name in _FIELDS]


def _rate(new: Sequence[RatingSaid]) -> None:
    """A conversation that nobody rated yet has the newest of these."""
    scores = {
        each.conversation: each.score
        for each in sorted(new, key=lambda each: each.at)
        if each.conversation and each.scale == Scale.CSAT
    }
    for conversation in Conversation.objects.filter(pk__in=scores, satisfaction=None).order_by("pk"):
        conversations.rate(conversation, score=scores[conversation.pk], is_news=False)
