"""What goes into the index and what an index can do."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from rapport.backbone.search.words import Query


@dataclass(frozen=True)
class Entry:
    """A message as the index sees it. `scope` is one word of letters and digits, such as "team3"."""

    id: int
    text: str
    scope: str

    def __post_init__(self) -> None:
        if not (self.scope.isascii() and self.scope.isalnum() and self.scope == self.scope.lower()):
            raise ValueError(f"A scope is one word of small letters and digits, not {self.scope!r}.")


class Store(Protocol):
    """One database's way of keeping words."""

    def write(self, entries: Sequence[Entry]) -> None:
        """Keep these, replacing earlier ones with the same ids."""

    def delete(self, ids: Sequence[int]) -> None:
        """Forget these; ids that are not there are no error."""

    def rescope(self, ids: Sequence[int], scope: str) -> None:
        """Move these to another scope."""

    def find(self, query: Query, *, scopes: Sequence[str] | None, before: int | None, limit: int) -> list[int]:
        """Matching ids below `before`, newest first."""
