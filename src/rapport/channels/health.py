"""How a channel is: what it carried last, what is stuck in it, and what went wrong lately."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q

from rapport.channels.actions.polling import EVERY, EVERY_IF_WATCHED
from rapport.channels.models import Channel, Consent, Delivery, Dispatch, Trouble
from rapport.channels.types import DeliveryState, DispatchState
from rapport.kit import clock

_TROUBLES = 20
# A certificate that ends this soon is said aloud.
SOON = timedelta(days=14)


@dataclass(frozen=True)
class Certificate:
    host: str
    ends_at: datetime

    @property
    def is_over(self) -> bool:
        return self.ends_at <= clock.now()

    @property
    def ends_soon(self) -> bool:
        return self.ends_at <= clock.now() + SOON

    @property
    def days(self) -> int:
        return max(0, (self.ends_at - clock.now()).days)


@dataclass(frozen=True)
class Health:
    """Counts are of this channel alone."""

    received_at: datetime | None
    sent_at: datetime | None
    unread: int
    quarantined: int
    waiting: int
    failed: int
    troubles: Sequence[Trouble]
    certificates: Sequence[Certificate]
    consent: Consent | None
    is_watched: bool
    every: timedelta


def health_of(channel: Channel) -> Health:
    """Six queries, however much the channel has carried."""
    received = Delivery.objects.filter(channel=channel).order_by("-id").values_list("received_at", flat=True).first()
    sent = Dispatch.objects.filter(channel=channel, sent_at__isnull=False).order_by("-id")
    came = _counts(Delivery, channel, unread=DeliveryState.STORED, quarantined=DeliveryState.QUARANTINED)
    goes = _counts(Dispatch, channel, waiting=DispatchState.QUEUED, failed=DispatchState.FAILED)
    is_watched = channel.watched_until is not None and channel.watched_until > clock.now()
    return Health(
        received_at=received,
        sent_at=sent.values_list("sent_at", flat=True).first(),
        **came,
        **goes,
        troubles=list(Trouble.objects.filter(channel=channel)[:_TROUBLES]),
        certificates=certificates_of(channel),
        consent=Consent.objects.filter(channel=channel).select_related("given_by").first(),
        is_watched=is_watched,
        every=EVERY_IF_WATCHED if is_watched else EVERY,
    )


def certificates_of(channel: Channel) -> list[Certificate]:
    found = [Certificate(host, datetime.fromisoformat(end)) for host, end in channel.certificates.items()]
    return sorted(found, key=lambda certificate: certificate.ends_at)


def _counts(model: type[Delivery] | type[Dispatch], channel: Channel, **states: str) -> dict[str, int]:
    wanted = model._default_manager.filter(channel=channel, state__in=list(states.values()))
    counted = {name: Count("pk", filter=Q(state=state)) for name, state in states.items()}
    return dict(wanted.aggregate(**counted))
