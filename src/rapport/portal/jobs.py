"""What the portal forgets by the clock."""

from rapport.backbone.jobs import every
from rapport.portal import actions


@every(hours=1)
def forget_old_links_and_sessions() -> None:
    actions.forget_old()
