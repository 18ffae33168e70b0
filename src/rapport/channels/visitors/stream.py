"""`GET /chat/stream`: a visitor's stream of server-sent events, in front of Django, resumed by `Last-Event-ID`.

    visitors = VisitorStream()
    await visitors(scope, receive, send)      # no thread and no database connection is held for it

Events: `message`, `changed`, `read`, `state`, `agent`, `rate` with an id; `typing`, which is of the moment, without.
`reset` says that too much was missed to be told: load what is shown again. Who is here is written down once for all
streams of the process, every half minute and when one begins or ends.
"""

import asyncio
import contextlib
import json
import time
from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from dataclasses import replace
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import Error

from rapport.backbone.events import EVENTS, position
from rapport.backbone.live import Item, Live
from rapport.backbone.live.hub import Stream
from rapport.backbone.live.streaming import Receive, Scope, Send, answer
from rapport.backbone.live.tailing import item_of
from rapport.backbone.models import Event
from rapport.backbone.watching import nudge
from rapport.channels.errors import NotAllowed
from rapport.channels.guests import Visitor
from rapport.channels.models import Channel, Exchange
from rapport.channels.visitors import conversing, origins, tokens
from rapport.channels.visitors.meeting import LASTS
from rapport.channels.visitors.posting import word_of
from rapport.channels.visitors.present import AgentsThere
from rapport.conversations.models import Message
from rapport.kit import clock

PATH = "/chat/stream"
# More than this was said while they were away: the page loads the conversation again.
_FURTHEST_BACK = 200
_CHANNELS_KEPT = 10.0
_LOOK_AROUND, _SAY_AGAIN = 1.0, 30.0
_AT_ONCE = 400
# Tabs of one visitor; more are a script that went wrong.
MOST_STREAMS = 20


class VisitorStream(Live):
    """The streams of the visitors who are connected to this process."""

    # Tokens are read anew then; a channel that was paused or removed ends its streams.
    ask_again = 240.0

    def __init__(self) -> None:
        super().__init__(self._words_of, beside=[AgentsThere()])
        self._channels: dict[str, tuple[float, Channel | None]] = {}
        self._around: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] == "OPTIONS":
            headers = origins.preflight_headers(_header(scope, b"origin"))
            return await answer(send, 204, b"", _encoded(headers))
        if self._around is None or self._around.done():
            self._around = asyncio.create_task(self._look_around())
        return await super().__call__(scope, receive, send)

    def close(self) -> None:
        if self._around:
            self._around.cancel()
        super().close()

    def headers_for(self, scope: Scope) -> Sequence[tuple[bytes, bytes]]:
        return _encoded(origins.answer_headers(_header(scope, b"origin")))

    def compose(self, items: Iterable[Item]) -> Iterable[Item]:
        """Only what is for a visitor connected here, with what its messages say."""
        ours = [item for item in items if self.hub.hears(item.words)]
        return _composed(ours) if ours else ()

    def missed(self, after: int, words: frozenset[str]) -> tuple[bytes, set[int]]:
        rows = list(Event.objects.filter(subject__in=words, id__gt=after).order_by("id")[: _FURTHEST_BACK + 1])
        if len(rows) > _FURTHEST_BACK:
            return f"id: {rows[-1].pk}\nevent: reset\ndata: {{}}\n\n".encode(), set()
        # On PostgreSQL a lower id may still be committed: what lies behind it is told again rather than lost.
        safe = max(position(), after)
        items = _composed([item_of(row, resume_at=min(row.pk, safe)) for row in rows])
        return b"".join(item.chunk for item in items), {row.pk for row in rows}

    async def _serve(self, stream: Stream, scope: Scope, receive: Receive, send: Send) -> None:
        if self.hub.count(stream.words) >= MOST_STREAMS:
            return await answer(send, 429, b"Too many pages of one visitor.", self.headers_for(scope))
        return await super()._serve(stream, scope, receive, send)

    def _words_of(self, scope: MutableMapping[str, Any]) -> frozenset[str] | None:
        try:
            claims = tokens.read(tokens.bearer({"Authorization": _header(scope, b"authorization")}))
            channel = self._channel(claims.channel)
            if channel is None:
                return None
            origins.check(_header(scope, b"origin"), channel.settings)
        except NotAllowed:
            return None
        return frozenset({word_of(claims.pk)})

    def _channel(self, key: str) -> Channel | None:
        """Asked once for all who come back together."""
        asked_at, channel = self._channels.get(key, (float("-inf"), None))
        if time.monotonic() - asked_at > _CHANNELS_KEPT:
            channel = conversing.channel_by_key(key)
            self._channels[key] = (time.monotonic(), channel)
        return channel

    async def _look_around(self) -> None:
        """Write down who is here, and who has left since."""
        before: set[int] = set()
        said_at = float("-inf")
        while True:
            await asyncio.sleep(_LOOK_AROUND)
            now = {pk for stream in self.hub.streams for pk in _visitors(stream)}
            is_time = time.monotonic() - said_at > _SAY_AGAIN
            come, gone = now - before, before - now
            if not (come or gone or is_time):
                continue
            said_at = time.monotonic() if is_time else said_at
            stay = now if is_time else set()
            with contextlib.suppress(Error):
                known = await self._aside(lambda come=come, gone=gone, stay=stay: _write_down(come, gone, stay))  # type: ignore[misc]
                before = now
                if is_time:
                    self._end_all(now - known)

    def _end_all(self, unknown: set[int]) -> None:
        """Visitors who were erased meanwhile."""
        for stream in list(self.hub.streams):
            if unknown.intersection(_visitors(stream)):
                stream.end()


