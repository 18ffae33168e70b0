"""What a stage is, what an owner says of a deal, and what is done about it."""

from datetime import timedelta
from decimal import Decimal

from django.db import models
from django.utils.translation import pgettext_lazy


class StageKind(models.TextChoices):
    """Leads are deals in a stage of the kind `lead`: open as any other, and told apart where they are counted."""

    LEAD = "lead", pgettext_lazy("stage", "Lead")
    OPEN = "open", pgettext_lazy("stage", "Open")
    WON = "won", pgettext_lazy("stage", "Won")
    LOST = "lost", pgettext_lazy("stage", "Lost")


OPEN_KINDS = (StageKind.LEAD, StageKind.OPEN)
CLOSED_KINDS = (StageKind.WON, StageKind.LOST)


class Call(models.TextChoices):
    """What the owner expects of a deal by its expected close."""

    COMMIT = "commit", pgettext_lazy("forecast", "Commit")
    BEST_CASE = "best_case", pgettext_lazy("forecast", "Best case")
    PIPELINE = "pipeline", pgettext_lazy("forecast", "Pipeline")
    OMITTED = "omitted", pgettext_lazy("forecast", "Omitted")


# What a category counts for, where the owner names no probability of their own, in per cent.
CALL_WEIGHTS: dict[str, int] = {Call.COMMIT: 90, Call.BEST_CASE: 50, Call.PIPELINE: 20, Call.OMITTED: 0}


class ActivityKind(models.TextChoices):
    CALL = "call", pgettext_lazy("activity", "Call")
    MEETING = "meeting", pgettext_lazy("activity", "Meeting")
    MAIL = "mail", pgettext_lazy("activity", "Mail")
    TASK = "task", pgettext_lazy("activity", "Task")


ACTIVITY_ICONS: dict[str, str] = {
    ActivityKind.CALL: "phone",
    ActivityKind.MEETING: "users",
    ActivityKind.MAIL: "mail",
    ActivityKind.TASK: "check-circle",
}


class Status(models.TextChoices):
    OPEN = "open", pgettext_lazy("deal", "Open")
    WON = "won", pgettext_lazy("deal", "Won")
    LOST = "lost", pgettext_lazy("deal", "Lost")


UNDO_FOR = timedelta(minutes=10)
MOST_LINES = 100
LARGEST_QUANTITY = Decimal(1_000_000)
