"""What the front door does by the clock."""

from rapport.backbone.jobs import every
from rapport.site import repeating


@every(hours=1)
def forget_old_answers() -> None:
    repeating.forget_old_answers()
