"""What the Cloud API's errors mean, and whose turn it is.

After the page "WhatsApp error codes" (developers.facebook.com/documentation/business-messaging/whatsapp/support/
error-codes, June 2026). The same codes come at once, as an answer, and later, in a report that a message failed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rapport.channels.errors import CannotDeliver
from rapport.channels.graph import GraphProblem, as_dict, words_in
from rapport.channels.types import Undelivered


@dataclass(frozen=True)
class Verdict:
    reason: str
    permanent: bool
    too_many: bool = False
    # Whether it says that this person is not reached by WhatsApp.
    about_person: bool = False
    code: int = 0


@dataclass(frozen=True)
class _Meaning:
    words: str | Promise
    codes: tuple[int, ...]
    permanent: bool = True
    too_many: bool = False
    about_person: bool = False


_TOKEN = gettext_lazy(
    "WhatsApp no longer takes the access token. An administrator makes a new one and types it under Settings, Channels."
)
_PERMISSION = gettext_lazy(
    "The access token may not do this. An administrator gives it the permissions whatsapp_business_messaging and "
    "whatsapp_business_management."
)
_MEANINGS = (
    _Meaning(_TOKEN, (0, 190), permanent=False),
    _Meaning(_PERMISSION, (3, 10, *range(200, 300), 131005), permanent=False),
    _Meaning(
        gettext_lazy("WhatsApp asks for fewer messages a second. It is sent as soon as there is room."),
        (4, 80007, 130429, 133016),
        permanent=False,
        too_many=True,
    ),
    _Meaning(
        gettext_lazy("Too many messages to this person within seconds. It is sent a little later."),
        (131056,),
        permanent=False,
    ),
    _Meaning(
        gettext_lazy(
            "WhatsApp holds this number back because people blocked or reported its messages. An administrator looks "
            "at its quality in WhatsApp Manager."
        ),
        (131048,),
        permanent=False,
        too_many=True,
    ),
    _Meaning(gettext_lazy("WhatsApp has a fault of its own."), (1, 2, 131000, 131016, 131057, 133004), permanent=False),
    _Meaning(
        gettext_lazy("More than 24 hours have passed since they last wrote. Choose a template that WhatsApp approved."),
        (131047,),
    ),
    _Meaning(
        gettext_lazy(
            "WhatsApp does not reach this number: it is not on WhatsApp, or its app is too old, or they have not "
            "accepted the terms of use. Reach them another way."
        ),
        (131026,),
        about_person=True,
    ),
    _Meaning(
        gettext_lazy(
            "WhatsApp left this out because they get many messages of this sort. Try it again tomorrow at the earliest."
        ),
        (131049,),
    ),
    _Meaning(gettext_lazy("They asked WhatsApp for no more marketing messages from you."), (131050,)),
    _Meaning(gettext_lazy("WhatsApp leaves this person out of marketing messages for an experiment."), (130472,)),
    _Meaning(gettext_lazy("This is the number that it is sent from."), (131021,)),
    _Meaning(
        gettext_lazy("A test number writes only to people on its list. An administrator adds this number to it."),
        (131030,),
    ),
    _Meaning(
        gettext_lazy("WhatsApp wants to be paid first. An administrator adds a payment method in WhatsApp Manager."),
        (131042,),
    ),
    _Meaning(
        gettext_lazy("WhatsApp has locked or restricted the account. An administrator looks in WhatsApp Manager."),
        (368, 131031, 130497, 131064),
    ),
    _Meaning(
        gettext_lazy(
            "The number is not registered for the Cloud API. An administrator registers it in WhatsApp Manager."
        ),
        (33, 131037, 131045, 133000, 133005, 133006, 133008, 133009, 133010, 133015),
    ),
    _Meaning(
        gettext_lazy("WhatsApp does not take this file. Send it as a PDF, a JPEG or an MP4 file."),
        (131051, 131052, 131053),
    ),
    _Meaning(
        gettext_lazy("The template does not fit what was filled in. Choose it once more."),
        (132000, 132005, 132012, 132018),
    ),
    _Meaning(
        gettext_lazy("WhatsApp knows no such template in this language, or has paused or disabled it. Choose another."),
        (132001, 132007, 132015, 132016, 132068, 132069),
    ),
)
_BY_CODE = {code: meaning for meaning in _MEANINGS for code in meaning.codes}


def verdict_on(error: GraphProblem) -> Verdict:
    return _verdict(error.code, error.said, passes=error.passes, knows_code=bool(error.code or error.status in (401,)))


def verdict_on_report(errors: Sequence[Mapping[str, Any]]) -> Verdict:
    """The errors of a message that failed after all."""
    first = errors[0] if errors else {}
    code = first.get("code")
    said = (
        words_in(as_dict(first.get("error_data")).get("details"))
        or words_in(first.get("message"))
        or words_in(first.get("title"))
    )
    return _verdict(code if isinstance(code, int) else 0, said, passes=False, knows_code=isinstance(code, int))


def cannot_deliver(error: GraphProblem, address: str) -> CannotDeliver:
    if error.in_doubt:
        # WhatsApp has no word by which it would recognise the second try.
        words = _("The connection to WhatsApp broke, and the message may have arrived. Ask before you send it again.")
        return CannotDeliver(f"{words} {error.said}", permanent=True, in_doubt=True)
    verdict = verdict_on(error)
    undelivered = (Undelivered(address, str(verdict.code), verdict.reason, is_final=True),)
    return CannotDeliver(
        verdict.reason,
        permanent=verdict.permanent,
        too_many=verdict.too_many,
        undelivered=undelivered if verdict.about_person else (),
    )


def _verdict(code: int, said: str, *, passes: bool, knows_code: bool) -> Verdict:
    meaning = _BY_CODE.get(code) if knows_code else None
    if meaning is None:
        words = _("WhatsApp did not take it: %(said)s") % {"said": said or _("it did not say why")}
        return Verdict(f"{words} ({code})" if code else words, permanent=not passes, code=code)
    detail = f" {said.rstrip('.')} ({code})." if said else f" ({code})"
    return Verdict(f"{meaning.words}{detail}", meaning.permanent, meaning.too_many, meaning.about_person, code)
