"""What a rule asks, and where it would move somebody."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.db import models
from django.utils.translation import gettext_lazy as _

LONGEST_WINDOW = 3650
Words = Literal["at_least", "at_most", "known", "unknown"]


class Test(models.TextChoices):
    AT_LEAST = "at_least", _("at least")
    AT_MOST = "at_most", _("at most")
    KNOWN = "known", _("is known")
    UNKNOWN = "unknown", _("is not known")


@dataclass(frozen=True)
class Condition:
    signal: str
    test: Words
    than: float = 0
    days: int | None = None

    @property
    def asks(self) -> tuple[str, int | None]:
        """What has to be read to answer it."""
        return self.signal, self.days

    def fits(self, value: float | None) -> bool:
        match self.test:
            case "known":
                return value is not None
            case "unknown":
                return value is None
            case "at_least":
                return value is not None and value >= self.than
            case "at_most":
                return value is not None and value <= self.than

    def as_json(self) -> dict[str, Any]:
        return {"signal": self.signal, "is": self.test, "than": self.than, "days": self.days}


def condition_in(said: Mapping[str, Any]) -> Condition:
    """A condition as it is kept."""
    return Condition(str(said["signal"]), said["is"], float(said.get("than") or 0), said.get("days") or None)


@dataclass(frozen=True)
class Rule:
    """A rule as it is asked: `origins` are keys of stages, "" for who stands nowhere; none for all."""

    pk: int | None
    name: str
    origins: frozenset[str]
    stage: str
    conditions: Sequence[Condition]

    def fits(self, here: str, values: Mapping[tuple[str, int | None], float | None]) -> bool:
        if self.origins and here not in self.origins:
            return False
        return all(condition.fits(values.get(condition.asks)) for condition in self.conditions)


@dataclass(frozen=True)
class Verdict:
    """Where a customer is to stand by the first rule that fits; the same stage when nothing moves them."""

    customer: int
    before: str
    after: str
    rule: Rule
