"""What happens by the clock: imports that a lost job left behind go on; old files and removed notes are forgotten."""

from rapport.backbone.jobs import every
from rapport.customers.importing import running, starting
from rapport.customers.profiles import filing, notes


@every(minutes=2)
def wake_imports() -> None:
    running.wake()


@every(hours=6, urgency="background")
def forget_old_imports() -> None:
    starting.forget_old()


@every(hours=6, urgency="background")
def forget_removed_notes_and_files() -> None:
    notes.forget_removed()
    filing.forget_removed()
