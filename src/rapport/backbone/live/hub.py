"""Who listens in this process, found by the words they listen for."""

import asyncio
from collections import deque
from collections.abc import Iterable

from rapport.backbone.live.tailing import Item

# What a stream that does not read may keep waiting; a browser that reads never has more than a few.
MOST_WAITING = 1000
MOST_BYTES = 256 * 1024


class Stream:
    """One open connection: its words and what is still to be sent. Used on the event loop only."""

    def __init__(self, words: frozenset[str]) -> None:
        self.words = words
        self.waiting: deque[Item] = deque()
        self.size = 0
        self.news = asyncio.Event()
        self.is_lost = False
        self.is_ending = False
        self.writer: asyncio.Task[None] | None = None

    def give(self, item: Item) -> None:
        self.waiting.append(item)
        self.size += len(item.chunk)
        self.news.set()
        if len(self.waiting) > MOST_WAITING or self.size > MOST_BYTES:
            self.drop()

    def take(self) -> list[Item]:
        """Everything that waits, to be sent in one piece."""
        items = list(self.waiting)
        self.waiting.clear()
        self.size = 0
        self.news.clear()
        return items

    def drop(self) -> None:
        """It does not read: let it go before it takes the memory of those that do."""
        self.is_lost = True
        self.waiting.clear()
        if self.writer:
            self.writer.cancel()

    def end(self) -> None:
        """Close it in good order, as when the server stops."""
        self.is_ending = True
        self.news.set()


class Hub:
    def __init__(self) -> None:
        self.streams: set[Stream] = set()
        self._by_word: dict[str, set[Stream]] = {}
        self._standing: dict[str, Item] = {}

    def join(self, stream: Stream) -> None:
        self.streams.add(stream)
        for word in stream.words:
            self._by_word.setdefault(word, set()).add(stream)

    def hears(self, words: Iterable[str]) -> bool:
        """Whether anybody here listens for one of them; may be asked from another thread."""
        return any(word in self._by_word for word in words)

    def count(self, words: Iterable[str]) -> int:
        """How many streams listen for one of them, at most."""
        return max((len(self._by_word.get(word, ())) for word in words), default=0)

    def tell_present(self, stream: Stream) -> None:
        """How everything stands that this stream may hear of."""
        for item in self._standing.values():
            if stream.words.intersection(item.words):
                stream.give(item)

    def leave(self, stream: Stream) -> None:
        self.streams.discard(stream)
        for word in stream.words:
            listening = self._by_word.get(word, set())
            listening.discard(stream)
            if not listening:
                self._by_word.pop(word, None)

    def move(self, stream: Stream, words: frozenset[str]) -> None:
        """From now on it listens for these words."""
        if words != stream.words and stream in self.streams:
            self.leave(stream)
            stream.words = words
            self.join(stream)
            self.tell_present(stream)

    def publish(self, items: Iterable[Item]) -> None:
        for item in items:
            if item.stands_for:
                self._standing.pop(item.stands_for, None)
                if not item.is_over:
                    self._standing[item.stands_for] = item
            listening: set[Stream] = set()
            for word in item.words:
                listening |= self._by_word.get(word, set())
            for stream in listening:
                if not stream.is_lost:
                    stream.give(item)
