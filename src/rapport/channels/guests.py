"""Who is on the company's own site: visitors, the pages they look at, and what is said to them unasked."""

import secrets

from django.db import models
from django.utils.translation import gettext_lazy as _

from rapport.kit import clock


def new_handle() -> str:
    return f"visitor-{secrets.token_hex(6)}"


class Visitor(models.Model):
    """Somebody who has opened the chat in one browser; with `external`, an account of the company's own site.

    Nobody is a visitor who only looks at pages: a row begins when they write, or say that they agree to it.
    """

    channel = models.ForeignKey("channels.Channel", on_delete=models.CASCADE, related_name="visitors")
    # What they are known by as a person: their address on this channel.
    handle = models.CharField(max_length=40, unique=True, default=new_handle)
    # The number of their account, proven by a signature of the company's.
    external = models.CharField(max_length=200, blank=True)
    name = models.CharField(max_length=200, blank=True)
    email = models.CharField(max_length=320, blank=True)
    # The signature vouches for the address too; otherwise it is what they typed.
    is_email_proven = models.BooleanField(default=False)
    language = models.CharField(max_length=12, blank=True)
    # What the site says of them, and what they answered before the chat: {"plan": "trade"}, {"Order number": "1042"}.
    attributes = models.JSONField(default=dict, blank=True)
    answers = models.JSONField(default=dict, blank=True)
    # Where they are just now; not here any more once `here_until` has passed.
    page_url = models.CharField(max_length=500, blank=True)
    page_title = models.CharField(max_length=200, blank=True)
    here_until = models.DateTimeField(null=True, blank=True)
    # What they are typing and have not sent, for as long as they go on; kept no longer than that.
    typing = models.CharField(max_length=300, blank=True)
    typing_in = models.CharField(max_length=200, blank=True)
    typing_until = models.DateTimeField(null=True, blank=True)
    # Anything of this that agents see changed then.
    changed_at = models.DateTimeField(default=clock.now)
    # The last of our messages that went to them by mail instead, since they had left.
    mailed_up_to = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        ordering = ("-id",)
        indexes = (models.Index(fields=["changed_at"], name="visitor_by_change"),)
        constraints = (
            models.UniqueConstraint(
                fields=["channel", "external"], condition=~models.Q(external=""), name="one_visitor_an_account"
            ),
        )

    def __str__(self) -> str:
        return self.handle

    @property
    def is_here(self) -> bool:
        return self.here_until is not None and self.here_until > clock.now()


class Visit(models.Model):
    """A page that a visitor looked at, or something that the site says they did. The newest 200 of each are kept."""

    MOST = 200

    visitor = models.ForeignKey(Visitor, on_delete=models.CASCADE, related_name="visits")
    url = models.CharField(max_length=500)
    title = models.CharField(max_length=200, blank=True)
    # What they did there, such as "order.placed"; empty for looking at it.
    did = models.CharField(max_length=80, blank=True)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ("-id",)
        indexes = (models.Index(fields=["visitor", "-id"], name="visit_by_visitor"),)

    def __str__(self) -> str:
        return f"{self.visitor_id} on {self.url}"


class ProactiveMessage(models.Model):
    """What the chat says by itself to those who look at certain pages for a while."""

    channel = models.ForeignKey("channels.Channel", on_delete=models.CASCADE, related_name="proactive_messages")
    text = models.CharField(_("message"), max_length=300)
    # Patterns such as /pricing* one a line; empty for every page.
    pages = models.TextField(_("pages"), blank=True, max_length=2000)
    after_seconds = models.PositiveIntegerField(_("seconds on the page"), default=20)
    # What the site must have said of the visitor: {"plan": "trade"}.
    attributes = models.JSONField(default=dict, blank=True)
    # Only for customers of whom we know that they are in it: those who signed in on the site, or have written before.
    segment = models.ForeignKey(
        "customers.Segment",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
        verbose_name=_("only for customers of the segment"),
    )
    # To the same browser no more often than once in so many days, and so often altogether.
    every_days = models.PositiveIntegerField(_("days before it is said again"), default=7)
    most = models.PositiveIntegerField(_("times altogether"), default=3)
    only_when_open = models.BooleanField(_("only while we are open"), default=True)
    is_on = models.BooleanField(_("in use"), default=True)
    shown = models.PositiveIntegerField(default=0)
    answered = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.text
