"""Invitations to rate, and what was answered."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from rapport.conversations.models import Conversation, Message
from rapport.customers.models import Customer, Segment
from rapport.kit import clock


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
    """What a customer answered: 1 (awful) to 5 (great), and perhaps a comment."""

    invitation = models.OneToOneField(Invitation, on_delete=models.CASCADE, related_name="rating")
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="ratings")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="ratings")
    score = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(5)])
    comment = models.TextField(_("comment"), blank=True)
    at = models.DateTimeField(default=clock.now, db_index=True)

    class Meta:
        ordering = ("-at", "-id")
        indexes = (models.Index(fields=["customer", "-at"], name="rating_by_customer"),)

    def __str__(self) -> str:
        return f"{self.score} by {self.customer_id}"
