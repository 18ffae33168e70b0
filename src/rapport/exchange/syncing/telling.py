"""What a run did, counted, with some of it in words for whoever looks."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

MOST_NOTES = 60


@dataclass
class Story:
    """`what` of a note is one of the counted words."""

    counts: Counter[str] = field(default_factory=Counter)
    notes: list[dict[str, Any]] = field(default_factory=list)
    # Whom of ours a trial has matched or would have made, whose links it does not keep.
    met: set[tuple[str, int]] = field(default_factory=set)

    def mark(self) -> tuple[Counter[str], int]:
        return self.counts.copy(), len(self.notes)

    def back_to(self, mark: tuple[Counter[str], int]) -> None:
        """What was told since has been taken back."""
        self.counts = mark[0]
        del self.notes[mark[1] :]

    def tell(self, what: str, *, noun: str = "", label: str = "", fields: Iterable[str] = ()) -> None:
        self.counts[what] += 1
        if len(self.notes) < MOST_NOTES and what != "seen":
            self.notes.append({"what": what, "noun": noun, "label": label[:80], "fields": sorted(fields)})
