"""Calls, as the people of the desk see them: who rings, since when, and whether somebody is on it."""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from rapport.conversations.models import Conversation
from rapport.customers.models import Customer
from rapport.kit import clock
from rapport.team.models import Agent


class CallState(models.TextChoices):
    RINGING = "ringing", pgettext_lazy("call", "Rings")
    WAITING = "waiting", _("Waits in line")
    TALKING = "talking", _("On the phone")
    ENDED = "ended", pgettext_lazy("call", "Ended")


class Call(models.Model):
    """One call, in either direction, by what its provider calls it."""

    channel = models.ForeignKey("channels.Channel", on_delete=models.CASCADE, related_name="calls")
    # The exchange that it is; what happens in it is told by the same name.
    key = models.CharField(max_length=200)
    number = models.CharField(max_length=320, blank=True)
    customer = models.ForeignKey(Customer, null=True, on_delete=models.SET_NULL, related_name="+")
    conversation = models.ForeignKey(Conversation, null=True, on_delete=models.SET_NULL, related_name="calls")
    is_outgoing = models.BooleanField(default=False)
    # Who rings somebody up; calls that come in are taken at a number.
    agent = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(max_length=8, choices=CallState.choices, default=CallState.RINGING)
    # What has happened in it, in order, such as ["call.ringing", "call.answered"].
    happened = models.JSONField(default=list)
    began_at = models.DateTimeField(default=clock.now)
    answered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-id",)
        constraints = (models.UniqueConstraint(fields=["channel", "key"], name="one_call_an_exchange"),)
        indexes = (models.Index(fields=["began_at"], name="call_going_on", condition=models.Q(ended_at=None)),)

    def __str__(self) -> str:
        return f"call {self.pk} with {self.number}"

    @property
    def since(self) -> datetime:
        """Since when they talk, else since when it rings."""
        return self.answered_at or self.began_at
