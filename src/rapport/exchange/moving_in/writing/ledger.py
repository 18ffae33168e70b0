"""What a chunk did: which of their things are which of ours, what went wrong, and how many there were of each."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from rapport.exchange.moving_in.models import MovedThing, MoveIn, MoveProblem
from rapport.exchange.moving_in.types import Kind
from rapport.kit import clock
from rapport.kit.text import storable

KEY = 120
_LONGEST_PROBLEM = 500
COUNTED = ("new", "changed", "same", "left", "wrong")


def known_things(account: str, kind: Kind, keys: Iterable[str]) -> dict[str, MovedThing]:
    """What came already, by its key there."""
    wanted = list({key[:KEY] for key in keys if key})
    found: dict[str, MovedThing] = {}
    for start in range(0, len(wanted), 500):
        rows = MovedThing.objects.filter(account=account, kind=kind, key__in=wanted[start : start + 500])
        found |= {row.key: row for row in rows}
    return found


@dataclass
class Ledger:
    """Collects while a chunk is written; `close` writes it in the same transaction."""

    move: MoveIn
    account: str
    at: datetime = field(default_factory=clock.now)
    counts: dict[str, Counter[str]] = field(default_factory=dict)
    _things: dict[tuple[str, str], MovedThing] = field(default_factory=dict)
    _problems: dict[tuple[str, str], MoveProblem] = field(default_factory=dict)

    def count(self, kind: Kind, what: str, number: int = 1) -> None:
        self.counts.setdefault(kind.value, Counter())[what] += number

    def note(
        self, kind: Kind, key: str, ours: int, *, version: str = "", is_new: bool, parts: Iterable[str] = ()
    ) -> None:
        thing = MovedThing(
            move=self.move, account=self.account, kind=kind, key=key[:KEY], ours=ours, version=version[:KEY],
            is_new=is_new, parts=list(parts), at=self.at,
        )  # fmt: skip
        self._things[kind.value, thing.key] = thing

    def wrong(self, kind: Kind, key: str, problem: str) -> None:
        said = storable(problem)[:_LONGEST_PROBLEM]
        row = MoveProblem(move=self.move, kind=kind, key=storable(key)[:KEY], problem=said, at=self.at)
        self._problems[kind.value, row.key] = row

    def close(self) -> None:
        # Who brought it first may take it back, so `move` and `is_new` stay as they were.
        MovedThing.objects.bulk_create(
            self._things.values(), batch_size=500, update_conflicts=True,
            unique_fields=["account", "kind", "key"], update_fields=["version", "parts", "at"],
        )  # fmt: skip
        MoveProblem.objects.bulk_create(
            self._problems.values(), batch_size=500, update_conflicts=True,
            unique_fields=["move", "kind", "key"], update_fields=["problem", "at"],
        )  # fmt: skip


def added(counts: Mapping[str, Any], more: Mapping[str, Counter[str]]) -> dict[str, dict[str, int]]:
    """The counts of a move with those of a chunk."""
    summed = {kind: dict(said) for kind, said in counts.items()}
    for kind, said in more.items():
        mine = summed.setdefault(kind, {})
        for what, number in said.items():
            mine[what] = int(mine.get(what) or 0) + number
    return summed
