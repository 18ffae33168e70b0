"""What customers did by themselves in the last months: the events a company's own system would send."""

from datetime import datetime, timedelta
from random import Random

from rapport.customers.models import CustomerEvent
from rapport.site.demo.furnishing import House

_DAYS = 100


def use(house: House, now: datetime) -> None:
    """Most use it regularly, some have become quiet. Nothing, where the scene knows of no use."""
    said = house.scene.says.get("using")
    if not said:
        return
    rows: list[CustomerEvent] = []
    for key, customer in house.customers.items():
        dice = Random(f"use {key}")  # noqa: S311  # a story, no secret
        if dice.random() > said["share"]:
            continue
        # Whoever has become quiet has not done anything for weeks.
        quiet = dice.choice((0, 0, 0, 0, 0, dice.uniform(20, 80)))
        days = min((now - customer.created_at).days + 1, _DAYS)
        busy = dice.lognormvariate(0, 0.6)
        for _ in range(round(said["a_month"] * busy * days / 30)):
            ago = dice.uniform(0, days)
            if ago > quiet:
                rows.append(
                    CustomerEvent(
                        customer=customer,
                        name=dice.choices(said["events"], said["weights"])[0],
                        at=now - timedelta(days=ago),
                        source="app",
                    )
                )
    CustomerEvent.objects.bulk_create(sorted(rows, key=lambda row: row.at), batch_size=2000)
