"""Going through all customers: a batch a transaction, from where it stands; and trying rules before they count."""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import F, Max, Min
from django.utils import timezone, translation

from rapport.backbone.jobs import job, progress
from rapport.customers.lifecycle import deciding, moving, queries
from rapport.customers.lifecycle.founding import life_cycle
from rapport.customers.lifecycle.models import StageRun, Standing
from rapport.customers.lifecycle.types import Rule
from rapport.customers.models import Customer
from rapport.kit import clock
from rapport.team.models import Agent
from rapport.team.queries import organisation

# 5,000 customers are looked at in some tens of milliseconds, and a hand that moves one waits no longer than that.
AT_ONCE = 5_000
# More than so many are not all looked at while somebody waits for a page: they are sampled.
TRIED_AT_MOST = 20_000
_SAMPLES = 10
_SILENT = timedelta(minutes=5)
_NIGHT = 2


@dataclass(frozen=True)
class Trial:
    """Who would move from where to where; `share` under one when a sample stands for all."""

    moves: Sequence[tuple[str, str, int]]
    looked_at: int
    total: int
    by_rule: dict[int, int]

    @property
    def is_estimate(self) -> bool:
        return self.looked_at < self.total

    @property
    def moved(self) -> int:
        return sum(count for _before, _after, count in self.moves)


@transaction.atomic
def begin(*, by: Agent | None) -> StageRun:
    """Have all customers looked at; one that is under way is answered instead of a second."""
    under_way = StageRun.objects.select_for_update().filter(ended_at=None).first()
    if under_way is not None:
        return under_way
    run = StageRun.objects.create(by=by, is_first=not Standing.objects.exists())
    go_on.enqueue(run.pk)
    return run


def begin_nightly() -> StageRun | None:
    """The run of this night, once it is two o'clock where the company is; None when it is off or was there."""
    if not life_cycle().is_on:
        return None
    night = timezone.localtime(clock.now()).replace(hour=_NIGHT, minute=0, second=0, microsecond=0)
    if clock.now() < night or StageRun.objects.filter(began_at__gte=night, by=None).exists():
        return None
    return begin(by=None)


def wake() -> None:
    """Start anew what a lost job left behind."""
    for run in StageRun.objects.filter(ended_at=None, touched_at__lt=clock.now() - _SILENT):
        StageRun.objects.filter(pk=run.pk).update(touched_at=clock.now())
        go_on.enqueue(run.pk)


@job(urgency="background")
def go_on(run_id: int) -> None:
    """Look at the customers this run has not looked at yet."""
    run = StageRun.objects.filter(pk=run_id, ended_at=None).first()
    if run is None:
        return
    rules = deciding.rules_that_are_on(queries.rules())
    total = Customer.objects.filter(merged_into=None).count()
    with translation.override(organisation().reply_language):
        while rules and _look_at_more(run, rules):
            progress(run.looked_at, total)
    StageRun.objects.filter(pk=run.pk, ended_at=None).update(ended_at=clock.now())


@transaction.atomic
def _look_at_more(run: StageRun, rules: Sequence[Rule]) -> bool:
    """The next batch; False when there is none, or another worker is at it."""
    held = StageRun.objects.select_for_update().get(pk=run.pk)
    if held.position != run.position or held.ended_at is not None:
        return False
    here = _standing_after(run.position)
    if not here:
        return False
    stages = {stage.key: stage for stage in queries.stages()}
    movable = _without_held(here)
    moved = moving.move_many(deciding.decide(rules, movable), stages=stages, is_told=not run.is_first)
    run.position = max(here)
    run.looked_at += len(here)
    StageRun.objects.filter(pk=run.pk).update(
        position=run.position, looked_at=run.looked_at, moved=F("moved") + moved, touched_at=clock.now()
    )
    return True


def try_out(rules: Sequence[Rule]) -> Trial:
    """Count who would move. Beyond twenty thousand customers a sample of them stands for all."""
    total = Customer.objects.filter(merged_into=None).count()
    counts: Counter[tuple[str, str]] = Counter()
    by_rule: Counter[int] = Counter()
    looked_at = 0
    for here in _samples(total):
        looked_at += len(here)
        for verdict in deciding.decide(rules, _without_held(here)):
            counts[verdict.before, verdict.after] += 1
            by_rule[verdict.rule.pk or 0] += 1
    scale = total / looked_at if looked_at else 1
    moves = [(before, after, round(count * scale)) for (before, after), count in counts.most_common()]
    return Trial(moves, looked_at, total, {pk: round(count * scale) for pk, count in by_rule.items()})


def _samples(total: int) -> Iterator[dict[int, str]]:
    if total <= TRIED_AT_MOST:
        position = 0
        while here := _standing_after(position):
            yield here
            position = max(here)
        return
    ends = Customer.objects.aggregate(low=Min("pk"), high=Max("pk"))
    chance = random.Random(total)  # noqa: S311  # which customers are looked at is no secret
    step = (ends["high"] - ends["low"]) // _SAMPLES
    for number in range(_SAMPLES):
        start = ends["low"] + number * step + chance.randrange(max(1, step - TRIED_AT_MOST // _SAMPLES))
        yield _standing_after(start - 1, limit=TRIED_AT_MOST // _SAMPLES)


def _standing_after(position: int, *, limit: int | None = None) -> dict[int, str]:
    """The next customers by id, and the key of where each stands."""
    following = Customer.objects.filter(pk__gt=position, merged_into=None).order_by("pk")
    ids = list(following.values_list("pk", flat=True)[: limit or AT_ONCE])
    if not ids:
        return {}
    known = Standing.objects.filter(customer__gte=ids[0], customer__lte=ids[-1])
    here = dict(known.values_list("customer_id", "stage__key"))
    return {pk: here.get(pk, "") for pk in ids}


def _without_held(here: dict[int, str]) -> dict[int, str]:
    """Without those somebody put where they are, not long ago."""
    held = Standing.objects.filter(customer__gte=min(here), customer__lte=max(here), held_until__gt=clock.now())
    fixed = set(held.values_list("customer_id", flat=True))
    return {pk: stage for pk, stage in here.items() if pk not in fixed} if fixed else here
