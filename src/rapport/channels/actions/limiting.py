"""How fast a channel may send: what its limits leave room for, and what a provider that has had enough asks for.

Counted in the database, by what was handed over lately: every process sees the same, and a restart forgets nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rapport.channels.models import Channel, Dispatch
from rapport.channels.types import DispatchState, Limit
from rapport.kit import clock
from rapport.kit.text import storable

# After "too many": a minute, then two, four ... up to an hour.
FIRST_REST, LONGEST_REST = timedelta(minutes=1), timedelta(hours=1)
# Those that waited leave this far apart, so that the first of them learns whether it is over.
_APART = timedelta(milliseconds=200)
_MARGIN = timedelta(milliseconds=50)


@dataclass(frozen=True)
class Wait:
    """Not now: from when on, and why, in words for whoever waits for it."""

    until: datetime
    because: str


def wait_for_room(dispatch: Dispatch, channel: Channel, limits: Sequence[Limit]) -> Wait | None:
    """Why this channel has no room for this one now; None when it has.

    Inside a transaction that holds the channel: what is found stays true until the caller has noted its message.
    """
    now = clock.now()
    ahead = Dispatch.objects.filter(
        channel=channel, state=DispatchState.QUEUED, is_held=True, due_at__gt=now, pk__lt=dispatch.pk
    )
    waits = [_after_slowing(channel, ahead, now), *(_in_window(channel, ahead, limit, now) for limit in limits)]
    return max((wait for wait in waits if wait), key=lambda wait: wait.until, default=None)


def slow_down(channel: Channel, because: str) -> datetime:
    """The provider said "too many": everything of this channel rests, each time in a row twice as long."""
    now = clock.now()
    fresh = Channel.objects.get(pk=channel.pk)
    if fresh.slowed_until is not None and fresh.slowed_until > now:
        # Others were on their way already when the first was told.
        return fresh.slowed_until
    doublings: int = 2 ** min(fresh.slowed_times, 10)
    until = now + min(LONGEST_REST, FIRST_REST * doublings)
    Channel.objects.filter(pk=channel.pk).update(
        slowed_until=until, slowed_because=storable(because)[:1000], slowed_times=F("slowed_times") + 1
    )
    return until


def speed_up(channel: Channel) -> None:
    """It took one again after a rest."""
    Channel.objects.filter(pk=channel.pk, slowed_times__gt=0, slowed_until__lte=clock.now()).update(
        slowed_until=None, slowed_because="", slowed_times=0
    )


def _after_slowing(channel: Channel, ahead: QuerySet[Dispatch], now: datetime) -> Wait | None:
    if channel.slowed_until is None or channel.slowed_until <= now:
        return None
    because = _("The mail server takes no more for the moment. %(said)s") % {"said": channel.slowed_because}
    return Wait(channel.slowed_until + _APART * ahead.count(), because.strip())


def _in_window(channel: Channel, ahead: QuerySet[Dispatch], limit: Limit, now: datetime) -> Wait | None:
    window = timedelta(seconds=limit.seconds)
    lately = Dispatch.objects.filter(channel=channel, handed_at__gt=now - window).order_by("-handed_at")
    # So many ago is the one that has to leave the window before there is room.
    found = lately.values_list("handed_at", flat=True)[limit.count - 1 : limit.count]
    handed_at = next(iter(found), None)
    if handed_at is None:
        return None
    # Those that wait already come first: so many of them leave in each window.
    return Wait(handed_at + window * (1 + ahead.count() // limit.count) + _MARGIN, _said(limit))


def _said(limit: Limit) -> str:
    count = {"count": limit.count}
    match limit.seconds:
        case 60:
            return (
                ngettext(
                    "This mailbox may send %(count)d mail a minute.",
                    "This mailbox may send %(count)d mails a minute.",
                    limit.count,
                )
                % count
            )
        case 3600:
            return (
                ngettext(
                    "This mailbox may send %(count)d mail an hour.",
                    "This mailbox may send %(count)d mails an hour.",
                    limit.count,
                )
                % count
            )
        case 86_400:
            return (
                ngettext(
                    "This mailbox may send %(count)d mail a day.",
                    "This mailbox may send %(count)d mails a day.",
                    limit.count,
                )
                % count
            )
    return _("This mailbox may send %(count)d mails in %(seconds)d seconds.") % {**count, "seconds": limit.seconds}
