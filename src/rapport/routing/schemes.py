"""Who takes a conversation: schemes, skills, how much each agent takes, what waits, and why each was chosen."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from rapport.conversations.models import Conversation, Inbox, Tag
from rapport.kit import clock
from rapport.routing.types import Demand, GivesBack, Level, Strategy
from rapport.team.models import Agent, Team

# The key of `Scheme.capacities` that counts for every channel that it does not name.
ANY_CHANNEL = ""


def _usual_capacities() -> dict[str, int]:
    return {ANY_CHANNEL: 20, "chat": 4}


class Scheme(models.Model):
    """How conversations are shared out. Of the schemes that fit one, the first in order applies."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    position = models.PositiveIntegerField(default=0)
    is_on = models.BooleanField(_("in use"), default=True)
    # What a conversation must be, by the keys of `conditions.py`, as in a policy.
    conditions = models.JSONField(default=dict)
    strategy = models.CharField(max_length=12, choices=Strategy.choices, default=Strategy.LEAST_BUSY)
    # Whoever wrote to this customer within so many days comes first; None asks nobody.
    sticky_days = models.PositiveSmallIntegerField(null=True, blank=True)
    # Whose people take them; None: the conversation's team, and everyone where it has none.
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    # Only people who were seen within so many minutes; None does not ask.
    seen_within = models.PositiveSmallIntegerField(null=True, blank=True, default=10)
    within_hours = models.BooleanField(_("only within business hours"), default=False)
    # None: the hours of the conversation's team, else of its inbox, else the default.
    calendar = models.ForeignKey(
        "routing.Calendar", null=True, blank=True, on_delete=models.SET_NULL, related_name="schemes"
    )
    # How many open conversations each takes, by channel: {"": 20, "chat": 4}. A channel of neither has no limit.
    capacities = models.JSONField(default=_usual_capacities)
    # What an open conversation counts whose customer is to answer, in percent.
    waiting_share = models.PositiveSmallIntegerField(default=50)
    demand = models.CharField(max_length=10, choices=Demand.choices, default=Demand.PREFERRED)
    gives_back = models.CharField(max_length=10, choices=GivesBack.choices, default=GivesBack.NEVER)
    # Minutes, for `GivesBack.LATER`.
    gives_back_after = models.PositiveSmallIntegerField(default=30)
    retakes = models.BooleanField(_("share out again what somebody unassigned"), default=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        ordering = ("position", "id")

    def __str__(self) -> str:
        return self.name

    def capacity_for(self, channel: str) -> int | None:
        """Of whoever has no value of their own; None without a limit."""
        found: int | None = self.capacities.get(channel, self.capacities.get(ANY_CHANNEL))
        return found


class Skill(models.Model):
    """Something that some people know. A language is a skill that every conversation in it needs."""

    name = models.CharField(_("name"), max_length=60, unique=True)
    # The first part of a language's code, such as fr; empty for what is no language.
    language = models.CharField(_("language"), max_length=12, blank=True)
    # What needs it: conversations with one of these tags, or in one of these inboxes.
    tags = models.ManyToManyField(Tag, related_name="skills", blank=True)
    inboxes = models.ManyToManyField(Inbox, related_name="skills", blank=True)
    # Whoever knows less of it does not count as knowing it.
    least_level = models.PositiveSmallIntegerField(choices=Level.choices, default=Level.SOME)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Knowledge(models.Model):
    """How well an agent knows a skill."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="knowledge")
    skill = models.ForeignKey(Skill, on_delete=models.CASCADE, related_name="knowledge")
    level = models.PositiveSmallIntegerField(choices=Level.choices, default=Level.GOOD)

    class Meta:
        verbose_name_plural = "knowledge"
        constraints = (models.UniqueConstraint(fields=["agent", "skill"], name="a_skill_once"),)

    def __str__(self) -> str:
        return f"{self.agent_id} knows {self.skill_id}"


class Capacity(models.Model):
    """How many open conversations of a channel an agent takes, whatever the scheme says for the others."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="capacities")
    # Empty for every channel that has no row of its own.
    channel = models.CharField(max_length=20, blank=True)
    most = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name_plural = "capacities"
        constraints = (models.UniqueConstraint(fields=["agent", "channel"], name="a_capacity_once"),)

    def __str__(self) -> str:
        return f"{self.agent_id} takes {self.most} of {self.channel or 'all'}"


class Turn(models.Model):
    """When an agent last got something by a scheme, and how often: whose turn it is survives a restart."""

    scheme = models.ForeignKey(Scheme, on_delete=models.CASCADE, related_name="turns")
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="+")
    last_at = models.DateTimeField()
    times = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["scheme", "agent"], name="a_turn_once"),)

    def __str__(self) -> str:
        return f"{self.agent_id} in {self.scheme_id}"


class Decision(models.Model):
    """Who was chosen for a conversation and why, or why nobody was. One that waits is brought up to date."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="decisions")
    scheme = models.ForeignKey(Scheme, null=True, on_delete=models.SET_NULL, related_name="decisions")
    # As it was called then.
    scheme_name = models.CharField(max_length=80)
    # Null while it waits.
    agent = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="+")
    # By what the agent was chosen, or why nobody was: the words of `choosing.Way` and `choosing.Nobody`.
    why = models.CharField(max_length=20)
    # The names of the skills that it needs, languages first.
    needs = models.JSONField(default=list)
    # Everyone who was looked at, the chosen one first, in the words of `choosing.Verdict`.
    candidates = models.JSONField(default=list)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.conversation_id} {self.why}"

    def takes_on(self, **said: Any) -> bool:
        """Say this from now on; whether it said something else before."""
        changed = [name for name, value in said.items() if getattr(self, name) != value]
        for name in changed:
            setattr(self, name, said[name])
        return bool(changed)


class Waiting(models.Model):
    """A conversation that nobody may take now. It goes to the next one who may, by promise, priority and age."""

    conversation = models.OneToOneField(Conversation, on_delete=models.CASCADE, related_name="queued")
    scheme = models.ForeignKey(Scheme, on_delete=models.CASCADE, related_name="waiting")
    decision = models.ForeignKey(Decision, null=True, on_delete=models.SET_NULL, related_name="+")
    since = models.DateTimeField(default=clock.now)

    ORDER: ClassVar[tuple[models.expressions.OrderBy | str, ...]] = (
        models.F("conversation__due_at").asc(nulls_last=True),
        "-conversation__priority",
        "conversation__created_at",
        "conversation_id",
    )

    class Meta:
        verbose_name_plural = "waiting"

    def __str__(self) -> str:
        return f"{self.conversation_id} waits"


class Absence(models.Model):
    """When an agent who is away means to be back; `Agent.away_since` says that they are."""

    agent = models.OneToOneField(Agent, on_delete=models.CASCADE, related_name="absence")
    back_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.agent_id} until {self.back_at:%F %T}"


class Serving(models.Model):
    """One row, held by whoever shares out: two at once would count the same free place twice."""

    name = models.CharField(max_length=20, primary_key=True)

    def __str__(self) -> str:
        return self.name
