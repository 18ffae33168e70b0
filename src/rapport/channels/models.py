"""Channels, what came in by them and what goes out."""

import secrets

from django.db import models
from django.utils.translation import gettext_lazy as _

from rapport.backbone.models import StoredFile
from rapport.channels.callers import Call
from rapport.channels.guests import ProactiveMessage, Visit, Visitor
from rapport.channels.types import DeliveryState, DispatchState, Outcome
from rapport.conversations.models import Conversation, Inbox, Message
from rapport.kit import clock
from rapport.kit.fields import EncryptedJSONField
from rapport.team.models import Agent

__all__ = [
    "BlockedSender", "Call", "Channel", "Consent", "Delivery", "Dispatch", "Exchange", "NoiseLimit", "ProactiveMessage",
    "Trouble", "UnreachableAddress", "Unsubscription", "Visit", "Visitor",
]  # fmt: skip


def new_key() -> str:
    return secrets.token_urlsafe(18)


class Channel(models.Model):
    """One connection to the outside: a mailbox, later a chat widget or a phone number."""

    kind = models.CharField(max_length=20)
    inbox = models.ForeignKey(Inbox, on_delete=models.PROTECT, related_name="channels")
    name = models.CharField(_("name"), max_length=120)
    # What people write to, such as support@lampwright.example; the sender of replies.
    address = models.CharField(_("address"), max_length=320, blank=True, db_index=True)
    key = models.CharField(max_length=32, unique=True, default=new_key)
    settings = EncryptedJSONField(default=dict)
    paused_at = models.DateTimeField(null=True, blank=True)
    # Health: the last time it worked and what it said when it last did not.
    worked_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)
    # How many polls in a row did not work; what is wrong is shown from the second on.
    failures = models.PositiveSmallIntegerField(default=0)
    # Where a poll stands, for instance {"uidvalidity": 1, "uid": 482}.
    position = models.JSONField(default=dict)
    # Its turn. Whoever hears of news there puts it to now, also while somebody polls.
    next_poll_at = models.DateTimeField(null=True, blank=True)
    # Somebody polls it until then, so that no second worker polls the same mailbox meanwhile.
    held_until = models.DateTimeField(null=True, blank=True)
    # The worker that is told of new mail at once, for as long as it renews this; why nobody is, where that was tried.
    watched_by = models.CharField(max_length=80, blank=True)
    watched_until = models.DateTimeField(null=True, blank=True)
    watch_problem = models.TextField(blank=True)
    # When the certificates of its servers end, by host as ISO times, and when they were last looked at.
    certificates = models.JSONField(default=dict, blank=True)
    certificates_at = models.DateTimeField(null=True, blank=True)
    # The provider said "too many": until then nothing leaves here, and what it said. How often in a row it said so.
    slowed_until = models.DateTimeField(null=True, blank=True)
    slowed_because = models.TextField(blank=True)
    slowed_times = models.PositiveSmallIntegerField(default=0)
    # What its mail is signed with, once the key is published; the kind knows what is in it.
    signing = EncryptedJSONField(default=dict)
    # Where its provider is played on this machine, such as "http://127.0.0.1:40123"; only `rapport channel simulate`
    # writes it.
    simulated_at = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        ordering = ("name", "id")

    def __str__(self) -> str:
        return self.name

    @property
    def is_healthy(self) -> bool:
        return not self.error


class Consent(models.Model):
    """A provider lets us into one channel without a password, until somebody there takes it back."""

    channel = models.OneToOneField(Channel, on_delete=models.CASCADE, related_name="consent")
    # The access and the refresh token.
    tokens = EncryptedJSONField(default=dict)
    expires_at = models.DateTimeField()
    # Whoever fetches a new access token holds this, so that no two processes spend one refresh token.
    renewing_until = models.DateTimeField(null=True, blank=True)
    given_at = models.DateTimeField(default=clock.now)
    given_by = models.ForeignKey(Agent, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    # The provider says that it is over, and its words.
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_because = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"consent for channel {self.channel_id}"


class Trouble(models.Model):
    """A time in which a channel did not work, and why."""

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="troubles")
    reason = models.TextField()
    began_at = models.DateTimeField(default=clock.now)
    last_at = models.DateTimeField(default=clock.now)
    # How many tries met it.
    count = models.PositiveIntegerField(default=1)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-id",)
        indexes = (models.Index(fields=["channel", "-id"], name="trouble_by_channel"),)

    def __str__(self) -> str:
        return f"trouble of channel {self.channel_id} since {self.began_at:%Y-%m-%d %H:%M}"


class Delivery(models.Model):
    """What came in, byte for byte, stored before anything is read."""

    channel = models.ForeignKey(Channel, null=True, blank=True, on_delete=models.SET_NULL, related_name="deliveries")
    kind = models.CharField(max_length=20)
    source = models.CharField(max_length=300, blank=True)
    # Recipients the transport named, which the message itself may not.
    recipients = models.JSONField(default=list)
    # What reading needs to know of how it came, such as {"provider": "postmark"} or {"peer": "203.0.113.7"}.
    transport = models.JSONField(default=dict)
    # Small deliveries live in the row, large ones in a stored file: one of the two is set.
    body = models.BinaryField(null=True)
    file = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")
    size = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, db_index=True)
    external_id = models.CharField(max_length=998, blank=True)
    received_at = models.DateTimeField(default=clock.now)
    state = models.CharField(max_length=12, choices=DeliveryState.choices, default=DeliveryState.STORED)
    outcome = models.CharField(max_length=12, choices=Outcome.choices, blank=True)
    reason = models.TextField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    message = models.ForeignKey(Message, null=True, blank=True, on_delete=models.SET_NULL, related_name="deliveries")

    class Meta:
        verbose_name_plural = "deliveries"
        ordering = ("-id",)
        indexes = (
            models.Index(fields=["received_at"], name="delivery_waiting", condition=models.Q(state="stored")),
            models.Index(fields=["state", "-id"], name="delivery_by_state"),
            # What came in once stays recognised, even when its conversation was deleted.
            models.Index(fields=["external_id"], name="delivery_by_external_id", condition=~models.Q(external_id="")),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.id} {self.state}"


