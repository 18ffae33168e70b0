"""Conversations and everything written in them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from rapport.backbone.models import StoredFile
from rapport.conversations.arrangements import BulkChange, Link, OrderLink, SavedView
from rapport.conversations.fields import ConversationField, ConversationValue
from rapport.conversations.querysets import ConversationQuerySet
from rapport.conversations.types import AuthorKind, Direction, DraftMode, JunkReason, Priority, Status, TagColour
from rapport.customers.models import Customer
from rapport.kit import clock
from rapport.team.models import Agent, Team

__all__ = [
    "Assignment", "Attachment", "BulkChange", "Closure", "Conversation", "ConversationField", "ConversationValue",
    "Counter", "Draft", "Inbox", "Link", "Message", "Move", "OrderLink", "PicturesWanted", "SavedView", "Seen",
    "Signature", "Snooze", "Tag", "Tagging",
]  # fmt: skip


class Inbox(models.Model):
    """A place where conversations land, such as support@; its channels bring them in."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    # Conversations start out belonging to this team; none means everyone sees them.
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.SET_NULL, related_name="inboxes")
    # HTML put under what is written from here by whoever has no signature of their own.
    signature = models.TextField(_("signature"), blank=True)
    # Whether an answer carries the message it answers.
    quotes_history = models.BooleanField(_("quote the message that is answered"), default=True)
    # Sent at once to whoever begins a conversation here; empty sends nothing.
    acknowledgement = models.TextField(_("automatic answer"), blank=True, max_length=4000)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        verbose_name_plural = "inboxes"
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Tag(models.Model):
    name = models.CharField(_("name"), max_length=60, unique=True)
    colour = models.CharField(_("colour"), max_length=6, choices=TagColour.choices, blank=True)
    description = models.CharField(_("description"), max_length=200, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Conversation(models.Model):
    """An exchange with one customer about one matter.

    `status`, `assignee`, `team`, `last_at`, `preview`, `message_count`, `waiting_since` and `closed_at` repeat what
    assignments, closures, snoozes and messages say: the lists are sorted and counted by them (measured: 1 ms
    against 350 ms at a million conversations).
    """

    number = models.PositiveIntegerField(unique=True)
    subject = models.CharField(max_length=500, blank=True)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="conversations")
    inbox = models.ForeignKey(Inbox, on_delete=models.PROTECT, related_name="conversations")
    # The kind of channel it arrived by, for the icon and the filter: "email".
    channel = models.CharField(max_length=20, default="email")
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.OPEN)
    priority = models.PositiveSmallIntegerField(choices=Priority.choices, default=Priority.NORMAL)
    assignee = models.ForeignKey(Agent, null=True, blank=True, on_delete=models.SET_NULL, related_name="conversations")
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.SET_NULL, related_name="conversations")
    tags = models.ManyToManyField(Tag, through="Tagging", related_name="conversations")
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now)
    last_at = models.DateTimeField(default=clock.now)
    closed_at = models.DateTimeField(null=True, blank=True)
    snoozed_until = models.DateTimeField(null=True, blank=True)
    # Since when the customer waits for a person; null while the customer's turn it is.
    waiting_since = models.DateTimeField(null=True, blank=True)
    # When the next promise to its customer falls due; written by `routing` through `actions.promise_due`.
    due_at = models.DateTimeField(null=True, blank=True)
    message_count = models.PositiveIntegerField(default=0)
    preview = models.CharField(max_length=200, blank=True)
    preview_direction = models.CharField(max_length=4, choices=Direction.choices, default=Direction.IN)
    # What it was made one with, which has its messages now; null for most.
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="merged")
    # Since when nobody is bothered with it, and why; it is closed meanwhile. Null for most.
    junk_at = models.DateTimeField(null=True, blank=True)
    junk_reason = models.CharField(max_length=8, choices=JunkReason.choices, blank=True)
    # The last rating its customer gave, 1 to 5; written by `surveys` through `actions.rate`.
    satisfaction = models.PositiveSmallIntegerField(null=True, blank=True)
    # What it was called where it was moved in from, such as "Zendesk 4711", and when it came; empty for most.
    formerly = models.CharField(max_length=80, blank=True)
    moved_in_at = models.DateTimeField(null=True, blank=True)

    objects = ConversationQuerySet.as_manager()

    class Meta:
        ordering = ("-last_at", "-id")
        indexes = (
            models.Index(fields=["-last_at", "-id"], name="conv_by_last"),
            models.Index(fields=["status", "-last_at", "-id"], name="conv_by_status"),
            models.Index(fields=["team", "status", "-last_at", "-id"], name="conv_by_team"),
            models.Index(fields=["assignee", "status", "-last_at", "-id"], name="conv_by_assignee"),
            models.Index(fields="customer -last_at -id team assignee junk_at".split(), name="conv_by_customer"),
            models.Index(fields=["inbox", "status", "-last_at", "-id"], name="conv_by_inbox"),
            models.Index(fields=["snoozed_until"], name="conv_snoozed", condition=models.Q(status="snoozed")),
            models.Index(fields=["-updated_at", "-id"], name="conv_by_update"),
            models.Index(fields=["-last_at", "-id"], name="conv_junk", condition=models.Q(junk_at__isnull=False)),
            models.Index(
                fields=["waiting_since", "id"],
                name="conv_waiting",
                condition=models.Q(status="open", waiting_since__isnull=False),
            ),
            models.Index(fields=["status", "due_at", "id"], name="conv_due", condition=models.Q(due_at__isnull=False)),
        )

    def __str__(self) -> str:
        return f"{self.number} {self.subject}"

    @property
    def is_closed(self) -> bool:
        return self.status == Status.CLOSED


