"""What is known of a deal changes: its facts, and its lines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from rapport.backbone.events import announce
from rapport.kit import clock
from rapport.kit.money import Money
from rapport.sales.deals.actions.opening import fair, note_terms, titled
from rapport.sales.deals.announcements import DealChanged
from rapport.sales.deals.errors import NotSaid
from rapport.sales.deals.models import Deal, DealLine
from rapport.sales.deals.types import LARGEST_QUANTITY, MOST_LINES
from rapport.sales.models import Product
from rapport.team.models import Agent

UNCHANGED: Final = object()
CHANGEABLE = (
    "title", "customer", "company", "owner", "expected_close", "call", "probability", "source", "notes", "money",
)  # fmt: skip
# What a forecast of a moment is made of.
_TERMS = {"money", "expected_close", "call", "probability"}


@dataclass(frozen=True)
class Line:
    """`price` is of one, in minor units of the deal's currency."""

    title: str
    quantity: Decimal
    price: int
    product: Product | None = None


@transaction.atomic
def change(deal: Deal, *, by: Agent | None, at: datetime | None = None, **said: Any) -> list[str]:
    """Set what is said, any of CHANGEABLE; answers what is different now. Raises NotSaid."""
    held = Deal.objects.select_for_update().get(pk=deal.pk)
    _check(held, said)
    if not (different := _set(held, said)):
        return []
    held.save()
    deal.refresh_from_db()
    if _TERMS.intersection(different):
        note_terms(held, at=at or clock.now(), by=by)
    news = DealChanged(deal.pk, deal.customer_id, ",".join(sorted(different)), by=by.pk if by else None)
    announce(news, subject=f"deal:{deal.pk}")
    return different


@transaction.atomic
def replace_lines(deal: Deal, lines: Sequence[Line], *, by: Agent | None) -> None:
    """These lines and no others; the deal's amount is their sum, and stays as it is without any. Raises NotSaid."""
    held = Deal.objects.select_for_update().get(pk=deal.pk)
    if len(lines) > MOST_LINES:
        raise NotSaid("lines", _("A deal may have %(most)d lines.") % {"most": MOST_LINES})
    for line in lines:
        if not line.title.strip():
            raise NotSaid("lines", _("Each line says what it is."))
        if not 0 < line.quantity <= LARGEST_QUANTITY:
            raise NotSaid("lines", _("A quantity is above 0 and at most a million."))
    held.lines.all().delete()
    made = [
        DealLine(deal=held, product=line.product, title=line.title.strip()[:200], quantity=line.quantity,
                 price=line.price, position=number)
        for number, line in enumerate(lines)
    ]  # fmt: skip
    DealLine.objects.bulk_create(made)
    if made:
        held.amount = fair(Money(sum(line.total for line in made), held.currency)).minor
        note_terms(held, at=clock.now(), by=by)
    held.save()
    deal.refresh_from_db()
    announce(DealChanged(deal.pk, deal.customer_id, "lines", by=by.pk if by else None), subject=f"deal:{deal.pk}")


def _check(deal: Deal, said: Mapping[str, Any]) -> None:
    if unknown := set(said) - set(CHANGEABLE):
        raise TypeError(f"A deal has no {', '.join(sorted(unknown))} to change.")
    chance = said.get("probability", UNCHANGED)
    if chance is not UNCHANGED and chance is not None and not 0 <= chance <= 100:
        raise NotSaid("probability", _("A probability is between 0 and 100 per cent."))
    money = said.get("money", UNCHANGED)
    if isinstance(money, Money) and money != deal.money and deal.lines.exists():
        raise NotSaid("amount", _("The amount is the sum of the lines. Change those."))


def _set(deal: Deal, said: Mapping[str, Any]) -> list[str]:
    different = []
    for name, value in said.items():
        if value is UNCHANGED:
            continue
        if name == "money":
            is_same = deal.money == fair(value)
            deal.amount, deal.currency = value.minor, value.currency
        else:
            value = _tidy(name, value)
            is_same = getattr(deal, name) == value
            setattr(deal, name, value)
        if not is_same:
            different.append(name)
    return different


def _tidy(name: str, value: Any) -> Any:
    if name == "title":
        return titled(value)
    if name == "source":
        return value.strip()[:80]
    return value.strip() if name == "notes" else value
