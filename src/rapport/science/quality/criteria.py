"""What a review looks at: criteria with weights and scales, and the ready-made ones."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Scale = tuple[float, float]
NOT_APPLICABLE = frozenset({"n/a", "na", "not applicable", "cannot tell", "-", ""})
_WORDS = {"passed": 1.0, "pass": 1.0, "yes": 1.0, "true": 1.0, "failed": 0.0, "fail": 0.0, "no": 0.0, "false": 0.0}


@dataclass(frozen=True)
class Criterion:
    """One thing that is scored.

    `weight` is relative to the others and may be 0 for a critical one; `scale` is (worst, best); `critical` fails the
    whole review when the score is below `least` (by default: below the middle of the scale); `optional` lets it be
    not applicable, its weight then shared by the others. `check` names the automatic check that can fill it.
    """

    name: str
    weight: float = 1.0
    scale: Scale = (0.0, 1.0)
    critical: bool = False
    optional: bool = True
    least: float | None = None
    check: str = ""
    description: str = ""

    def __post_init__(self) -> None:
        if not math.isfinite(self.weight) or self.weight < 0:
            raise ValueError(f"The weight of {self.name} is 0 or more, not {self.weight}.")
        low, high = self.scale
        if not (math.isfinite(low) and math.isfinite(high) and low < high):
            raise ValueError(f"The scale of {self.name} runs from its worst score to a higher best one.")

    def read(self, given: Any) -> float | None:
        """A score on the scale, None for not applicable; ValueError for anything else."""
        given = getattr(given, "value", given)  # an Outcome, or any other enumeration
        if isinstance(given, str):
            word = given.strip().lower()
            if word in NOT_APPLICABLE:
                self._check_optional()
                return None
            given = self.scale[0] + _WORDS[word] * (self.scale[1] - self.scale[0]) if word in _WORDS else given
        elif isinstance(given, bool):
            given = self.scale[1] if given else self.scale[0]
        try:
            score = math.nan if given is None else float(given)
        except (TypeError, ValueError):
            raise ValueError(f"{given!r} is no score for {self.name}.") from None
        if math.isnan(score):
            self._check_optional()
            return None
        if not self.scale[0] <= score <= self.scale[1]:
            raise ValueError(f"{score:g} is not on the scale of {self.name}, {self.scale[0]:g} to {self.scale[1]:g}.")
        return score

    def share(self, score: float) -> float:
        """The score from 0 (worst) to 1 (best)."""
        return (score - self.scale[0]) / (self.scale[1] - self.scale[0])

    def fails_all(self, score: float) -> bool:
        least = sum(self.scale) / 2 if self.least is None else self.least
        return self.critical and score < least

    def _check_optional(self) -> None:
        if not self.optional:
            raise ValueError(f"{self.name} must be scored; it is never not applicable.")


STANDARD = (
    Criterion("greeting", 10, check="greeting", description="greets the customer"),
    Criterion("name", 5, check="name", description="says the customer's name"),
    Criterion("answered", 30, check="answered", description="answers what was asked"),
    Criterion("next_step", 15, check="next_step", description="says what happens next, or offers more help"),
    Criterion("tone", 20, check="tone", description="is polite and blames nobody"),
    Criterion("apology", 10, check="apology", description="says sorry where the customer complains"),
    Criterion("empathy", 10, check="empathy", description="shows understanding where the customer complains"),
    Criterion("correct", 30, (1, 5), critical=True, least=2, description="what was said is right and complete"),
    Criterion("privacy", 0, critical=True, description="nothing was given away to the wrong person"),
)


def as_criteria(given: Iterable[Any] | Mapping[str, float] | None, scale: Scale) -> tuple[Criterion, ...]:
    """Criteria from themselves, from names and weights, or the standard ones for None."""
    if given is None:
        return STANDARD
    items = given.items() if isinstance(given, Mapping) else given
    criteria = tuple(_criterion(one, scale) for one in items)
    names = [one.name for one in criteria]
    if len(set(names)) < len(names):
        raise ValueError("Two criteria have the same name.")
    if not criteria or sum(one.weight for one in criteria) <= 0:
        raise ValueError("A scorecard needs at least one criterion with a weight above 0.")
    return criteria


def _criterion(given: Any, scale: Scale) -> Criterion:
    if isinstance(given, Criterion):
        return given
    if isinstance(given, str):
        return Criterion(given, scale=scale)
    if isinstance(given, Mapping):
        return Criterion(**{"scale": scale, **given})
    if isinstance(given, tuple | list) and len(given) == 2:
        return Criterion(str(given[0]), float(given[1]), scale)
    raise ValueError("A criterion is a Criterion, a name, a name with its weight, or a mapping of its parts.")
