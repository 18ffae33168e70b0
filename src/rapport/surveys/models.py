"""Invitations to rate, and what was answered."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from rapport.conversations.models import Conversation, Message
from rapport.customers.models import Customer, Segment
from rapport.kit import clock
from rapport.surveys.types import Scale


class Policy(models.Model):
    """When customers are asked; one row, made with its defaults when first read."""

    is_on = models.BooleanField(_("ask customers to rate closed conversations"), default=True)
    every_days = models.PositiveSmallIntegerField(
        _("days between two questions"),
        default=30,
        validators=[MinValueValidator(1), MaxValueValidator(365)],
    )
    # Nobody else is asked; empty for everybody.
    segment = models.ForeignKey(
        Segment, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("only customers of")
    )
    # Empty: our own words, in the language of the customer.
    question = models.CharField(_("question"), max_length=200, blank=True)

    def __str__(self) -> str:
        return f"every {self.every_days} days"


class Invitation(models.Model):
    """We asked a customer to rate one conversation."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="invitations")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="invitations")
    # The mail that asked. Once it has left, the link in our copy of it is made useless: only the hash stays here.
    message = models.OneToOneField(Message, null=True, blank=True, on_delete=models.SET_NULL, related_name="invitation")
    token_hash = models.CharField(max_length=64, unique=True)
    language = models.CharField(max_length=12, default="en")
    sent_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()

    class Meta:
        ordering = ("-id",)
        indexes = (models.Index(fields=["customer", "-sent_at"], name="invitation_by_customer"),)

    def __str__(self) -> str:
        return f"{self.customer_id} about {self.conversation_id}"

    @property
    def is_expired(self) -> bool:
        return self.expires_at <= clock.now()


class Rating(models.Model):
    """What a customer answered: 1 (awful) to 5 (great), and perhaps a comment.

    What came in from a file was asked elsewhere: it has no invitation, perhaps no conversation, and may be in another
    scale: nps, 0 to 10, or ces, 1 (no effort) to 7. Scales are never mixed in a figure.
    """

    invitation = models.OneToOneField(
        Invitation, null=True, blank=True, on_delete=models.CASCADE, related_name="rating"
    )
    conversation = models.ForeignKey(
        Conversation, null=True, blank=True, on_delete=models.CASCADE, related_name="ratings"
    )
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="ratings")
    scale = models.CharField(max_length=4, choices=Scale.choices, default=Scale.CSAT)
    score = models.PositiveSmallIntegerField(validators=[MinValueValidator(0), MaxValueValidator(10)])
    comment = models.TextField(_("comment"), blank=True)
    at = models.DateTimeField(default=clock.now, db_index=True)
    # What the file it came from calls it, or what its row says: a file read twice makes nothing twice.
    external_id = models.CharField(max_length=200, blank=True)
    # Since when the file was read that last said something of it; nothing for what was answered here.
    told_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ("-at", "-id")
        indexes = (models.Index(fields=["customer", "-at"], name="rating_by_customer"),)
        constraints = (
            models.UniqueConstraint(
                fields=["external_id"], condition=~models.Q(external_id=""), name="one_rating_an_external_id"
            ),
        )

    def __str__(self) -> str:
        return f"{self.score} by {self.customer_id}"

    @property
    def is_face(self) -> bool:
        """Whether it is one of the five faces."""
        return self.scale == Scale.CSAT

    @property
    def most(self) -> int:
        return Scale(self.scale).ends[1]

    @property
    def mood(self) -> int:
        return Scale(self.scale).mood_of(self.score)
