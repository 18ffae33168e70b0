"""What automation does by the clock."""

from datetime import timedelta

from rapport.automation import queries
from rapport.automation.actions import posting, timing
from rapport.automation.models import Macro, Parcel, Rule, Run, Webhook
from rapport.automation.types import LOG_IS_KEPT
from rapport.backbone.jobs import every
from rapport.kit import clock

_UNDO = timedelta(days=1)


@every(minutes=1)
def look_at_what_fell_due() -> None:
    """Let the rules by time act."""
    if queries.rules_on().filter(trigger__in=timing.BY_TIME).exists():
        timing.run_due()


@every(minutes=1)
def send_what_was_lost() -> None:
    posting.deliver_due()


@every(hours=6, urgency="background")
def forget() -> None:
    """Logs older than they are kept, and what was deleted and not brought back."""
    Run.objects.filter(at__lt=clock.now() - LOG_IS_KEPT).delete()
    Parcel.objects.filter(created_at__lt=clock.now() - LOG_IS_KEPT).delete()
    for rows in (Macro.objects, Rule.objects, Webhook.objects):
        rows.filter(deleted_at__lt=clock.now() - _UNDO).delete()
