"""The states that what comes in and what goes out can be in."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class DeliveryState(models.TextChoices):
    STORED = "stored", _("Waiting")
    DONE = "done", pgettext_lazy("delivery", "Read")
    QUARANTINED = "quarantined", _("Could not be read")


class Outcome(models.TextChoices):
    """What became of one delivery, in the words `rapport mail ingest` prints."""

    CREATED = "created", _("New conversation")
    APPENDED = "appended", _("Added to a conversation")
    DUPLICATE = "duplicate", _("Already here")
    AUTO_REPLY = "auto_reply", _("Automatic reply")
    BOUNCE = "bounce", _("Could not be delivered")
    QUARANTINED = "quarantined", _("Could not be read")


class DispatchState(models.TextChoices):
    QUEUED = "queued", _("Waiting")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


class IdentityOf(models.TextChoices):
    """What people are known by on a kind of channel; the values are those of `customers.IdentityKind`."""

    EMAIL = "email", _("Email")
    PHONE = "phone", _("Phone")
    # A name that only this provider knows, such as a chat account.
    HANDLE = "handle", _("Chat account")
