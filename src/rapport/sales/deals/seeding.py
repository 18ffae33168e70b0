"""A believable year of selling for the demo: some sixty deals that came, went on, were won, lost, or still stand."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from rapport.backbone.gathering import gathered
from rapport.customers.models import Customer
from rapport.kit import clock
from rapport.kit.money import Money
from rapport.sales.deals import actions, queries
from rapport.sales.deals.actions.changing import Line
from rapport.sales.deals.models import CloseReason, Deal, Stage
from rapport.sales.deals.types import ActivityKind, Call
from rapport.team.models import Agent
from rapport.team.queries import organisation

COUNT = 64
_YEAR = 360
_WINS = 0.36


@dataclass(frozen=True)
class Offer:
    """What is sold: its title around a number of pieces, the price of one in major units, and how many it may be."""

    title: str
    item: str
    price: int
    least: int
    most: int


def _offers() -> list[Offer]:
    return [
        Offer(_("%(n)d desk lamps for the new office"), _("Desk lamp"), 189, 8, 60),
        Offer(_("Lighting for %(n)d meeting rooms"), _("Ceiling light with sensor"), 420, 4, 24),
        Offer(_("%(n)d lamps, showroom"), _("Floor lamp"), 259, 6, 40),
        Offer(_("Hotel refit, %(n)d rooms"), _("Bedside lamp, pair"), 145, 20, 90),
        Offer(_("%(n)d replacement drivers"), _("Driver 40 W"), 63, 10, 60),
        Offer(_("Co-working floor, %(n)d desks"), _("Desk lamp with hub"), 229, 12, 48),
        Offer(_("Photo studio, %(n)d lights"), _("Studio light, tunable"), 610, 3, 14),
        Offer(_("Service plan for %(n)d lamps"), _("Service for a year"), 29, 40, 200),
    ]


def seed(
    customers: Sequence[Customer],
    agents: Sequence[Agent],
    rng: random.Random,
    until: datetime,
    *,
    count: int = COUNT,
    offers: Sequence[Offer] = (),
    did: Sequence[str] = (),
    planned: Sequence[str] = (),
) -> list[Deal]:
    """Deals of these customers, kept by these agents, over the year before `until`. The same dice, the same deals.

    A shop for lamps sells them, unless it is said what is offered, what the first three steps are, and what is planned.
    """
    settings = actions.ready()
    pipeline = queries.pipelines()[0]
    with transaction.atomic(), gathered(), translation.override(organisation().reply_language or "en"):
        offers = offers or _offers()
        starts = sorted(until - timedelta(days=3 + _YEAR * rng.random() ** 1.3) for _number in range(count))
        teller = _Teller(rng, until, queries.open_stages(pipeline), offers, settings.currency)
        teller.did, teller.planned = did or teller.did, planned or teller.planned
        return [teller.tell(rng.choice(customers), rng.choice(agents), began) for began in starts]


class _Teller:
    def __init__(
        self, rng: random.Random, until: datetime, stages: Sequence[Stage], offers: Sequence[Offer], currency: str
    ) -> None:
        self.rng, self.until, self.stages, self.offers, self.currency = rng, until, stages, offers, currency
        pipeline = stages[0].pipeline
        self.won, self.lost = queries.end_of(pipeline, "won"), queries.end_of(pipeline, "lost")
        self.reasons = {kind: list(queries.reasons(kind)) for kind in ("won", "lost")}
        self.did: Sequence[str] = (_("First call"), _("Visit and measure"), _("Send the proposal"))
        self.planned: Sequence[str] = (
            _("Ask what is still open"),
            _("Walk through the rooms"),
            _("Check the delivery date"),
            _("Send samples and prices"),
        )
        self.sources = (_("Website"), _("Trade fair"), _("Recommended"), _("Asked support"), _("Catalogue"))

    def tell(self, customer: Customer, owner: Agent, began: datetime) -> Deal:
        rng, began = self.rng, _working(began)
        offer = rng.choice(self.offers)
        pieces = rng.randint(offer.least, offer.most)
        with clock.frozen(began):
            deal = actions.open_deal(
                title=offer.title % {"n": pieces},
                stage=self.stages[0],
                money=Money.of(offer.price * pieces, self.currency),
                customer=customer,
                owner=owner,
                expected_close=_day(began, rng.randint(35, 80)),
                source=rng.choice(self.sources),
                by=owner,
            )
            if rng.random() < 0.5:
                price = Money.of(offer.price, self.currency).minor
                actions.replace_lines(deal, [Line(offer.item, Decimal(pieces), price)], by=owner)
        self._go_on(deal, owner, began)
        if deal.is_open:
            self._plan(deal, owner)
        return deal

    def _go_on(self, deal: Deal, owner: Agent, at: datetime) -> None:
        """From stage to stage; large deals take longer and are lost more often."""
        rng = self.rng
        slow = 0.7 + min(1.3, deal.money.amount.__float__() / 12_000)
        chance = _WINS ** (1 / len(self.stages)) - 0.04 * (slow - 1)
        for number, stage in enumerate(self.stages):
            at = _working(at + timedelta(days=rng.gammavariate(2.0, 6.5 * slow)))
            if at >= self.until:
                return
            with clock.frozen(at):
                if rng.random() > chance:
                    self._end(deal, self.lost, owner)
                    return
                if number + 1 == len(self.stages):
                    self._end(deal, self.won, owner)
                    return
                actions.move(deal, to=self.stages[number + 1], by=owner)
                self._say(deal, owner, number + 1, at)
                self._did(deal, owner, stage, at)

    def _end(self, deal: Deal, stage: Stage, owner: Agent) -> None:
        reason: CloseReason | None = None
        if self.reasons[stage.kind] and self.rng.random() < 0.85:
            reason = self.rng.choice(self.reasons[stage.kind])
        actions.move(deal, to=stage, by=owner, reason=reason)

    def _say(self, deal: Deal, owner: Agent, stage: int, at: datetime) -> None:
        """Owners are hopeful: they call higher than it turns out, and move the day when it comes near."""
        rng = self.rng
        calls = (Call.PIPELINE, Call.PIPELINE, Call.BEST_CASE, Call.COMMIT)
        call = calls[min(stage + (rng.random() < 0.3), len(calls) - 1)]
        left = (len(self.stages) - stage) * rng.randint(9, 18)
        actions.change(deal, call=call, expected_close=_day(at, left), by=owner)

    def _did(self, deal: Deal, owner: Agent, stage: Stage, at: datetime) -> None:
        kinds = (ActivityKind.CALL, ActivityKind.MEETING, ActivityKind.MAIL)
        if stage.position < len(kinds):
            kind, title = kinds[stage.position], self.did[stage.position]
            actions.plan(deal, kind=kind, title=title, due_at=at, done_at=at, owner=owner, by=owner)

    def _plan(self, deal: Deal, owner: Agent) -> None:
        rng = self.rng
        kinds = (ActivityKind.CALL, ActivityKind.MEETING, ActivityKind.TASK, ActivityKind.MAIL)
        planned = tuple(zip(kinds, self.planned, strict=True))
        if rng.random() < 0.7:
            kind, title = rng.choice(planned)
            due = self.until + timedelta(days=rng.randint(-3, 12), hours=rng.randint(0, 6))
            actions.plan(deal, kind=kind, title=title, due_at=_working(due), owner=owner, by=owner)


def _working(at: datetime) -> datetime:
    """The same day between nine and five, or the Monday after a weekend, in UTC."""
    at = at.astimezone(UTC)
    at += timedelta(days=(7 - at.weekday()) if at.weekday() > 4 else 0)
    return at.replace(hour=9 + at.hour % 8)


def _day(at: datetime, days: int) -> date:
    return (at + timedelta(days=days)).date()
