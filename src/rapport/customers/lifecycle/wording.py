"""Our own words for the stages every company begins with; whoever renames one replaces them."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

NAMES = {
    "lead": pgettext_lazy("stage", "Lead"),
    "new": pgettext_lazy("stage", "New"),
    "active": pgettext_lazy("stage", "Active"),
    "loyal": pgettext_lazy("stage", "Loyal"),
    "at_risk": pgettext_lazy("stage", "At risk"),
    "lapsed": pgettext_lazy("stage", "Lapsed"),
    "won_back": pgettext_lazy("stage", "Won back"),
}

DESCRIPTIONS = {
    "lead": _("Known, and nothing more yet."),
    "new": _("In touch for the first time, not long ago."),
    "active": _("In touch or buying regularly."),
    "loyal": _("With us for long, and often."),
    "at_risk": _("Quieter or less content than they were."),
    "lapsed": _("Not heard of for a long time."),
    "won_back": _("Had lapsed, and came back."),
}