class Message(models.Model):
    """One thing written: by the customer, to the customer, or as a note among ourselves."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="messages")
    direction = models.CharField(max_length=4, choices=Direction.choices)
    author_kind = models.CharField(max_length=8, choices=AuthorKind.choices)
    agent = models.ForeignKey(Agent, null=True, blank=True, on_delete=models.SET_NULL, related_name="messages")
    customer = models.ForeignKey(Customer, null=True, blank=True, on_delete=models.SET_NULL, related_name="messages")
    author_name = models.CharField(max_length=200, blank=True)
    author_address = models.CharField(max_length=320, blank=True)
    subject = models.CharField(max_length=998, blank=True)
    text = models.TextField(blank=True)
    # Already cleaned; empty when the message is plain text.
    html = models.TextField(blank=True)
    visible_text = models.TextField(blank=True)
    to = models.JSONField(default=list)
    cc = models.JSONField(default=list)
    bcc = models.JSONField(default=list)
    # Where the writer asked to be answered, if elsewhere.
    reply_to = models.JSONField(default=list)
    # The Message-ID without angle brackets, or another provider's id; unique where there is one.
    external_id = models.CharField(max_length=998, blank=True)
    in_reply_to = models.CharField(max_length=998, blank=True)
    references = models.JSONField(default=list)
    is_automatic = models.BooleanField(default=False)
    # The message that this one passes on to somebody else.
    forwards = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="forwarded_by")
    # Whether the author's domain vouches for it, in the words of `authentication.py`; empty when nobody looked.
    authentication = models.JSONField(default=dict)
    # Why it is in this conversation: "new", "token", "token_other", "in_reply_to", "references", "subject", "moved".
    threaded_by = models.CharField(max_length=20, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    # By which kind of channel it went, where that is not the conversation's own: "sms".
    channel = models.CharField(max_length=20, blank=True)
    # Its writer changed it (the words before are kept: [{"at", "text"}]), or took it back, which forgets them.
    edited_at = models.DateTimeField(null=True, blank=True)
    earlier = models.JSONField(default=list, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    # What was put to it: [{"by", "emoji", "at"}], one each.
    reactions = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        ordering = ("id",)
        indexes = (models.Index(fields=["conversation", "id"], name="message_in_order"),)
        constraints = (
            models.UniqueConstraint(
                fields=["external_id"], condition=~models.Q(external_id=""), name="one_message_an_external_id"
            ),
        )

    def __str__(self) -> str:
        return f"{self.direction} {self.id}"


class Attachment(models.Model):
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="attachments")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=255)
    content_type = models.CharField(max_length=120)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    content_id = models.CharField(max_length=998, blank=True)
    inline = models.BooleanField(default=False)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.name


class Tagging(models.Model):
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="taggings")
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="taggings")
    by = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["conversation", "tag"], name="a_tag_once"),)

    def __str__(self) -> str:
        return f"{self.conversation_id} {self.tag_id}"


class Assignment(models.Model):
    """Who was given the conversation, by whom and when; the newest row is the present."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="assignments")
    agent = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="assignments")
    team = models.ForeignKey(Team, null=True, on_delete=models.SET_NULL, related_name="+")
    by = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"{self.conversation_id} to {self.agent_id}"


