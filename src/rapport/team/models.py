"""Agents, teams and API tokens."""

from functools import cached_property
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

from rapport.kit import clock
from rapport.team.types import ALWAYS, PERMISSIONS, Afterwards, HandoverWay, Permission, Role, TokenScope, Visibility


class CustomRole(models.Model):
    """A role that the company made for itself: what whoever has it may do, and which conversations they see."""

    name = models.CharField(_("name"), max_length=60, unique=True)
    # Between spaces, as in " read reply ", so that the database can ask for one.
    words = models.CharField(max_length=1000, default=" read ")
    visibility = models.CharField(_("sees"), max_length=5, choices=Visibility.choices, default=Visibility.TEAMS)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    @cached_property
    def granted(self) -> frozenset[Permission]:
        """What it lets people do. A word of a version that is gone or yet to come grants nothing."""
        known = frozenset(Permission(word) for word in self.words.split() if word in Permission.values)
        return (known - {Permission.MANAGE_OWNERS}) | ALWAYS


class AgentManager(BaseUserManager["Agent"]):
    def get_queryset(self) -> models.QuerySet["Agent"]:
        # Whoever has an agent asks what they may do, so their role comes along.
        return super().get_queryset().select_related("custom_role")

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "Agent":
        agent = self.model(email=email.strip().lower(), **fields)
        agent.set_password(password)
        agent.save(using=self._db)
        return agent

    def get_by_natural_key(self, username: str | None) -> "Agent":
        return self.get(email=(username or "").strip().lower())


