"""Rows of the spine: events, job attempts, recurrences, stored files, a search index that is written anew."""

from django.db import models
from django_tasks_db.models import DBTaskResult

from rapport.kit import clock

# Of an event that somebody might have done, and Rapport did by itself.
NOBODYS = 0


class Event(models.Model):
    """Something that happened, in the past tense. Written in the transaction that made it true; never changed."""

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=60)
    # What it is about, such as "conversation:12"; empty when it is about nothing in particular.
    subject = models.CharField(max_length=60, blank=True)
    payload = models.JSONField(default=dict)
    # Words an agent's stream listens for, space separated and padded: " everyone ", " team:3 agent:7 ".
    audience = models.CharField(max_length=400, default=" everyone ")
    at = models.DateTimeField(default=clock.now, editable=False)
    # Whose doing it was, as the payload says: NOBODYS where it says null, null where it does not say. Repeated for the
    # audit trail: at a million events it took seconds to find what one person did, or what was done long ago.
    by = models.BigIntegerField(null=True, editable=False)

    class Meta:
        ordering = ("id",)
        indexes = (
            models.Index(fields=["-at", "-id"], name="event_by_time", condition=models.Q(by__isnull=False)),
            models.Index(fields=["by", "-at", "-id"], name="event_by_whom", condition=models.Q(by__isnull=False)),
            models.Index(fields=["name", "-at", "-id"], name="event_by_kind", condition=models.Q(by__isnull=False)),
            models.Index(fields=["subject", "id"], name="event_by_subject"),
            models.Index(fields=["name", "id"], name="event_by_name"),
        )

    def __str__(self) -> str:
        return f"{self.name} {self.subject}"


class Attempt(models.Model):
    """What Rapport adds to a queued task: who is running it until when, how often it was tried, how far it got."""

    task = models.OneToOneField(DBTaskResult, on_delete=models.CASCADE, primary_key=True, related_name="attempt")
    count = models.PositiveSmallIntegerField(default=0)
    # A worker may only finish a job whose token it still holds.
    token = models.CharField(max_length=32, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True, db_index=True)
    error = models.TextField(blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    died_at = models.DateTimeField(null=True, blank=True, db_index=True)

    def __str__(self) -> str:
        return f"{self.task_id} attempt {self.count}"


class Recurrence(models.Model):
    """When a recurring job is due next. One row a job, claimed by moving `next_at`, so no two workers run it twice."""

    name = models.CharField(max_length=200, primary_key=True)
    next_at = models.DateTimeField()
    last_at = models.DateTimeField(null=True, blank=True)
    # The task it queued last: while that one is not over, no other is queued behind it.
    task_id = models.UUIDField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class Heartbeat(models.Model):
    """A worker process says that it is alive; `rapport check` looks for a fresh one."""

    worker = models.CharField(max_length=120, primary_key=True)
    started_at = models.DateTimeField(default=clock.now)
    at = models.DateTimeField(default=clock.now, db_index=True)

    def __str__(self) -> str:
        return self.worker


class StoredFile(models.Model):
    """Bytes kept once, by their digest, in whatever storage `RAPPORT_FILES_URL` names."""

    sha256 = models.CharField(max_length=64, unique=True)
    size = models.PositiveBigIntegerField()
    path = models.CharField(max_length=200)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    def __str__(self) -> str:
        return self.path


class SearchRebuild(models.Model):
    """The search index is written anew, newest message first. `below` is where it goes on; what is above is done."""

    of = models.CharField(max_length=20, primary_key=True, default="messages")
    top = models.BigIntegerField()
    below = models.BigIntegerField()
    began_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.of} below {self.below}"

    @property
    def percent(self) -> int:
        return 100 if self.ended_at else round(100 * (1 - self.below / max(self.top, 1)))
