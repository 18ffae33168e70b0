"""A move from another desk, what came with it, and what could not come."""

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from rapport.backbone.models import StoredFile
from rapport.conversations.models import Inbox
from rapport.exchange.moving_in.types import Kind
from rapport.kit import clock
from rapport.kit.fields import EncryptedJSONField
from rapport.team.models import Agent

UNDO_FOR = timedelta(days=30)


class MoveState(models.TextChoices):
    DRAFT = "draft", _("Not started")
    LOOKING = "looking", _("Looking around")
    MOVING = "moving", _("Moving in")
    PAUSED = "paused", _("Paused")
    DONE = "done", _("Moved in")
    FAILED = "failed", _("Stopped")
    UNDOING = "undoing", _("Taking it back")
    UNDONE = "undone", _("Taken back")


AT_WORK = (MoveState.LOOKING, MoveState.MOVING, MoveState.UNDOING)


class MoveIn(models.Model):
    """`cursors` has for each kind where reading goes on; it moves in the transaction that writes what was read.

    `counts` is {kind: {"new", "changed", "same", "wrong", "total"}}, `preview` {kind: {"total", "things"}} as
    `previewing` draws it. `step` counts chunks: whoever wants to write finds the number they began with, or stops.
    """

    source = models.CharField(_("where from"), max_length=20)
    # Which desk of that kind: "acme.zendesk.com".
    account = models.CharField(max_length=253)
    settings = EncryptedJSONField(default=dict)
    file = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=200, blank=True)
    kinds = models.JSONField(default=list)
    # Where conversations are put; nothing once that inbox is gone.
    inbox = models.ForeignKey(Inbox, null=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(max_length=8, choices=MoveState.choices, default=MoveState.DRAFT)
    cursors = models.JSONField(default=dict)
    finished_kinds = models.JSONField(default=list)
    counts = models.JSONField(default=dict)
    preview = models.JSONField(default=dict)
    step = models.PositiveIntegerField(default=0)
    problem = models.TextField(blank=True)
    # The source asked for patience until then.
    waits_until = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)
    taken_back = models.PositiveIntegerField(default=0)
    kept = models.PositiveIntegerField(default=0)
    by = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="+")
    undone_by = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(default=clock.now, editable=False)
    # When it began first, and when the present run did: one that goes on is the same run.
    begun_at = models.DateTimeField(null=True, blank=True)
    run_at = models.DateTimeField(null=True, blank=True)
    touched_at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.source} {self.account}"

    @property
    def is_at_work(self) -> bool:
        return self.state in AT_WORK

    @property
    def is_undoable(self) -> bool:
        """For thirty days after it last brought something."""
        is_over = self.state in (MoveState.DONE, MoveState.FAILED, MoveState.PAUSED)
        return is_over and self.begun_at is not None and self.touched_at > clock.now() - UNDO_FOR

    def counted(self, kind: str, what: str) -> int:
        return int(self.counts.get(kind, {}).get(what) or 0)

    @property
    def every_kind(self) -> list[Kind]:
        return [kind for kind in Kind if kind.value in self.kinds]


class MovedThing(models.Model):
    """Something of another desk and what it is here. It stays when the move is repeated: nothing comes twice.

    `is_new` when it came with a move, rather than being here already; `at` is when it was last written from there.
    `parts` are the keys of a conversation's messages.
    """

    move = models.ForeignKey(MoveIn, on_delete=models.CASCADE, related_name="things")
    account = models.CharField(max_length=275)
    kind = models.CharField(max_length=13, choices=Kind.choices)
    key = models.CharField(max_length=120)
    ours = models.BigIntegerField()
    version = models.CharField(max_length=120, blank=True)
    is_new = models.BooleanField(default=True)
    parts = models.JSONField(default=list)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["account", "kind", "key"], name="one_moved_thing_a_key"),)
        indexes = (
            models.Index(fields=["kind", "ours"], name="moved_thing_by_ours"),
            models.Index(fields=["move", "kind", "id"], name="moved_thing_by_move"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class MoveProblem(models.Model):
    """Something that did not come, or not whole, and why in a sentence; the latest word counts."""

    move = models.ForeignKey(MoveIn, on_delete=models.CASCADE, related_name="problems")
    kind = models.CharField(max_length=13, choices=Kind.choices)
    key = models.CharField(max_length=120)
    problem = models.TextField()
    at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ("id",)
        constraints = (models.UniqueConstraint(fields=["move", "kind", "key"], name="one_move_problem_a_thing"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.key}: {self.problem}"
