"""Agents, teams and API tokens."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

from rapport.kit import clock
from rapport.team.types import PERMISSIONS, Afterwards, Permission, Role, TokenScope


class AgentManager(BaseUserManager["Agent"]):
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
        return self.is_active and permission in PERMISSIONS.get(self.role, frozenset())


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
    def is_open(self) -> bool:
        return self.accepted_at is None and self.revoked_at is None and self.expires_at > clock.now()


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
