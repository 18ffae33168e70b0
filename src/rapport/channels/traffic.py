"""Reading what came in and what goes out, for the people who look after the channels."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import Model, Q, QuerySet

from rapport.channels.models import BlockedSender, Channel, Delivery, Dispatch
from rapport.channels.types import DeliveryState, DispatchState

PAGE = 50
M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Slice(Generic[M]):
    """Rows, newest first, and the id to go on before; none when there are no more."""

    rows: Sequence[M]
    before: int | None


def channels() -> QuerySet[Channel]:
    return Channel.objects.select_related("inbox")


def deliveries(state: str = "", *, channel: int | None = None, before: int | None = None) -> Slice[Delivery]:
    # The bodies stay where they are: a page of them could weigh megabytes.
    rows = Delivery.objects.defer("body").select_related("channel", "message__conversation")
    return _slice(_chosen(rows, state, channel), before)


def dispatches(state: str = "", *, channel: int | None = None, before: int | None = None) -> Slice[Dispatch]:
    rows = Dispatch.objects.select_related("channel", "message__conversation", "message__agent")
    return _slice(_chosen(rows, state, channel), before)


def blocked_senders(words: str = "", *, before: int | None = None) -> Slice[BlockedSender]:
    """Those whose address, domain or note says these words."""
    rows = BlockedSender.objects.select_related("by")
    if words:
        rows = rows.filter(Q(pattern__icontains=words) | Q(note__icontains=words))
    return _slice(rows, before)


def number_in(said: str) -> int | None:
    return int(said) if said.isascii() and said.isdigit() and len(said) < 19 else None


def quarantined_count() -> int:
    """What could not be read and waits for somebody to look."""
    return Delivery.objects.filter(state=DeliveryState.QUARANTINED).count()


def failed_count() -> int:
    return Dispatch.objects.filter(state=DispatchState.FAILED).count()


def unhealthy_count() -> int:
    return Channel.objects.filter(paused_at__isnull=True).exclude(error="").count()


def _chosen(rows: QuerySet[M], state: str, channel: int | None) -> QuerySet[M]:
    rows = rows.filter(state=state) if state else rows
    return rows.filter(channel=channel) if channel else rows


def _slice(rows: QuerySet[M], before: int | None) -> Slice[M]:
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows.order_by("-pk")[: PAGE + 1])
    return Slice(found[:PAGE], found[PAGE - 1].pk if len(found) > PAGE else None)