class Agent(AbstractBaseUser):
    """A person who works here, and signs in by mail address."""

    email = models.EmailField(_("email"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    role = models.CharField(_("role"), max_length=12, choices=Role.choices, default=Role.AGENT)
    # With a role of the company's own, `role` is the nearest built-in one, and decides nothing.
    custom_role = models.ForeignKey(
        CustomRole, null=True, blank=True, on_delete=models.PROTECT, related_name="agents", verbose_name=_("own role")
    )
    language = models.CharField(_("language"), max_length=12, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True)
    theme = models.CharField(_("theme"), max_length=8, blank=True)
    single_keys = models.BooleanField(_("single-key shortcuts"), default=True)
    afterwards = models.CharField(
        _("after closing or snoozing"), max_length=4, choices=Afterwards.choices, default=Afterwards.STAY
    )
    undo_seconds = models.PositiveSmallIntegerField(_("seconds to undo a reply"), default=10)
    # What they chose to be told of and how, where that is not the usual: {"mention": {"mail": true}}.
    notices = models.JSONField(default=dict, blank=True)
    # Mail and push wait between these hours of theirs.
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True)
    quiet_until = models.TimeField(_("quiet until"), null=True, blank=True)
    pushes_text = models.BooleanField(_("show what was written on the lock screen"), default=False)
    follows_by_itself = models.BooleanField(_("follow a conversation when I write in it or am mentioned"), default=True)
    # Their own, which rings first when they ring somebody up: + and digits.
    phone = models.CharField(_("own phone"), max_length=20, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    deactivated_at = models.DateTimeField(null=True, blank=True)
    last_seen_at = models.DateTimeField(null=True, blank=True)
    away_since = models.DateTimeField(null=True, blank=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects = AgentManager()

    class Meta:
        ordering = ("name", "id")
        verbose_name = _("agent")

    def __str__(self) -> str:
        return self.name

    @property
    def is_active(self) -> bool:  # type: ignore[override]  # what Django asks before it lets someone in
        return self.deactivated_at is None

    def may(self, permission: Permission) -> bool:
        return self.is_active and permission in self.granted

    @property
    def granted(self) -> frozenset[Permission]:
        """What their role lets them do, while they work here."""
        return self.custom_role.granted if self.custom_role else PERMISSIONS.get(self.role, frozenset())

    @property
    def visibility(self) -> Visibility:
        """Which conversations they see, of those that may read any."""
        if Permission.SEE_EVERYTHING in self.granted:
            return Visibility.ALL
        return (
            Visibility.OWN if self.custom_role and self.custom_role.visibility == Visibility.OWN else Visibility.TEAMS
        )

    @property
    def role_name(self) -> str:
        return self.custom_role.name if self.custom_role else str(self.get_role_display())


class Team(models.Model):
    """People who share conversations."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    members = models.ManyToManyField(Agent, related_name="teams", blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class ApiToken(models.Model):
    """A secret that a script signs in with. Only its hash is kept."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=80, blank=True)
    scope = models.CharField(max_length=8, choices=TokenScope.choices, default=TokenScope.READ)
    hash = models.CharField(max_length=64, unique=True)
    hint = models.CharField(max_length=8)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.name or self.agent} …{self.hint}"

    @property
    def is_expired(self) -> bool:
        return self.expires_at <= clock.now()


class Invitation(models.Model):
    """A link that lets one person join. It works once, until it expires; only its hash is kept."""

    email = models.EmailField(_("email"), blank=True)
    role = models.CharField(_("role"), max_length=12, choices=Role.choices, default=Role.AGENT)
    custom_role = models.ForeignKey(CustomRole, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    teams = models.ManyToManyField(Team, related_name="+", blank=True)
    hash = models.CharField(max_length=64, unique=True)
    by = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=clock.now, editable=False)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.role} {self.email}".strip()

    @property
    def role_name(self) -> str:
        return self.custom_role.name if self.custom_role else str(self.get_role_display())

    @property
    def is_open(self) -> bool:
        return self.accepted_at is None and self.revoked_at is None and self.expires_at > clock.now()


class Handover(models.Model):
    """What somebody had when they left, and to whom it goes; a job of the rooms above sees to it."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="handovers")
    by = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="+")
    way = models.CharField(max_length=6, choices=HandoverWay.choices, default=HandoverWay.NOBODY)
    # Who takes it over, where it goes to a person; the team, where it goes to one.
    heir = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="+")
    team = models.ForeignKey(Team, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=clock.now)
    # How many conversations there are and how many went; none known before the job began.
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.agent_id} {self.way} {self.done}/{self.total}"


class Presence(models.Model):
    """A tab in which an agent looks at something just now. Rows are a few, and end by themselves."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="+")
    # A word that the tab drew for itself.
    tab = models.CharField(max_length=32)
    # What is looked at, as events name it: "conversation:12".
    place = models.CharField(max_length=60, db_index=True)
    is_writing = models.BooleanField(default=False)
    # The words of those who may know, as events carry them.
    audience = models.CharField(max_length=400, default="")
    until = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name_plural = "presence"
        constraints = (models.UniqueConstraint(fields=["agent", "tab"], name="a_tab_in_one_place"),)

    def __str__(self) -> str:
        return f"{self.agent_id} at {self.place}"


class Notification(models.Model):
    """Something an agent is told of. It holds no words of a customer: those are read when it is shown."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="notifications")
    # One of `notifications.kinds`.
    kind = models.CharField(max_length=30)
    # What it is about, as events name it: "conversation:12".
    place = models.CharField(max_length=60)
    # Who did it; null for a customer or the house itself.
    by = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="+")
    # Ids and plain words that its kind needs, such as {"message": 7}.
    details = models.JSONField(default=dict)
    # Told only by mail or push, it is in no list.
    is_listed = models.BooleanField(default=True)
    at = models.DateTimeField(default=clock.now)
    read_at = models.DateTimeField(null=True, blank=True)
    # What waits for the end of quiet hours: "mail push".
    held = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ("-id",)
        indexes = (
            models.Index(fields=["agent", "-id"], name="notification_newest", condition=models.Q(is_listed=True)),
            models.Index(fields=["agent", "place"], name="notification_unread", condition=models.Q(read_at=None)),
        )

    def __str__(self) -> str:
        return f"{self.kind} for {self.agent_id}"


class PushSubscription(models.Model):
    """A browser that an agent lets us wake, by the address its maker gave us for it (RFC 8030)."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="push_subscriptions")
    endpoint = models.CharField(max_length=1000, unique=True)
    p256dh = models.CharField(max_length=120)
    auth = models.CharField(max_length=60)
    # Which browser it is, for the list in the settings.
    label = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    last_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.agent_id} {self.label}"


class Organisation(models.Model):
    """The one company this installation belongs to: its name and when its first run was finished."""

    name = models.CharField(_("company name"), max_length=120)
    reply_language = models.CharField(_("language customers are answered in"), max_length=12, default="en")
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True)
    set_up_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name
