"""Words and figures of surveys: why somebody is not asked, what is looked at, what was found."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _

from rapport.science.intervals import Estimate

SCORES = (1, 2, 3, 4, 5)
PERIODS = (30, 90, 365)


class Reason(StrEnum):
    """Why a customer is not asked to rate a conversation."""

    OFF = "asking is switched off"
    REOPENED = "it was reopened"
    NO_ADDRESS = "there is no address to write to"
    UNSUBSCRIBED = "the customer asked not to be asked"
    NO_CHANNEL = "the way it came in is gone"
    UNREACHABLE = "our last message could not be delivered"
    AUTOMATIC = "no person wrote to us in it"
    UNANSWERED = "we never answered in it"
    ASKED_LATELY = "the customer was asked lately"
    NOT_IN_SEGMENT = "only customers of a segment are asked, and they are not in it"


class Scale(models.TextChoices):
    """What a score is counted in, with its ends."""

    CSAT = "csat", _("Satisfaction, 1 to 5")
    NPS = "nps", _("Recommendation, 0 to 10")
    CES = "ces", _("Effort, 1 to 7")

    @property
    def ends(self) -> tuple[int, int]:
        return {Scale.CSAT: (1, 5), Scale.NPS: (0, 10), Scale.CES: (1, 7)}[self]

    def mood_of(self, score: int) -> int:
        """From 1, bad, by 3 to 5, good: how it is coloured. Effort is better where it is less."""
        if self == Scale.NPS:
            return 5 if score >= 9 else 3 if score >= 7 else 1
        if self == Scale.CES:
            return 5 if score <= 3 else 3 if score <= 5 else 1
        return score


class CannotRate(Exception):
    """The answer is not taken; the message says why, to the customer."""


@dataclass(frozen=True)
class Chosen:
    """Which answers are looked at: the last `days`, and perhaps one inbox or the conversations of one agent."""

    days: int = 90
    inbox: int | None = None
    agent: int | None = None


@dataclass(frozen=True)
class Week:
    """One week, from its Monday: how many answered, and their satisfaction index, None when nobody did."""

    start: date
    answers: int
    index: float | None


@dataclass(frozen=True)
class Figures:
    """What one period says. `counts` are the answers of 1, 2, 3, 4 and 5; index and share are None without any."""

    counts: tuple[int, int, int, int, int]
    index: float | None
    satisfied: Estimate | None
    comments: int
    invited: int
    answered: int

    @property
    def answers(self) -> int:
        return sum(self.counts)

    @property
    def response_rate(self) -> float | None:
        """Of the invitations sent in the period, the share that was answered, until now."""
        return self.answered / self.invited if self.invited else None


@dataclass(frozen=True)
class Summary:
    """A period beside the equally long one before it, and as many whole weeks of each."""

    since: date
    until: date
    now: Figures
    before: Figures
    weeks: tuple[Week, ...]
    weeks_before: tuple[Week, ...]
