"""How customers have come along: stages by the life cycle's own rules, tasks, consent, who looks after companies."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from random import Random

from rapport.customers.consent import queries as consent
from rapport.customers.consent.types import How, State
from rapport.customers.lifecycle import queries as lifecycle
from rapport.customers.lifecycle.deciding import rules_that_are_on
from rapport.customers.lifecycle.founding import THE_LIFE_CYCLE
from rapport.customers.lifecycle.types import Rule
from rapport.customers.models import (
    ConsentRecord,
    Customer,
    LifeCycle,
    Stage,
    StageEntry,
    StageRun,
    Standing,
    Task,
)
from rapport.customers.tasks.types import Kind, Weight
from rapport.site.demo.chronicle import Chronicle
from rapport.site.demo.furnishing import House
from rapport.site.demo.scene import Book

# How often the rules were asked, in days; the product asks every night, and nobody could tell.
_EVERY = 10
_TASKS = 26
_KINDS = (Kind.CALL, Kind.EMAIL, Kind.TODO, Kind.OUTREACH)
# Purpose, how many agreed, and how many of those took it back.
_AGREED = (("newsletter", 0.46, 0.14), ("product_news", 0.28, 0.1), ("surveys", 0.6, 0.05))


def live(told: Sequence[Chronicle], house: House, now: datetime) -> None:
    """Nothing, where the scene does not say how its customers come along."""
    said = house.scene.says.get("living")
    if said is None:
        return
    _pass_through_stages(told, house, said, now)
    _plan(told, house, said, now)
    _agree(house, now)
    if said.get("owners"):
        _look_after(house)


def _pass_through_stages(told: Sequence[Chronicle], house: House, said: Book, now: datetime) -> None:
    stages = {stage.key: stage for stage in lifecycle.stages()}
    for key, name in said.get("stages", {}).items():
        stages[key].name = name
    Stage.objects.bulk_update(stages.values(), ["name"])
    rules = rules_that_are_on(lifecycle.rules())
    contacts: dict[int, list[datetime]] = defaultdict(list)
    ratings: dict[int, list[tuple[datetime, int]]] = defaultdict(list)
    for one in told:
        contacts[one.conversation.customer_id].append(one.story.began_at)
        if one.story.rating and one.story.rated_at:
            ratings[one.conversation.customer_id].append((one.story.rated_at, one.story.rating))
    entries: list[StageEntry] = []
    for customer in house.customers.values():
        walk = _Walk(customer, sorted(contacts[customer.pk]), sorted(ratings[customer.pk]))
        entries += walk.entries(rules, stages, now)
    entries = StageEntry.objects.bulk_create(sorted(entries, key=lambda entry: entry.since), batch_size=2000)
    Standing.objects.bulk_create(
        Standing(customer_id=entry.customer_id, stage=entry.stage, entry=entry, since=entry.since)
        for entry in entries
        if entry.until is None
    )
    LifeCycle.objects.create(pk=THE_LIFE_CYCLE, is_on=True)
    # The rules have been asked up to this moment.
    moved = sum(entry.since >= now - timedelta(days=_EVERY) for entry in entries)
    StageRun.objects.create(began_at=now, touched_at=now, ended_at=now, looked_at=len(house.customers), moved=moved)


class _Walk:
    """One customer from the first day on, as the rules would have led them."""

    def __init__(
        self, customer: Customer, contacts: Sequence[datetime], ratings: Sequence[tuple[datetime, int]]
    ) -> None:
        self._customer, self._contacts, self._ratings = customer, contacts, ratings

    def entries(self, rules: Sequence[Rule], stages: Mapping[str, Stage], now: datetime) -> list[StageEntry]:
        found: list[StageEntry] = []
        asked = {condition.asks for rule in rules for condition in rule.conditions}
        first = max(self._customer.created_at, now - timedelta(days=500))
        steps = max((now - first).days // _EVERY, 0)
        for step in range(steps, -1, -1):
            at = now - timedelta(days=_EVERY * step)
            here = found[-1].stage.key if found else ""
            values = {each: self._value(*each, at) for each in asked}
            rule = next((rule for rule in rules if rule.fits(here, values)), None)
            if rule is None or rule.stage == here:
                continue
            if found:
                found[-1].until = at
            found.append(
                StageEntry(
                    customer=self._customer,
                    stage=stages[rule.stage],
                    origin=stages.get(here),
                    since=at,
                    rule_id=rule.pk,
                    conditions=[condition.as_json() for condition in rule.conditions],
                )
            )
        return found

    def _value(self, signal: str, days: int | None, at: datetime) -> float | None:
        """What the signal of this name would have said then; those of other rooms say nothing here."""
        until = bisect_right(self._contacts, at)
        if signal == "known":
            return (at - self._customer.created_at).total_seconds() / 86400
        if signal == "contacts":
            since = at - timedelta(days=days or 36500)
            return float(sum(moment >= since for moment in self._contacts[:until]))
        if signal == "last_contact" and until:
            return (at - self._contacts[until - 1]).total_seconds() / 86400
        if signal == "last_rating":
            scores = [score for moment, score in self._ratings if moment <= at]
            return float(scores[-1]) if scores else None
        return None


def _plan(told: Sequence[Chronicle], house: House, said: Book, now: datetime) -> None:
    """Some are done, some late, most lie before us; for those who wrote last."""
    dice = Random(f"tasks {house.scene.key}")  # noqa: S311  # a story, no secret
    count = house.scene.scaled(_TASKS)
    agents = [agent for agent in house.agents.values() if agent.away_since is None]
    today = now.replace(minute=0, second=0, microsecond=0)
    rows = []
    for place, one in enumerate([one for one in told if one.story.to][-count:]):
        made = max(one.story.began_at, now - timedelta(days=9))
        due = today + timedelta(days=dice.randint(-3, 10), hours=dice.randint(-4, 4))
        agent = house.agents[one.story.to] if dice.random() < 0.6 else dice.choice(agents)
        done = due < now and dice.random() < 0.6
        rows.append(
            Task(
                title=said["tasks"][place % len(said["tasks"])],
                kind=_KINDS[place % len(_KINDS)],
                priority=Weight.HIGH if one.story.priority > 2 else Weight.NORMAL,
                customer=one.conversation.customer,
                company=one.conversation.customer.company,
                assignee=agent if dice.random() < 0.9 else None,
                due_at=due,
                created_at=min(made, due),
                by=agent,
                done_at=due + (now - due) * 0.5 if done else None,
                done_by=agent if done else None,
            )
        )
    Task.objects.bulk_create(sorted(rows, key=lambda row: row.created_at))


def _agree(house: House, now: datetime) -> None:
    """Asked by a form when they came; a few took it back by the link in a letter."""
    purposes = {purpose.key: purpose for purpose in consent.purposes()}
    rows = []
    for key, customer in house.customers.items():
        dice = Random(f"consent {key}")  # noqa: S311  # a story, no secret
        age = now - customer.created_at
        for name, agreed, withdrew in _AGREED:
            purpose = purposes.get(name)
            if purpose is None or dice.random() > agreed:
                continue
            at = customer.created_at + age * dice.uniform(0, 0.5)
            rows.append(
                ConsentRecord(
                    customer=customer, purpose=purpose, state=State.GIVEN, at=at, how=How.FORM, text=purpose.about
                )
            )
            if dice.random() < withdrew:
                later = at + (now - at) * dice.uniform(0.2, 0.9)
                rows.append(
                    ConsentRecord(customer=customer, purpose=purpose, state=State.WITHDRAWN, at=later, how=How.LINK)
                )
    ConsentRecord.objects.bulk_create(sorted(rows, key=lambda row: row.at), batch_size=2000)


def _look_after(house: House) -> None:
    """Every company has somebody of the team, and so have its people."""
    team = house.scene.team
    ours = [(key, one) for key, one in house.customers.items() if one.company]
    for key, customer in ours:
        customer.owner = house.agents[team[key % len(team)]]
        if customer.company:
            customer.company.owner = customer.owner
    Customer.objects.bulk_update([one for _, one in ours], ["owner"], batch_size=500)
    companies = {one.company.pk: one.company for _, one in ours if one.company}
    if companies:
        type(next(iter(companies.values()))).objects.bulk_update(companies.values(), ["owner"], batch_size=500)
