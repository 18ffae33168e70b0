"""What deals will come to, said in three ways, and what each would have said at the end of every past month.

* by stage: what is expected to close in a period, each deal by the probability of its stage;
* by history: what was learnt from all steps so far, by the stage a deal is in and how long it has been there;
* by call: what is expected to close, each deal by what its owner gives it.

Everything is read as of a moment, so that the past is told with what was known then. Only the probabilities of stages
are today's: what they were is not kept.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Literal

from django.db.models import QuerySet
from django.utils import timezone

from rapport.sales.deals.models import Deal, DealTerms, Stage, StageMove
from rapport.sales.deals.types import CALL_WEIGHTS, OPEN_KINDS, StageKind
from rapport.science.pipeline import (
    Accuracy,
    ConversionModel,
    Expectation,
    Stay,
    TooLittleHistory,
    accuracy,
    expected,
)

Every = Literal["month", "quarter"]
_DAY = 86_400
BACK = 12
FEWEST_MONTHS = 3
# A month is looked at from its beginning: no further than its end is needed then.
_ONE_MONTH = 31


@dataclass(frozen=True)
class Period:
    first: date
    last: date


@dataclass(frozen=True)
class Standing:
    """A deal as it was at a moment. `amount` is in minor units, `call` the owner's in per cent."""

    stage: int
    since: datetime
    amount: int
    currency: str
    close: date | None
    call: int


@dataclass(frozen=True)
class Figures:
    """Of one period, in minor units; `history` is None with too little of it."""

    period: Period
    won: int
    stage: float
    history: Expectation | None
    call: float


@dataclass(frozen=True)
class Past:
    """A month that is over: what came, and what each method would have said when it began."""

    period: Period
    came: int
    stage: float
    history: float | None
    call: float


@dataclass(frozen=True)
class Backtest:
    months: Sequence[Past]
    stage: Accuracy
    history: Accuracy
    call: Accuracy


@dataclass
class _Story:
    moves: list[tuple[datetime, int]] = field(default_factory=list)
    terms: list[tuple[datetime, int, str, date | None, int]] = field(default_factory=list)


class Book:
    """Every step of every deal, and what was said of it, by moment. `chosen` are the deals whose money counts."""

    def __init__(self, everything: QuerySet[Deal], chosen: QuerySet[Deal]) -> None:
        self.stages = {stage.pk: stage for stage in Stage.objects.all()}
        self.stories: dict[int, _Story] = {}
        moves = StageMove.objects.filter(deal__in=everything).order_by("at", "id")
        for deal, at, stage in moves.values_list("deal_id", "at", "stage_id").iterator():
            self.stories.setdefault(deal, _Story()).moves.append((at, stage))
        said = DealTerms.objects.filter(deal__in=chosen).order_by("at", "id")
        columns = ("deal_id", "at", "amount", "currency", "expected_close", "call", "probability")
        for deal, at, amount, currency, close, call, own in said.values_list(*columns).iterator():
            share = own if own is not None else CALL_WEIGHTS.get(call, 0)
            self.stories.setdefault(deal, _Story()).terms.append((at, amount, currency, close, share))
        self.chosen = [story for story in self.stories.values() if story.terms and story.moves]

    def standings(self, at: datetime, currency: str) -> list[Standing]:
        """Of the chosen deals in this currency that had begun by then."""
        found = []
        for story in self.chosen:
            arrived = bisect_right(story.moves, at, key=lambda move: move[0]) - 1
            if arrived < 0:
                continue
            # What is said when a deal begins is as old as the deal, whichever of the two was written first.
            said = story.terms[max(0, bisect_right(story.terms, at, key=lambda terms: terms[0]) - 1)]
            if said[2] == currency:
                since, stage = story.moves[arrived]
                found.append(Standing(stage, since, said[1], said[2], said[3], said[4]))
        return found

    def stays(self, until: datetime) -> Iterable[Stay]:
        """Each stay of a deal in a stage, as it was known then; ends are no stays."""
        for story in self.stories.values():
            moves = [move for move in story.moves if move[0] <= until]
            for number, (at, stage) in enumerate(moves):
                if not self.is_open(stage):
                    continue
                left = moves[number + 1] if number + 1 < len(moves) else None
                days = ((left[0] if left else until) - at).total_seconds() / _DAY
                yield Stay(stage, days, self.target(left[1]) if left else None)

    def model(self, until: datetime, horizon: int) -> ConversionModel | None:
        try:
            return ConversionModel(won=StageKind.WON, lost=StageKind.LOST, horizon=horizon).fit(self.stays(until))
        except TooLittleHistory:
            return None

    def is_open(self, stage: int) -> bool:
        found = self.stages.get(stage)
        return found is not None and found.kind in OPEN_KINDS

    def kind(self, stage: int) -> str:
        found = self.stages.get(stage)
        return found.kind if found else ""

    def target(self, stage: int) -> int | str:
        """Won is won, in whichever pipeline."""
        return stage if self.is_open(stage) else self.kind(stage)

    def closed(self) -> tuple[int, int]:
        """How many deals have ended, and how many of them are won."""
        ends = [self.kind(story.moves[-1][1]) for story in self.stories.values() if story.moves]
        won = ends.count(StageKind.WON)
        return won + ends.count(StageKind.LOST), won


