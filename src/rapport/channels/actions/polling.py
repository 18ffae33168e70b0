"""Fetching what waits at a provider: stored durably first, only then flagged there and counted as had."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Case, F, Q, QuerySet, Value, When
from django.utils.translation import gettext as _

from rapport.channels.actions.accepting import accept_all
from rapport.channels.actions.consenting import distrust, usable_settings
from rapport.channels.actions.settling import process_all
from rapport.channels.errors import CannotConnect, CannotRead
from rapport.channels.models import Channel, Delivery, Trouble
from rapport.channels.providers import provider_of
from rapport.channels.pushing import push_url
from rapport.channels.seam import Poll, Waiting, kind_of
from rapport.channels.types import Incoming
from rapport.kit import clock
from rapport.kit.text import storable

log = logging.getLogger("rapport.channels")

EVERY = timedelta(seconds=15)
# Where news are told, asking is only a safety net.
EVERY_IF_WATCHED = timedelta(minutes=5)
# How long others keep off a mailbox that somebody polls; renewed with each chunk, so a death costs no more than this.
_HOLD = timedelta(seconds=5)
_LONGEST_PAUSE = timedelta(minutes=5)
_CHUNK = 20
_CHUNK_BYTES = _LARGE = 8 * 1024 * 1024
# A message at which the connection broke this often is passed over, visibly.
_STUCK = 3
# One failed poll is a hiccup; from the second on people should know.
_HICCUPS = 1
# How long a trouble that is over is shown.
_REMEMBERED = timedelta(days=30)

_Fetched = tuple[Waiting, Incoming | None]


@dataclass(frozen=True)
class Turn:
    """A channel whose turn to be polled has come; one that fails should keep no other waiting."""

    channel_id: int
    is_failing: bool


def turns() -> list[Turn]:
    found = _due().order_by("next_poll_at").values_list("pk", "failures")
    return [Turn(pk, is_failing=failures > 0) for pk, failures in found]


def due() -> list[int]:
    """Channels whose turn to be polled has come."""
    return [turn.channel_id for turn in turns()]


def poll(channel_id: int) -> int:
    """Fetch what is new in one channel, if it is due and nobody else does; returns how many messages came."""
    channel = _claim(channel_id)
    if channel is None:
        return 0
    try:
        settings = {**usable_settings(channel), "push_url": push_url(channel)}
        with provider_of(channel):
            session = kind_of(channel.kind).poll(settings, channel.position)
            if session is None:
                _set_turn(channel, _LONGEST_PAUSE)
                return 0
            try:
                count = _fetch_all(channel, session)
            finally:
                session.close()
    except CannotConnect as error:
        _note_failure(channel, str(error), at_once=error.at_once)
        if error.at_once:
            distrust(channel)
        return 0
    except Exception as error:
        log.exception("Polling channel %s failed", channel_id)
        _note_failure(channel, f"{type(error).__name__}: {error}", at_once=False)
        return 0
    _note_success(channel)
    return count


def _due() -> QuerySet[Channel]:
    now = clock.now()
    # A turn or a hold too far off means that the clock was set back.
    turn = Q(next_poll_at=None) | Q(next_poll_at__lte=now) | Q(next_poll_at__gt=now + 2 * _LONGEST_PAUSE)
    free = Q(held_until=None) | Q(held_until__lte=now) | Q(held_until__gt=now + 2 * _HOLD)
    return Channel.objects.filter(turn, free, paused_at=None)


def _claim(channel_id: int) -> Channel | None:
    """Hold it; none if it is not its turn or somebody else does. Its turn stays now, so that a death costs little."""
    now = clock.now()
    if not _due().filter(pk=channel_id).update(held_until=now + _HOLD, next_poll_at=now):
        return None
    channel = Channel.objects.select_related("inbox").get(pk=channel_id)
    channel.held_until, channel.next_poll_at = now + _HOLD, now
    return channel


def _fetch_all(channel: Channel, session: Poll) -> int:
    count = 0
    while waiting := session.waiting():
        chunk: list[_Fetched] = []
        size = 0
        for item in waiting:
            try:
                incoming = _fetch(channel, item)
            except CannotConnect:
                # What came before the break is here already; it comes again and is recognised.
                _store(channel, chunk)
                raise
            chunk.append((item, incoming))
            size += len(incoming.body) if incoming and isinstance(incoming.body, bytes) else _LARGE
            if len(chunk) >= _CHUNK or size > _CHUNK_BYTES:
                count += _keep(channel, session, chunk)
                chunk, size = [], 0
            else:
                _hold(channel)
        count += _keep(channel, session, chunk)
    _move(channel, session.done([]))
    return count


def _fetch(channel: Channel, item: Waiting) -> Incoming | None:
    """What one message holds; none when it is gone, and why when it cannot be had."""
    source = f"{channel.name} {item.key}"
    if channel.position.get("stuck_at") == item.key and channel.position.get("stuck", 0) >= _STUCK:
        return Incoming(b"", source, problem=_("The connection broke each time this message was fetched."))
    try:
        body = item.body()
    except CannotRead as error:
        # Visible, and no reason to keep the others waiting.
        return Incoming(b"", source, problem=str(error))
    except CannotConnect:
        times = channel.position.get("stuck", 0) if channel.position.get("stuck_at") == item.key else 0
        _move(channel, {**channel.position, "stuck_at": item.key, "stuck": times + 1})
        raise
    return None if body is None else Incoming(body, source)


def _keep(channel: Channel, session: Poll, chunk: Sequence[_Fetched]) -> int:
    """Store, then tell the server, then read. A death before the telling brings them again: they are recognised."""
    if not chunk:
        return 0
    deliveries = _store(channel, chunk)
    _move(channel, session.done([item for item, _incoming in chunk]))
    process_all(deliveries)
    return len(deliveries)


def _store(channel: Channel, chunk: Sequence[_Fetched]) -> list[Delivery]:
    bodies = [incoming for _item, incoming in chunk if incoming is not None]
    try:
        return accept_all(bodies, kind=channel.kind, channel=channel) if bodies else []
    finally:
        for incoming in bodies:
            if not isinstance(incoming.body, bytes):
                incoming.body.close()


@transaction.atomic
def _move(channel: Channel, position: Mapping[str, Any]) -> None:
    channel.position, channel.held_until = dict(position), clock.now() + _HOLD
    Channel.objects.filter(pk=channel.pk).update(position=channel.position, held_until=channel.held_until)


def _hold(channel: Channel) -> None:
    """Keep others off a while longer; written at most once a second."""
    now = clock.now()
    if channel.held_until is None or channel.held_until < now + _HOLD - timedelta(seconds=1):
        channel.held_until = now + _HOLD
        Channel.objects.filter(pk=channel.pk).update(held_until=channel.held_until)


def _next_turn(channel: Channel, pause: timedelta) -> dict[str, Any]:
    """What to write when a poll ends. News that came in the middle have put its turn to then: it stays."""
    now = clock.now()
    is_as_it_was = Q(next_poll_at=channel.next_poll_at)
    return {
        "held_until": None,
        "next_poll_at": Case(When(is_as_it_was, then=Value(now + pause)), default="next_poll_at"),
    }


def _set_turn(channel: Channel, pause: timedelta) -> None:
    Channel.objects.filter(pk=channel.pk).update(**_next_turn(channel, pause))


def _note_success(channel: Channel) -> None:
    now = clock.now()
    watched = Channel.objects.filter(pk=channel.pk, watched_until__gt=now).exists()
    if channel.failures:
        Trouble.objects.filter(channel=channel, ended_at=None).update(ended_at=now)
    Channel.objects.filter(pk=channel.pk).update(
        worked_at=now, error="", failures=0, **_next_turn(channel, EVERY_IF_WATCHED if watched else EVERY)
    )


@transaction.atomic
def _note_failure(channel: Channel, reason: str, *, at_once: bool) -> None:
    now, reason = clock.now(), storable(reason)[:2000]
    # A connection that broke at a message did come about: no reason to stay away longer and longer.
    broke_at_one = 0 < channel.position.get("stuck", 0) <= _STUCK
    pause = EVERY if broke_at_one else min(EVERY * 2 ** min(channel.failures, 6), _LONGEST_PAUSE)
    shown = {"error": reason} if at_once or channel.failures >= _HICCUPS else {}
    Channel.objects.filter(pk=channel.pk).update(
        failed_at=now, failures=F("failures") + 1, **_next_turn(channel, pause), **shown
    )
    open_ones = Trouble.objects.filter(channel=channel, ended_at=None)
    if not open_ones.filter(reason=reason).update(last_at=now, count=F("count") + 1):
        open_ones.update(ended_at=now)
        Trouble.objects.create(channel=channel, reason=reason, began_at=now, last_at=now)


def forget_old_troubles() -> None:
    Trouble.objects.filter(ended_at__lt=clock.now() - _REMEMBERED).delete()