class Exchange(models.Model):
    """What a provider, or our own widget, calls one of its conversations with a person: a chat, a call."""

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="exchanges")
    key = models.CharField(max_length=200)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="exchanges")
    # Whom it is with, as the channel calls them.
    address = models.CharField(max_length=320, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        ordering = ("id",)
        constraints = (models.UniqueConstraint(fields=["channel", "key"], name="one_conversation_an_exchange"),)

    def __str__(self) -> str:
        return f"{self.key} of channel {self.channel_id}"


class Dispatch(models.Model):
    """A message on its way out. Ends sent, failed or cancelled; each of them is visible."""

    message = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="dispatch")
    channel = models.ForeignKey(Channel, null=True, on_delete=models.SET_NULL, related_name="dispatches")
    state = models.CharField(max_length=10, choices=DispatchState.choices, default=DispatchState.QUEUED)
    # It may leave from this moment on; until then it can be undone.
    due_at = models.DateTimeField(default=clock.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)
    # Set while a worker is talking to the provider, so that no second worker sends it too.
    claimed_until = models.DateTimeField(null=True, blank=True)
    # True from the moment a worker begins to hand it over until the provider has said yes or no.
    in_doubt = models.BooleanField(default=False)
    sent_at = models.DateTimeField(null=True, blank=True)
    provider_id = models.CharField(max_length=200, blank=True)
    headers = models.JSONField(default=dict)
    # When it was last handed to the provider: what the channel's limits count.
    handed_at = models.DateTimeField(null=True, blank=True)
    # It waits until the channel's limits have room, and for nothing else; `error` says for which.
    is_held = models.BooleanField(default=False)
    # Sent to many, such as "ratings", and one may ask not to be sent it; empty for a letter to one person.
    mailing = models.CharField(max_length=20, blank=True)
    # The approved text that it is sent as, outside of the provider's session: {"name", "language", "values"}.
    template = models.JSONField(default=dict, blank=True)
    # When the provider said that it arrived, and that it was read.
    delivered_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    # Who does not have it: [{"address", "status": "5.1.1", "said"}], each address once.
    undelivered = models.JSONField(default=list)
    # What the provider told of it later: [{"id", "state": "delivered", "address", "at", "said"}], each once.
    reports = models.JSONField(default=list)
    # A report came back after it had been sent.
    bounced_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        verbose_name_plural = "dispatches"
        ordering = ("-id",)
        indexes = (
            models.Index(
                fields=["channel", "-handed_at"],
                name="dispatch_by_handing",
                condition=models.Q(handed_at__isnull=False),
            ),
            models.Index(fields=["due_at"], name="dispatch_waiting", condition=models.Q(state="queued")),
            models.Index(fields=["state", "-id"], name="dispatch_by_state"),
            # Reports name a message as its provider does.
            models.Index(fields=["provider_id"], name="dispatch_by_provider_id", condition=~models.Q(provider_id="")),
        )

    def __str__(self) -> str:
        return f"{self.message_id} {self.state}"


class UnreachableAddress(models.Model):
    """Mail to this address came back. A mail from it, or an agent who knows better, ends that."""

    # Lower case.
    address = models.CharField(max_length=320, unique=True)
    # There is no such mailbox, rather than a full or a busy one.
    is_permanent = models.BooleanField(default=False)
    # How often, and what was said last: an enhanced status code such as 5.1.1 where there was one, and the words.
    count = models.PositiveIntegerField(default=0)
    status = models.CharField(max_length=12, blank=True)
    said = models.TextField(blank=True)
    first_at = models.DateTimeField(default=clock.now)
    last_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name_plural = "unreachable addresses"
        ordering = ("-last_at", "-id")

    def __str__(self) -> str:
        return f"{self.address} {self.status}"


class Unsubscription(models.Model):
    """Somebody asked not to be sent one kind of mailing any more."""

    # Lower case.
    address = models.CharField(max_length=320)
    mailing = models.CharField(max_length=20)
    # "one-click" from the mail program's own button, "page" from ours.
    by = models.CharField(max_length=12)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ("-id",)
        constraints = (models.UniqueConstraint(fields=["address", "mailing"], name="one_unsubscription_a_mailing"),)

    def __str__(self) -> str:
        return f"{self.address} from {self.mailing}"


class BlockedSender(models.Model):
    """Whatever comes from here is junk: one address, or with a leading @ every address of a domain."""

    # Lower case: kim@example.com, or @example.com.
    pattern = models.CharField(max_length=320, unique=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    by = models.ForeignKey(Agent, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=clock.now)
    # How many messages it kept away, and the last of them.
    hits = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return self.pattern

    @property
    def is_domain(self) -> bool:
        return self.pattern.startswith("@")


class NoiseLimit(models.Model):
    """How much one sender may write before the rest is junk. There is one row, or none as long as nobody changed it."""

    # Messages within an hour; 0 sets no limit.
    messages_an_hour = models.PositiveIntegerField(_("messages an hour"), default=1000)
    # When people were last told that somebody went beyond it.
    told_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.messages_an_hour} an hour"
