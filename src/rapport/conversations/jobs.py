"""What the search index needs by the clock."""

from rapport.backbone.jobs import every
from rapport.conversations.searching.rebuilding import rebuild


@every(minutes=1, urgency="background")
def rebuild_search() -> None:
    """Write old entries of the search index anew, where an upgrade asked for it; mostly there is nothing to do."""
    rebuild()
