"""The words of automation: what can be done by a key or by itself, when, and what came of it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

MOST_STEPS = 10
MOST_CONDITIONS = 20
LONGEST_NAME = 80
LONGEST_TEXT = 20_000
# What a rule may do in an hour before it is paused, unless its page says otherwise.
USUAL_RUNS_AN_HOUR = 200
MOST_RUNS_AN_HOUR = 10_000
# How many rules may set each other off, one after the other.
DEEPEST_CHAIN = 5
LOG_IS_KEPT = timedelta(days=90)


class Sharing(models.TextChoices):
    """Whose macro it is."""

    EVERYONE = "everyone", _("Everyone")
    TEAM = "team", _("One team")
    PRIVATE = "private", _("Only me")


class Do(models.TextChoices):
    """One thing that a macro or a rule does to a conversation."""

    ASSIGN = "assign", _("Assign to")
    TEAM = "team", _("Give to the team")
    TAG = "tag", _("Add the tag")
    UNTAG = "untag", _("Remove the tag")
    PRIORITY = "priority", _("Set the priority to")
    SNOOZE = "snooze", _("Snooze for hours")
    CLOSE = "close", _("Close")
    REOPEN = "reopen", _("Reopen")
    NOTE = "note", _("Add a note")
    REPLY = "reply", _("Send a reply")
    NOTIFY = "notify", _("Notify")
    WEBHOOK = "webhook", _("Call the webhook")


MACRO_STEPS = (Do.ASSIGN, Do.TEAM, Do.TAG, Do.UNTAG, Do.PRIORITY, Do.SNOOZE, Do.NOTE, Do.CLOSE)
WITHOUT_VALUE = frozenset({Do.CLOSE, Do.REOPEN})


@dataclass(frozen=True)
class Step:
    """One thing to do: `value` is an id, a word, a number of hours or a text, always as written."""

    do: str
    value: str = ""

    def as_json(self) -> dict[str, str]:
        return {"do": self.do, "value": self.value}

    @classmethod
    def of(cls, said: Any) -> "Step":
        return cls(str(said.get("do", "")), str(said.get("value", "")))


class Trigger(models.TextChoices):
    """When a rule looks at a conversation: something happened, or some hours went by."""

    CREATED = "created", _("A conversation begins")
    ARRIVED = "arrived", _("The customer writes")
    ANSWERED = "answered", _("We answer")
    ASSIGNED = "assigned", _("It is assigned")
    TAGGED = "tagged", _("It is tagged")
    CLOSED = "closed", _("It is closed")
    REOPENED = "reopened", _("It is reopened")
    PRIORITY = "priority", _("Its priority changes")
    RATED = "rated", _("The customer rates it")
    PROMISE_NEAR = "promise_near", _("An answer we promised falls due soon")
    PROMISE_BROKEN = "promise_broken", _("An answer we promised is late")
    UNANSWERED_FOR = "unanswered_for", _("The customer has waited for hours")
    SILENT_FOR = "silent_for", _("The customer has not answered us for hours")
    UNHEARD_FOR = "unheard_for", _("The customer last wrote hours ago")
    OPEN_FOR = "open_for", _("It began hours ago")
    UNASSIGNED_FOR = "unassigned_for", _("It has been nobody's for hours")


BY_TIME = (
    Trigger.UNANSWERED_FOR,
    Trigger.SILENT_FOR,
    Trigger.UNHEARD_FOR,
    Trigger.OPEN_FOR,
    Trigger.UNASSIGNED_FOR,
)
MOST_HOURS = 24 * 365


class ParcelState(models.TextChoices):
    """How far a call of a webhook got."""

    WAITING = "waiting", _("Waiting")
    DELIVERED = "delivered", _("Delivered")
    FAILED = "failed", _("Failed")
