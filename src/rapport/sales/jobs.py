"""What happens by the clock: what shops sent and a lost job left behind is read, and what is old is forgotten."""

from rapport.backbone.jobs import every
from rapport.sales.shops import receiving


@every(minutes=2)
def wake_shop_deliveries() -> None:
    receiving.wake()


@every(hours=6, urgency="background")
def forget_old_shop_deliveries() -> None:
    receiving.forget_old()