def _write_down(come: set[int], gone: set[int], stay: set[int]) -> set[int]:
    """Answers which of those who stay are known at all."""
    now = clock.now()
    for group in _groups(come):
        Visitor.objects.filter(pk__in=group).update(here_until=now + LASTS, changed_at=now)
    for group in _groups(gone):
        Visitor.objects.filter(pk__in=group).update(here_until=now, changed_at=now, typing="", typing_until=None)
    known: set[int] = set()
    for group in _groups(stay):
        known |= set(Visitor.objects.filter(pk__in=group).values_list("pk", flat=True))
        Visitor.objects.filter(pk__in=group).update(here_until=now + LASTS)
    if come or gone:
        nudge(EVENTS)
    return known


def _groups(ids: set[int]) -> Iterable[list[int]]:
    ordered = sorted(ids)
    return (ordered[start : start + _AT_ONCE] for start in range(0, len(ordered), _AT_ONCE))


def _visitors(stream: Stream) -> list[int]:
    return [int(word.partition(":")[2]) for word in stream.words]


def _composed(items: Sequence[Item]) -> list[Item]:
    """Events of the log as a visitor's page hears them. Three queries, however many there are."""
    said = [(item, json.loads(item.chunk.partition(b"\ndata: ")[2]) if item.id else {}) for item in items]
    messages = conversing.by_external_id({each["about"] for _item, each in said if each.get("about")})
    keys = _keys({each["conversation"] for _item, each in said if "conversation" in each})
    return [_told(item, each, messages, keys) if item.id else item for item, each in said]


def _told(item: Item, said: dict[str, Any], messages: Mapping[str, Message], keys: Mapping[int, str]) -> Item:
    key = keys.get(said["conversation"], "")
    visitor, _, exchange = key.partition("/")
    data: dict[str, Any] = {"exchange": exchange, "word": said.get("word", "")}
    message = messages.get(said.get("about", ""))
    if said["what"] == "read":
        data["about"] = said["about"].removeprefix(f"chat:{visitor}:")
    elif message is not None:
        data = conversing.shown(message, key)
    resume = item.chunk.partition(b"\n")[0].decode()
    body = json.dumps(data, ensure_ascii=False, cls=DjangoJSONEncoder)
    return replace(item, chunk=f"{resume}\nevent: {said['what']}\ndata: {body}\n\n".encode())


def _keys(conversations: set[int]) -> dict[int, str]:
    """What the exchange of each of them is called; the newest, if there were several."""
    rows = Exchange.objects.filter(conversation__in=conversations).order_by("id")
    return dict(rows.values_list("conversation_id", "key"))


def _header(scope: Scope, name: bytes) -> str:
    return str(dict(scope["headers"]).get(name, b"").decode("latin-1"))


def _encoded(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]
