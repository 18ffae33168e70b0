"""Words of tasks."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Kind(models.TextChoices):
    """OUTREACH is calling on somebody of our own accord, which is not to happen too often."""

    TODO = "todo", pgettext_lazy("kind of task", "To do")
    CALL = "call", pgettext_lazy("kind of task", "Call")
    EMAIL = "email", pgettext_lazy("kind of task", "Write")
    MEETING = "meeting", pgettext_lazy("kind of task", "Meet")
    OUTREACH = "outreach", pgettext_lazy("kind of task", "Outreach")


class Weight(models.IntegerChoices):
    LOW = 1, pgettext_lazy("priority of a task", "Low")
    NORMAL = 2, pgettext_lazy("priority of a task", "Normal")
    HIGH = 3, pgettext_lazy("priority of a task", "High")


class Repeat(models.TextChoices):
    NEVER = "", _("Once")
    DAILY = "day", _("Every day")
    WEEKLY = "week", _("Every week")
    MONTHLY = "month", _("Every month")
    QUARTERLY = "quarter", _("Every three months")
    YEARLY = "year", _("Every year")


class TooSoon(models.TextChoices):
    """What becomes of outreach to somebody who was called on lately."""

    MOVE = "move", _("Move it to the first day that is free")
    REFUSE = "refuse", _("Refuse it")


class Whose(models.TextChoices):
    """Who gets the tasks of a checklist."""

    STARTER = "starter", _("Whoever starts it")
    PERSON = "person", _("This person")
    NOBODY = "nobody", _("Nobody yet")
