"""Work that costs little more for many than for one, such as a commit.

    together = Together(store_all)     # list of items in, list of answers out, in their order
    answer = together.do(item)

Whoever comes while nobody is at it goes at once. Whoever comes meanwhile waits; then the first of them takes along
everybody who waits. So nobody waits for more than the work at hand and their own, however many there are.
"""

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Item = TypeVar("Item")
Answer = TypeVar("Answer")


@dataclass(eq=False)
class _Turn(Generic[Item, Answer]):
    item: Item
    # Set when it is answered, or when it is this one's turn to work for all who wait.
    called: threading.Event = field(default_factory=threading.Event)
    answer: "Future[Answer]" = field(default_factory=Future)


class Together(Generic[Item, Answer]):
    """In the threads of those who ask, one at a time. An error is everybody's who was worked for together."""

    def __init__(self, work: Callable[[list[Item]], list[Answer]], *, most: int = 50) -> None:
        self._work = work
        self._most = most
        self._waiting: deque[_Turn[Item, Answer]] = deque()
        self._is_busy = False
        self._lock = threading.Lock()

    def do(self, item: Item) -> Answer:
        """Raises what the work raises."""
        turn: _Turn[Item, Answer] = _Turn(item)
        with self._lock:
            self._waiting.append(turn)
            must_wait, self._is_busy = self._is_busy, True
        if must_wait:
            turn.called.wait()
        if not turn.answer.done():
            self._lead()
        return turn.answer.result()

    def _lead(self) -> None:
        """The first who waits is the one who leads."""
        with self._lock:
            group = [self._waiting.popleft() for _ in range(min(self._most, len(self._waiting)))]
        try:
            answers = self._work([turn.item for turn in group])
            for turn, answer in zip(group, answers, strict=True):
                turn.answer.set_result(answer)
        except BaseException as error:
            for turn in group:
                if not turn.answer.done():
                    turn.answer.set_exception(error)
        finally:
            self._hand_over()
            for turn in group:
                turn.called.set()

    def _hand_over(self) -> None:
        with self._lock:
            if self._waiting:
                self._waiting[0].called.set()
            else:
                self._is_busy = False
