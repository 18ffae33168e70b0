"""What happens by the clock: connected systems have their turn, and old runs are forgotten."""

from rapport.backbone.jobs import every
from rapport.exchange.syncing import running


@every(minutes=1)
def wake_connections() -> None:
    running.wake()


@every(hours=6, urgency="background")
def forget_old_runs() -> None:
    running.forget_old()
