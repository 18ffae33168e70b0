"""What a request needs and what an agent can give."""

import math
from collections.abc import Collection, Iterable
from dataclasses import dataclass

NO_LIMIT = math.inf


@dataclass(frozen=True)
class Request:
    """Work that one agent does in one go.

    `hours` it takes; `value` and `urgency` (1 is usual, 2 counts double) make its worth, value x urgency; `skills` are
    all needed; `language` must be spoken; `due` is the hour, counted from the start of the plan, by which it is done.
    """

    name: str
    hours: float = 1.0
    value: float = 1.0
    urgency: float = 1.0
    skills: Collection[str] = ()
    language: str = ""
    due: float | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "skills", _words(self.skills))
        _check(self.hours, f"The hours of request {self.name}", above=True)
        _check(self.urgency, f"The urgency of request {self.name}")
        if not math.isfinite(self.value):
            raise ValueError(f"The value of request {self.name} is a finite number.")
        if self.due is not None and math.isnan(self.due):
            raise ValueError(f"The due time of request {self.name} is an hour, or None.")

    @property
    def worth(self) -> float:
        return self.value * self.urgency


@dataclass(frozen=True)
class Agent:
    """Somebody who takes one request after the other: `hours` from the hour `start` on, counted as due times are."""

    name: str
    hours: float = 8.0
    skills: Collection[str] = ()
    languages: Collection[str] = ()
    start: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "skills", _words(self.skills))
        object.__setattr__(self, "languages", _words(self.languages))
        _check(self.hours, f"The hours of agent {self.name}")
        _check(self.start, f"The start of agent {self.name}")

    @property
    def end(self) -> float:
        return self.start + self.hours

    def can(self, request: Request) -> bool:
        """Whether the agent has every skill and speaks the language; time is another question."""
        return set(request.skills) <= set(self.skills) and (not request.language or request.language in self.languages)


def _words(given: Iterable[str]) -> frozenset[str]:
    return frozenset({given} if isinstance(given, str) else given)


def _check(number: float, what: str, *, above: bool = False) -> None:
    if not math.isfinite(number) or number < 0 or (above and number == 0):
        raise ValueError(f"{what} must be a number {'above' if above else 'of at least'} 0, not {number}.")
