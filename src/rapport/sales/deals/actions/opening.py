"""A deal begins."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Min
from django.utils.translation import gettext as _

from rapport.backbone.events import announce
from rapport.customers.models import Company, Customer
from rapport.kit import clock
from rapport.kit.money import Money
from rapport.sales.deals.announcements import DealOpened
from rapport.sales.deals.errors import NotSaid
from rapport.sales.deals.models import Deal, DealTerms, Stage, StageMove
from rapport.sales.deals.types import Call
from rapport.team.models import Agent

TITLE = 200


@transaction.atomic
def open_deal(
    *,
    title: str,
    stage: Stage,
    money: Money,
    by: Agent | None,
    customer: Customer | None = None,
    company: Company | None = None,
    owner: Agent | None = None,
    expected_close: date | None = None,
    call: str = Call.PIPELINE,
    probability: int | None = None,
    source: str = "",
    notes: str = "",
    reference: str = "",
    at: datetime | None = None,
) -> Deal:
    """A new deal in an open stage, at the top of its column; its company is the customer's unless said. Raises NotSaid.

    `at` is when it began, for what comes from elsewhere.
    """
    if not stage.is_open:
        raise NotSaid("stage", _("A deal begins in an open stage. Move it to won or lost afterwards."))
    moment = at or clock.now()
    deal = Deal.objects.create(
        title=titled(title),
        reference=reference.strip()[:100],
        customer=customer,
        company=company or (customer.company if customer else None),
        pipeline_id=stage.pipeline_id,
        stage=stage,
        owner=owner,
        amount=fair(money).minor,
        currency=money.currency,
        expected_close=expected_close,
        call=call,
        probability=probability,
        source=source.strip()[:80],
        notes=notes.strip(),
        place=top_of(stage),
        opened_at=moment,
        stage_since=moment,
    )
    StageMove.objects.create(deal=deal, stage=stage, at=moment, by=by)
    note_terms(deal, at=moment, by=by)
    news = DealOpened(deal.pk, deal.customer_id, stage.pk, by=by.pk if by else None)
    announce(news, subject=f"deal:{deal.pk}")
    return deal


def titled(title: str) -> str:
    """Raises NotSaid."""
    title = " ".join(title.split())[:TITLE]
    if not title:
        raise NotSaid("title", _("Write what is to be sold."))
    return title


def fair(money: Money) -> Money:
    """Raises NotSaid."""
    if money.minor < 0:
        raise NotSaid("amount", _("An amount is not below 0."))
    return money


def top_of(stage: Stage) -> float:
    first = Deal.objects.filter(stage=stage).aggregate(first=Min("place"))["first"]
    return 0.0 if first is None else first - 1.0


def note_terms(deal: Deal, *, at: datetime, by: Agent | None) -> DealTerms:
    """Keep what is said of it from this moment on."""
    return DealTerms.objects.create(
        deal=deal,
        amount=deal.amount,
        currency=deal.currency,
        expected_close=deal.expected_close,
        call=deal.call,
        probability=deal.probability,
        at=at,
        by=by,
    )
