"""Ringing somebody up: first the agent's own phone, then, once they are on it, the customer's.

"Call resource, create" (twilio.com/docs/voice/api/call-resource, API version 2010-04-01, November 2026).
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rapport.channels.errors import CannotDeliver
from rapport.channels.twilio import TwilioProblem, twilio_of
from rapport.channels.types import Address, Receipt

_RING_SECONDS = "25"
_MEANINGS = {
    21211: gettext_lazy("This is no phone number that can be rung. Correct it, with its country code."),
    21214: gettext_lazy("This number cannot be rung. Correct it, or reach them another way."),
    21215: gettext_lazy(
        "Calls to that country are not allowed. An administrator allows it at Twilio, under Voice, Geo permissions."
    ),
    21210: gettext_lazy("Our number may not ring people. An administrator looks at it at Twilio."),
    21212: gettext_lazy("Our number may not ring people. An administrator looks at it at Twilio."),
    21216: gettext_lazy("Twilio does not ring this number: it is blocked for fraud or premium rates."),
    13224: gettext_lazy("This number cannot be rung. Correct it, or reach them another way."),
    20003: gettext_lazy("Twilio does not take the account SID and auth token. An administrator copies them once more."),
    20005: gettext_lazy(
        "The account at Twilio is suspended or has no credit left. An administrator looks at its billing."
    ),
}


def call(person: Address, settings: Mapping[str, Any], agent_number: str) -> Receipt:
    """Raises CannotDeliver. Never repeated by itself: a phone that rings twice is worse than one that does not."""
    about = {"from": person.address}
    url = str(settings.get("push_url") or "")
    fields = [
        ("To", agent_number),
        ("From", str(settings.get("address") or "")),
        ("Url", f"{url}?{urlencode({'step': 'bridge', **about})}"),
        ("Method", "POST"),
        ("StatusCallback", f"{url}?{urlencode({'step': 'rung', **about})}"),
        ("StatusCallbackMethod", "POST"),
        ("StatusCallbackEvent", "completed"),
        ("Timeout", _RING_SECONDS),
    ]
    try:
        told = twilio_of(settings).post("Calls.json", fields)
    except TwilioProblem as error:
        raise _explained(error) from error
    return Receipt(str(told.get("sid") or ""))


def _explained(error: TwilioProblem) -> CannotDeliver:
    if error.in_doubt:
        return CannotDeliver(
            _("The connection to Twilio broke. If your phone does not ring, try it again."),
            permanent=True,
            in_doubt=True,
        )
    if error.status == 429 or error.code == 20429:
        return CannotDeliver(_("Twilio asks for fewer calls. Try it in a minute."), permanent=False, too_many=True)
    code = error.code or (20003 if error.status == 401 else 0)
    known = _MEANINGS.get(code)
    words = f"{known} ({code})" if known else _("Twilio did not ring: %(said)s") % {"said": error.said}
    return CannotDeliver(words, permanent=not error.passes)
