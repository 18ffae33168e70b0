"""Our own words for the purposes every company begins with."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

NAMES = {
    "service": pgettext_lazy("purpose", "Service messages"),
    "newsletter": pgettext_lazy("purpose", "Newsletter"),
    "product_news": pgettext_lazy("purpose", "Product news"),
    "surveys": pgettext_lazy("purpose", "Surveys"),
    "research": pgettext_lazy("purpose", "Research"),
}

DESCRIPTIONS = {
    "service": _("Answers to what you write to us, and what concerns your orders."),
    "newsletter": _("What we are up to, now and then."),
    "product_news": _("New products and features, and offers."),
    "surveys": _("Short questions about how we helped you."),
    "research": _("Invitations to interviews and tests of what we are working on."),
}
