"""What happens by the clock: exports that a lost job left behind begin anew, and old files are forgotten."""

from rapport.backbone.jobs import every
from rapport.exchange.exporting import running, starting


@every(minutes=2)
def wake_exports() -> None:
    running.wake()


@every(hours=1, urgency="background")
def forget_old_exports() -> None:
    starting.forget_old()
