"""Reading stages and who stands in them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone

from rapport.customers.lifecycle import founding
from rapport.customers.lifecycle.deciding import reason_of
from rapport.customers.lifecycle.models import Stage, StageEntry, StageRule, StageRun, Standing
from rapport.customers.lifecycle.types import condition_in
from rapport.customers.models import Customer
from rapport.customers.queries import visible_to
from rapport.kit import clock
from rapport.team.models import Agent

# How many the strip on a customer's page shows.
_STRIP = 5


def stages() -> list[Stage]:
    """In their order; the usual ones are made when nobody made any."""
    return list(Stage.objects.all()) or _founded()


def stage_called(key: str) -> Stage | None:
    return next((stage for stage in stages() if stage.key == key), None)


def rules() -> list[StageRule]:
    """In the order in which they are asked."""
    stages()
    return list(StageRule.objects.select_related("stage"))


def standing_of(customer: Customer) -> Standing | None:
    return Standing.objects.select_related("stage", "entry").filter(customer=customer).first()


def standings_of(customer_ids: Iterable[int]) -> dict[int, Stage]:
    """Where each of these stands, without those who stand nowhere. One query."""
    found = Standing.objects.filter(customer__in=customer_ids).select_related("stage")
    return {each.customer_id: each.stage for each in found}


def entries_visible_to(agent: Agent) -> QuerySet[StageEntry]:
    shown = StageEntry.objects.filter(customer__in=visible_to(agent).values("pk"))
    return shown.select_related("stage", "origin", "customer", "by")


def entries_of(customer: Customer) -> QuerySet[StageEntry]:
    """Newest first."""
    return moves().filter(customer=customer)


def moves() -> QuerySet[StageEntry]:
    """Everybody's."""
    return StageEntry.objects.select_related("stage", "origin", "by", "rule")


def why(entry: StageEntry) -> str:
    """What moved them, in the language of who reads it."""
    return entry.reason or reason_of([condition_in(said) for said in entry.conditions])


def last_run() -> StageRun | None:
    return StageRun.objects.select_related("by").first()


@dataclass(frozen=True)
class Segment:
    """One piece of the strip: `state` is done, current or ahead."""

    stage: Stage
    since: datetime | None
    state: str

    @property
    def is_fresh(self) -> bool:
        """Since today, where the reader is."""
        return self.since is not None and timezone.localdate(self.since) == timezone.localdate(clock.now())


def strip(customer: Customer) -> list[Segment]:
    """The last stages they went through, the one they stand in, and what comes next; empty while they stand nowhere."""
    gone = list(entries_of(customer).order_by("since", "id"))
    if not gone or gone[-1].until is not None:
        return []
    seen: dict[int, StageEntry] = {}
    for entry in gone:
        # A stage they came back to stands where they stand now.
        seen.pop(entry.stage_id, None)
        seen[entry.stage_id] = entry
    visited = list(seen.values())
    ahead = _ahead(visited[-1].stage, seen)
    shown = visited[-(_STRIP - min(len(ahead), 1)) :]
    segments = [Segment(entry.stage, entry.since, "done") for entry in shown[:-1]]
    segments.append(Segment(shown[-1].stage, shown[-1].since, "current"))
    return segments + [Segment(stage, None, "ahead") for stage in ahead[: _STRIP - len(segments)]]


def _ahead(here: Stage, seen: Iterable[int]) -> Sequence[Stage]:
    visited = set(seen)
    return [stage for stage in stages() if stage.position > here.position and stage.pk not in visited]


def _founded() -> list[Stage]:
    founding.found()
    return list(Stage.objects.all())
