"""Ratings that came in from a file leave again, as `rapport.backbone.intake.TakesBack` says."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from rapport.conversations import actions as conversations
from rapport.conversations.models import Conversation
from rapport.customers.importing.strangers import forget_strangers
from rapport.surveys.models import Rating
from rapport.surveys.types import Scale


def ratings(made: Sequence[int], *, since: datetime) -> int:
    """One of which a later file said something else stays. A conversation is rated by what is left of its ratings."""
    held = Rating.objects.select_for_update(of=("self",)).filter(pk__in=made, told_at__lte=since, invitation=None)
    gone = list(held.order_by("pk"))
    if gone:
        Rating.objects.filter(pk__in=[each.pk for each in gone]).delete()
    _rate_again(gone)
    came: dict[int, datetime] = {}
    for each in gone:
        if each.told_at:
            came[each.customer_id] = min(each.told_at, came.get(each.customer_id, each.told_at))
    forget_strangers(came, since=since)
    return len(gone)


def _rate_again(gone: Sequence[Rating]) -> None:
    """Where what a conversation shows was said by one of these alone."""
    said: dict[int, set[int]] = {}
    for each in gone:
        if each.conversation_id and each.scale == Scale.CSAT:
            said.setdefault(each.conversation_id, set()).add(each.score)
    if not said:
        return
    left = _left(said)
    held = Conversation.objects.select_for_update(of=("self",)).filter(pk__in=said).order_by("pk")
    scores: dict[int, int | None] = {}
    for pk, shown in held.values_list("pk", "satisfaction"):
        others = left.get(pk, [])
        if shown in said[pk] and shown not in others:
            scores[pk] = others[-1] if others else None
    conversations.rate_again(scores)


def _left(pks: Mapping[int, object]) -> dict[int, list[int]]:
    """The scores of each that are left; last what was answered here, and of those the newest."""
    rows = Rating.objects.filter(conversation__in=pks, scale=Scale.CSAT)
    found: dict[int, list[int]] = {}
    for _from_here, _at, pk, score in sorted(
        (invitation is not None, at, pk, score)
        for invitation, at, pk, score in rows.values_list("invitation", "at", "conversation", "score")
        if pk is not None
    ):
        found.setdefault(pk, []).append(score)
    return found
