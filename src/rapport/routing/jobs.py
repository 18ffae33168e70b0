"""What keeps promises by the clock."""

from rapport.backbone.jobs import every
from rapport.routing.actions import look
from rapport.routing.steadiness import Steadiness

_steadiness = Steadiness()


@every(seconds=30, urgency="urgent")
def look_at_promises() -> None:
    """Warn of what falls due and say what is too late; not right after the machine's clock jumped two hours ahead."""
    if _steadiness.is_steady():
        look()
