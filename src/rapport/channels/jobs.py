"""What keeps the channels going when something was left behind."""

from rapport.backbone.jobs import every
from rapport.channels.actions import certifying, polling, sending, settling
from rapport.channels.visitors import meeting


@every(seconds=20, urgency="urgent")
def pick_up_deliveries() -> None:
    """Read what a process that died stored and did not read."""
    settling.sweep()


@every(minutes=1, urgency="urgent")
def pick_up_dispatches() -> None:
    """Queue what is due and has no job any more."""
    sending.sweep()


@every(hours=1)
def look_after_channels() -> None:
    """Certificates are looked at once a day, old troubles forgotten."""
    polling.forget_old_troubles()
    certifying.look_at_due_certificates()


@every(hours=1)
def forget_old_visits() -> None:
    """Where somebody looked long ago, and visitors who never said anything."""
    meeting.forget_old()
