"""What customers bought: products, orders that their mails speak of and others, money back, and subscriptions."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from rapport.customers.models import Customer
from rapport.kit.money import Money
from rapport.sales.models import (
    ChangeKind,
    Interval,
    Order,
    OrderLine,
    OrderStatus,
    Product,
    Refund,
    Subscription,
    SubscriptionChange,
    SubscriptionStatus,
)
from rapport.site.demo.chronicle import Chronicle
from rapport.site.demo.furnishing import House
from rapport.site.demo.scene import Book

# What a script of the company's own system would name itself.
_SOURCE = "api"
# Above all those that mails name.
_FIRST_NUMBER = 800000
_LENGTH = {Interval.MONTH: timedelta(days=30), Interval.YEAR: timedelta(days=365)}
_ENDED_BY = ("Too expensive", "No longer needed", "Changed to another", "")


def sell(told: Sequence[Chronicle], house: House, now: datetime) -> None:
    """Deterministic by the key of each customer. Nothing, where the scene sells nothing."""
    if "selling" not in house.scene.says:
        return
    _Till(house, now).open(told)


@dataclass
class _Bought:
    """An order on its way, with what it is made of."""

    order: Order
    lines: list[OrderLine]
    refund: Refund | None = None


class _Till:
    def __init__(self, house: House, now: datetime) -> None:
        self._house, self._now = house, now
        self._said: Book = house.scene.says["selling"]
        self._currency = house.scene.currency
        self._goods = [dict(product) for product in house.scene.says["product"]]

    def open(self, told: Sequence[Chronicle]) -> None:
        began = self._now - timedelta(days=house_age(self._house))
        self._products = Product.objects.bulk_create(
            Product(
                sku=good["sku"],
                name=good["name"],
                kind=good["kind"],
                price=Money.of(good["price"], self._currency).minor,
                currency=self._currency,
                created_at=began,
            )
            for good in self._goods
        )
        bought = sorted([*self._spoken_of(told), *self._others()], key=lambda one: one.order.placed_at)
        self._count(bought)
        Order.objects.bulk_create((one.order for one in bought), batch_size=1000)
        OrderLine.objects.bulk_create((line for one in bought for line in one.lines), batch_size=2000)
        Refund.objects.bulk_create(one.refund for one in bought if one.refund)
        self._subscribe()

    def _spoken_of(self, told: Sequence[Chronicle]) -> Iterator[_Bought]:
        """Whoever names an order in a mail has placed it, some days before."""
        seen: set[str] = set()
        money_back = set(self._house.scene.says["views"]["about_money"])
        for one in told:
            number = one.story.about.get("order", "")
            if not number or number in seen or not any(number in turn.text for turn in one.story.turns):
                continue
            seen.add(number)
            dice = Random(f"order {number}")  # noqa: S311  # a story, no secret
            at = one.story.began_at - timedelta(days=dice.uniform(2, 16))
            made = self._buy(one.conversation.customer, number, at, dice)
            if one.story.state == "closed" and money_back & set(one.story.tags) and dice.random() < 0.6:
                self._give_back(made, one.story.closures[-1][0], dice)
            yield made

    def _others(self) -> Iterator[_Bought]:
        least, most = self._said["orders"]
        for key, customer in self._house.customers.items():
            dice = Random(f"orders {key}")  # noqa: S311  # a story, no secret
            if dice.random() > self._said["share"]:
                continue
            age = (self._now - customer.created_at).days + 1
            for _ in range(dice.randint(least, most)):
                at = self._now - timedelta(days=dice.uniform(0.1, max(age, 30)), minutes=dice.randrange(600))
                made = self._buy(customer, "", at, dice)
                if dice.random() < self._said["refunds"]:
                    self._give_back(made, min(at + timedelta(days=dice.uniform(2, 12)), self._now), dice)
                yield made

    def _count(self, bought: Sequence[_Bought]) -> None:
        """Numbers for those that no mail names, in the order of time."""
        for place, one in enumerate((one for one in bought if not one.order.number), 1):
            one.order.number = one.order.external_id = f"{self._house.scene.prefix}-{_FIRST_NUMBER + place}"

    def _buy(self, customer: Customer, number: str, at: datetime, dice: Random) -> _Bought:
        order = Order(
            customer=customer,
            source=_SOURCE,
            external_id=number,
            number=number,
            placed_at=at,
            status=OrderStatus.PAID,
            total=0,
            currency=self._currency,
            channel=self._said["channel"],
            created_at=at,
            changed_at=at,
        )
        least, most = self._said["company_quantity" if customer.company_id else "quantity"]
        kinds = dice.choices((1, 2, 3), (74, 20, 6))[0]
        places = {
            dice.choices(range(len(self._goods)), [good["weight"] for good in self._goods])[0] for _ in range(kinds)
        }
        lines = []
        for place in sorted(places):
            product = self._products[place]
            lines.append(
                OrderLine(
                    order=order,
                    product=product,
                    sku=product.sku,
                    title=product.name,
                    quantity=dice.randint(least, most),
                    unit_price=product.price,
                )
            )
        order.total = sum(round((line.unit_price or 0) * line.quantity) for line in lines)
        if (self._now - at).days < 2 and dice.random() < 0.2:
            order.status = OrderStatus.PENDING
        return _Bought(order, lines)

    def _give_back(self, bought: _Bought, at: datetime, dice: Random) -> None:
        """All of it, or a part."""
        order, is_whole = bought.order, dice.random() < 0.6
        order.refunded = order.total if is_whole else max(order.total // dice.choice((2, 3, 5)), 1)
        order.status = OrderStatus.REFUNDED if is_whole else OrderStatus.PARTLY_REFUNDED
        order.changed_at = at
        bought.refund = Refund(order=order, amount=order.refunded, reason=dice.choice(self._said["reasons"]), at=at)

    def _subscribe(self) -> None:
        rows: list[Subscription] = []
        for key, customer in self._house.customers.items():
            dice = Random(f"subscription {key}")  # noqa: S311  # a story, no secret
            if dice.random() < self._said.get("subscribers", 0):
                rows.append(self._subscription(customer, dice))
        rows.sort(key=lambda row: row.started_at)
        Subscription.objects.bulk_create(rows)
        changes = [change for row in rows for change in _changes(row)]
        SubscriptionChange.objects.bulk_create(sorted(changes, key=lambda change: change.at))

    def _subscription(self, customer: Customer, dice: Random) -> Subscription:
        plans = self._house.scene.says["plan"]
        plan = dice.choices(plans, [plan["weight"] for plan in plans])[0]
        age = (self._now - customer.created_at).days + 1
        started = self._now - timedelta(days=dice.uniform(0.5, max(age, 40)))
        row = Subscription(
            customer=customer,
            plan=plan["name"],
            source=_SOURCE,
            external_id=f"sub-{customer.pk}",
            amount=Money.of(plan["amount"], self._currency).minor,
            currency=self._currency,
            interval=plan["interval"],
            started_at=started,
            created_at=started,
            changed_at=started,
        )
        length = _LENGTH[Interval(row.interval)]
        row.current_period_end = started + length * ((self._now - started) // length + 1)
        states = (SubscriptionStatus.ACTIVE, SubscriptionStatus.PAST_DUE, SubscriptionStatus.CANCELLED)
        row.status = dice.choices(states, (80, 5, 15))[0]
        if row.status != SubscriptionStatus.ACTIVE:
            row.changed_at = started + (self._now - started) * dice.uniform(0.5, 0.98)
        if row.status == SubscriptionStatus.CANCELLED:
            row.cancelled_at, row.cancel_reason = row.changed_at, dice.choice(_ENDED_BY)
            row.current_period_end = started + length * ((row.changed_at - started) // length + 1)
        return row


def house_age(house: House) -> int:
    """Days since the company was set up here."""
    return int(house.scene.size.days) + 50


def _changes(row: Subscription) -> Iterator[SubscriptionChange]:
    yield _change(row, ChangeKind.STARTED, row.started_at, SubscriptionStatus.ACTIVE, "")
    ended = {
        SubscriptionStatus.CANCELLED: ChangeKind.CANCELLED,
        SubscriptionStatus.PAST_DUE: ChangeKind.OVERDUE,
    }.get(SubscriptionStatus(row.status))
    if ended:
        yield _change(row, ended, row.changed_at, SubscriptionStatus(row.status), SubscriptionStatus.ACTIVE)


def _change(
    row: Subscription, kind: ChangeKind, at: datetime, status: SubscriptionStatus, before: str
) -> SubscriptionChange:
    return SubscriptionChange(
        subscription=row,
        kind=kind,
        at=at,
        status=status,
        status_before=before,
        amount=row.amount,
        amount_before=row.amount if before else None,
        currency=row.currency,
        interval=row.interval,
        reason=row.cancel_reason if kind == ChangeKind.CANCELLED else "",
    )
