"""What happens by the clock: promises fall due, people come back, what waits is given to whoever is free."""

from rapport.backbone.jobs import every
from rapport.routing.actions import bring_back, give_back_late, look, serve
from rapport.routing.steadiness import Steadiness

_steadiness = Steadiness()


@every(seconds=30, urgency="urgent")
def look_at_promises() -> None:
    """Warn of what falls due and say what is too late; not right after the machine's clock jumped two hours ahead."""
    if _steadiness.is_steady():
        look()


@every(seconds=30, urgency="urgent")
def share_out_what_waits() -> None:
    """Somebody may have signed in, or the doors opened, of which nobody tells."""
    bring_back()
    give_back_late()
    serve()
