"""What the front door does by the clock."""

from rapport.backbone import files
from rapport.backbone.jobs import every
from rapport.site import repeating


@every(hours=1)
def forget_old_answers() -> None:
    repeating.forget_old_answers()


@every(hours=24, urgency="background")
def sweep_files() -> None:
    """Free the space of files that nothing refers to any more."""
    files.sweep()
