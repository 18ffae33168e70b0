"""What goes into the index and what an index can do."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from rapport.backbone.search.words import Query

MOST_MARKS = 300


@dataclass(frozen=True)
class Entry:
    """A message as the index sees it.

    `scope` are words of letters and digits, such as "team3 agent7": whoever has one of them may find it. `marks` are
    words beside the text, made by `marks_of` or fixed, such as "hasfile".
    """

    id: int
    text: str
    scope: str
    marks: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        words = self.scope.split()
        if not words or not all(word.isascii() and word.isalnum() and word == word.lower() for word in words):
            raise ValueError(f"A scope is words of small letters and digits, not {self.scope!r}.")
        if not all(mark.isalnum() for mark in self.marks):
            raise ValueError("A mark is one word of letters and digits.")

    @property
    def beside(self) -> str:
        """Scope and marks as one text; what is no word parts them."""
        return beside(self.scope, " ".join(self.marks[:MOST_MARKS]))


def beside(scope: str, marks: str) -> str:
    return f"{scope} . {marks}" if marks else scope


def rescoped(said: str, scope: str) -> str:
    """The same marks in another scope."""
    return beside(scope, said.partition(" . ")[2])


class Store(Protocol):
    """One database's way of keeping words."""

    def write(self, entries: Sequence[Entry]) -> None:
        """Keep these, replacing earlier ones with the same ids."""

    def delete(self, ids: Sequence[int]) -> None:
        """Forget these; ids that are not there are no error."""

    def rescope(self, ids: Sequence[int], scope: str) -> None:
        """Move these to another scope."""

    def find(
        self, queries: Sequence[Query], *, scopes: Sequence[str] | None, before: int | None, limit: int
    ) -> list[int]:
        """Ids below `before` that match one of the queries, newest first. Raises TooSlow."""

    def among(self, queries: Sequence[Query], ids: Sequence[int]) -> set[int]:
        """Which of these match one of the queries, whoever may see them."""