def forecast(book: Book, *, currency: str, every: Every, count: int, now: datetime) -> list[Figures]:
    """This period and the following ones."""
    here = periods(timezone.localtime(now).date(), every, count)
    standings = book.standings(now, currency)
    horizon = (here[-1].last - timezone.localtime(now).date()).days
    model = book.model(now, horizon + 1)
    return [_figures(book, standings, model, period, now, is_first=number == 0) for number, period in enumerate(here)]


def backtest(book: Book, *, currency: str, now: datetime, months: int = BACK) -> Backtest:
    """The months that are over, from the first one at whose beginning there was a deal."""
    found: list[Past] = []
    for period in _past_months(timezone.localtime(now).date(), months):
        began, ended = _midnight(period.first), _midnight(period.last + timedelta(days=1))
        standings = book.standings(began, currency)
        if not standings and not found:
            continue
        model = book.model(began, _ONE_MONTH)
        said = _figures(book, standings, model, period, began, is_first=True)
        came = sum(
            each.amount
            for each in book.standings(ended, currency)
            if book.kind(each.stage) == StageKind.WON and began <= each.since < ended
        )
        history = said.history.mean if said.history else None
        found.append(Past(period, came, said.stage, history, said.call))
    came_in = [each.came for each in found]
    return Backtest(
        found,
        stage=accuracy([each.stage for each in found], came_in),
        history=accuracy([each.history for each in found], came_in),
        call=accuracy([each.call for each in found], came_in),
    )


def nearest(backtest: Backtest) -> str:
    """Which method was nearest in the months that every method spoke of; "" with too few of them to say so."""
    spoken = [each for each in backtest.months if each.history is not None]
    methods = ["stage", "history", "call"] if len(spoken) >= FEWEST_MONTHS else ["stage", "call"]
    months = spoken if "history" in methods else backtest.months
    came = [each.came for each in months]
    errors = {name: accuracy([getattr(each, name) for each in months], came).mape for name in methods}
    known = {name: error for name, error in errors.items() if error is not None}
    return min(known, key=known.__getitem__) if known and len(months) >= FEWEST_MONTHS else ""


def periods(today: date, every: Every, count: int) -> list[Period]:
    """From the one that today is in."""
    step = 1 if every == "month" else 3
    first = date(today.year, (today.month - 1) // step * step + 1, 1)
    starts = [_months_on(first, step * number) for number in range(count + 1)]
    return [Period(one, other - timedelta(days=1)) for one, other in pairwise(starts)]


def _past_months(today: date, count: int) -> list[Period]:
    return periods(_months_on(today.replace(day=1), -count), "month", count)


def _figures(
    book: Book,
    standings: Sequence[Standing],
    model: ConversionModel | None,
    period: Period,
    at: datetime,
    *,
    is_first: bool,
) -> Figures:
    is_open = [each for each in standings if book.is_open(each.stage)]
    # What should have closed before is still expected, in the first period there is.
    due = [
        each for each in is_open
        if each.close and each.close <= period.last and (is_first or each.close >= period.first)
    ]  # fmt: skip
    began = _midnight(period.first)
    won = sum(each.amount for each in standings if book.kind(each.stage) == StageKind.WON and began <= each.since <= at)
    return Figures(
        period=period,
        won=won if is_first else 0,
        stage=sum(each.amount * book.stages[each.stage].probability / 100 for each in due),
        history=_by_history(book, is_open, model, period, at) if model else None,
        call=sum(each.amount * each.call / 100 for each in due),
    )


def _by_history(
    book: Book, deals: Sequence[Standing], model: ConversionModel, period: Period, at: datetime
) -> Expectation:
    """A stage that hardly any deal has been in yet counts by its own probability, when the deal is due."""
    today = timezone.localtime(at).date()
    after, until = (period.first - today).days - 1, (period.last - today).days + 1
    chances = []
    for each in deals:
        curve = model.curve(each.stage, age=(at - each.since).total_seconds() / _DAY)
        if curve is not None:
            last = len(curve) - 1
            chance = float(curve[min(until, last)] - (curve[min(after, last)] if after > 0 else 0.0))
        else:
            is_due = each.close is not None and period.first <= each.close <= period.last
            chance = book.stages[each.stage].probability / 100 if is_due else 0.0
        chances.append((float(each.amount), chance))
    return expected(chances)


def _months_on(day: date, months: int) -> date:
    number = day.year * 12 + day.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))
