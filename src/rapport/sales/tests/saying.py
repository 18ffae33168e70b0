"""What shops and scripts say, with as little as a test needs."""

from datetime import UTC, datetime, timedelta

from rapport.sales.types import Buyer, LineSaid, OrderSaid, SubscriptionSaid

MARCH = datetime(2026, 3, 1, 9, tzinfo=UTC)
KIM = Buyer(email="kim@studio.example", name="Kim Park")


def order(name="1042", *, total=21_990, status="paid", changed_at=MARCH, days=0, buyer=KIM, lines=None, **more):
    return OrderSaid(
        external_id=name,
        number=f"#{name}",
        placed_at=MARCH + timedelta(days=days),
        status=status,
        total=total,
        currency=more.pop("currency", "EUR"),
        changed_at=changed_at,
        buyer=buyer,
        lines=lines,
        **more,
    )


def lamp(**more):
    return LineSaid(title="Desk lamp", sku="LW-DESK-02", unit_price=10_995, quantity=2, **more)


def subscription(name="sub-1", *, status="active", amount=1_900, changed_at=MARCH, **more):
    return SubscriptionSaid(
        external_id=name,
        status=status,
        amount=amount,
        currency="EUR",
        interval=more.pop("interval", "month"),
        started_at=MARCH,
        changed_at=changed_at,
        buyer=more.pop("buyer", KIM),
        plan=more.pop("plan", "Studio"),
        **more,
    )
