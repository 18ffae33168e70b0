"""Words of consent."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    """A way to reach somebody; ANY stands for all of them."""

    ANY = "any", _("Any way")
    EMAIL = "email", _("Email")
    SMS = "sms", _("SMS")
    PHONE = "phone", _("Phone")
    WHATSAPP = "whatsapp", _("WhatsApp")


class State(models.TextChoices):
    """`ASKED` waits for a confirmation and allows nothing; without any record they were never asked."""

    GIVEN = "given", _("Agreed")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    ASKED = "asked", _("Asked, not answered yet")


NEVER_ASKED = _("Never asked")


class How(models.TextChoices):
    FORM = "form", _("By a form")
    IMPORT = "import", _("With an import")
    AGENT = "agent", _("Noted by somebody of us")
    API = "api", _("By a script")
    LINK = "link", _("By an unsubscribe link")
    PAGE = "page", _("On the preference page")
    CONFIRMATION = "confirmation", _("By confirming a letter")


class Basis(models.TextChoices):
    """When something may be sent to somebody who said nothing."""

    SERVICE = "service", _("Always: it belongs to what they asked or bought")
    OPT_OUT = "opt_out", _("Until they object")
    OPT_IN = "opt_in", _("Only once they agreed")


# What each way needs to know of somebody.
REACHED_BY = {
    Channel.EMAIL: "email",
    Channel.SMS: "phone",
    Channel.PHONE: "phone",
    Channel.WHATSAPP: "phone",
}
