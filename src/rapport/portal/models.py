"""Whether there is a portal, and who is signed in there."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from rapport.channels.models import Channel
from rapport.kit import clock


class Policy(models.Model):
    """One row, or none as long as nobody opened the portal."""

    is_open = models.BooleanField(_("customers may sign in to the portal"), default=False)
    # The form by which they begin: its questions are asked, and its inbox gets what they write.
    form = models.ForeignKey(
        Channel,
        verbose_name=_("form for new requests"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    def __str__(self) -> str:
        return "open" if self.is_open else "closed"


class SignInLink(models.Model):
    """A link that was sent to an address: it signs in once, and only for some minutes."""

    # Lower case.
    address = models.CharField(max_length=320)
    token_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-id",)
        indexes = (models.Index(fields=["address", "-made_at"], name="link_by_address"),)

    def __str__(self) -> str:
        return f"link {self.pk}"


class PortalSession(models.Model):
    """A browser in which somebody showed that this address is theirs."""

    address = models.CharField(max_length=320, db_index=True)
    token_hash = models.CharField(max_length=64, unique=True)
    # The language that they chose; empty lets the browser decide.
    language = models.CharField(max_length=12, blank=True)
    began_at = models.DateTimeField(default=clock.now)
    seen_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"session {self.pk}"
