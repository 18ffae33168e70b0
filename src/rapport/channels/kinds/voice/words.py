"""What callers hear where nothing else is written in the settings."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

USUAL = {
    "greeting": _("Welcome."),
    "closed": _("We are closed at the moment."),
    "consent": _("This call is recorded so that we can look after your request."),
    "consent_press": _("May we record this call? Press 1 to agree, or wait to go on without."),
    "menu_words": _("Press a key to choose."),
    "connecting": _("One moment, we are connecting you."),
    "waiting": _("You are number {place} in line. Press 1 if you would like us to ring you back."),
    "offer": _("Nobody can take your call now. Press 1 and we ring you back, or press 2 to leave a message."),
    "voicemail_words": _("Please leave a message after the tone, and hang up when you are done."),
    "thanks": _("Thank you. Goodbye."),
    "callback_words": _("Thank you. We will ring you back. Goodbye."),
}


def words(name: str, settings: Mapping[str, Any]) -> str:
    return str(settings.get(name) or USUAL[name])