class Closure(models.Model):
    """A conversation was closed, and perhaps reopened later."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="closures")
    by = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=clock.now, db_index=True)
    reopened_at = models.DateTimeField(null=True, blank=True)
    # The agent who reopened it; null when the customer wrote again.
    reopened_by = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="+")

    def __str__(self) -> str:
        return f"{self.conversation_id} closed {self.at:%F}"


class Snooze(models.Model):
    """A conversation was put aside until a moment; it wakes then, or when the customer writes."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="snoozes")
    by = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=clock.now)
    until = models.DateTimeField()
    woken_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.conversation_id} until {self.until:%F %T}"


class Move(models.Model):
    """A message was put into another conversation, with those that went along: one row a message.

    The newest row that was not undone is the present. `threaded_by` is what the message said before.
    """

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="moves")
    origin = models.ForeignKey(Conversation, null=True, on_delete=models.SET_NULL, related_name="moves_out")
    destination = models.ForeignKey(Conversation, null=True, on_delete=models.SET_NULL, related_name="moves_in")
    threaded_by = models.CharField(max_length=20, blank=True)
    by = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=clock.now)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.message_id} to {self.destination_id}"


class Merge(models.Model):
    """A conversation became part of another. `before` is what undoing gives back: its state and the tags it brought."""

    origin = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="merges")
    destination = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="merges_in")
    before = models.JSONField(default=dict)
    by = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=clock.now)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="+")

    def __str__(self) -> str:
        return f"{self.origin_id} into {self.destination_id}"


class PicturesWanted(models.Model):
    """This agent always wants to see the pictures in mails of this sender, in small letters."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="+")
    address = models.CharField(max_length=320)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name_plural = "pictures wanted"
        constraints = (models.UniqueConstraint(fields=["agent", "address"], name="pictures_wanted_once"),)

    def __str__(self) -> str:
        return f"{self.agent_id} of {self.address}"


class Seen(models.Model):
    """Up to which message an agent has read a conversation."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="seen")
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="+")
    message_id = models.BigIntegerField(default=0)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["agent", "conversation"], name="seen_once"),)

    def __str__(self) -> str:
        return f"{self.agent_id} saw {self.conversation_id}"


class Mention(models.Model):
    """A note names an agent; where it names a team, one row for each of its members."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="mentions")
    agent = models.ForeignKey(Agent, null=True, on_delete=models.CASCADE, related_name="+")
    team = models.ForeignKey(Team, null=True, on_delete=models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return f"{self.agent_id} in {self.message_id}"


class Follow(models.Model):
    """An agent wants to hear of a conversation; `ended_at` once they no longer do, so that nothing makes them again."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="follows")
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["agent", "conversation"], name="followed_once"),)

    def __str__(self) -> str:
        return f"{self.agent_id} follows {self.conversation_id}"


class Draft(models.Model):
    """What an agent has begun to write and not sent; without a conversation, one that is to begin."""

    conversation = models.ForeignKey(Conversation, null=True, on_delete=models.CASCADE, related_name="drafts")
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="drafts")
    mode = models.CharField(max_length=10, choices=DraftMode.choices, default=DraftMode.REPLY)
    text = models.TextField(blank=True)
    # As the composer made it, not cleaned: nothing but the composer of the same agent reads it.
    html = models.TextField(blank=True)
    # None for a field that nobody changed: then the draft goes where an answer goes at that time.
    to = models.JSONField(null=True)
    cc = models.JSONField(null=True)
    bcc = models.JSONField(null=True)
    subject = models.CharField(max_length=998, blank=True)
    # The address it is to be sent from; empty for the usual one.
    sender = models.CharField(max_length=320, blank=True)
    # The message that it answers or passes on, and whether it carries that one.
    about = models.ForeignKey("Message", null=True, on_delete=models.SET_NULL, related_name="+")
    has_quote = models.BooleanField(default=True)
    # Stored files it will bring: {"file": 12, "name": "log.txt", "type": "text/plain"}.
    files = models.JSONField(default=list)
    # The last message its writer had seen when they began.
    after = models.BigIntegerField(null=True)
    updated_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["agent", "conversation"], name="one_draft_each"),
            models.UniqueConstraint(
                fields=["agent"], condition=models.Q(conversation=None), name="one_draft_of_a_beginning"
            ),
        )

    def __str__(self) -> str:
        return f"{self.agent_id} on {self.conversation_id}"


class Signature(models.Model):
    """What an agent puts under everything they write, instead of the inbox's: HTML with `{{ name }}` and the like."""

    agent = models.OneToOneField(Agent, on_delete=models.CASCADE, related_name="signature")
    html = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"signature of {self.agent_id}"


class Counter(models.Model):
    """The last conversation number handed out; one row, locked while it moves."""

    name = models.CharField(max_length=20, primary_key=True)
    value = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name} {self.value}"
