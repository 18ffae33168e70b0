"""What happens by the clock: imports that a lost job left behind go on, and old files are forgotten."""

from rapport.backbone.jobs import every
from rapport.exchange.importing import running, starting


@every(minutes=2)
def wake_table_imports() -> None:
    running.wake()


@every(hours=6, urgency="background")
def forget_old_table_imports() -> None:
    starting.forget_old()
