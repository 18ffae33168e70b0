"""What a check found, and where."""

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """How a check ended. What only a person can judge is left to one: "cannot tell"."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_APPLICABLE = "not applicable"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True)
class Evidence:
    """The words that a check rests on: `text` is turns[turn].text[start:end]."""

    turn: int
    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Check:
    """One check: its `name`, `outcome`, a `reason` in a sentence, and the `evidence`, None where something lacks."""

    name: str
    outcome: Outcome
    reason: str
    evidence: Evidence | None = None

    @property
    def passed(self) -> bool | None:
        """True, False, or None where the check says neither."""
        return {Outcome.PASSED: True, Outcome.FAILED: False}.get(self.outcome)
