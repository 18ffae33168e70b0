"""What the front door remembers: the answers it gave to writes that may be repeated."""

from django.db import models

from rapport.kit import clock
from rapport.team.models import Agent


class IdempotentAnswer(models.Model):
    """The answer to a write that came with an `Idempotency-Key`, kept for a day, so that a repeat gets it again."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    # What was asked, as a digest: the same key with another request is a mistake of the caller.
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    body = models.TextField(blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False, db_index=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["agent", "key"], name="one_answer_a_key"),)

    def __str__(self) -> str:
        return f"{self.agent_id} {self.key}"
