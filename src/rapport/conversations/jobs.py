"""What conversations and their search index need by the clock."""

from rapport.backbone.jobs import every
from rapport.conversations import actions
from rapport.conversations.searching.rebuilding import rebuild


@every(seconds=30)
def wake_what_is_due() -> None:
    """Bring back what was snoozed until now."""
    actions.wake_due()


@every(minutes=1, urgency="background")
def rebuild_search() -> None:
    """Write old entries of the search index anew, where an upgrade asked for it; mostly there is nothing to do."""
    rebuild()
