"""What Twilio's error codes mean, and whose turn it is.

After "Error and Warning Dictionary" (twilio.com/docs/api/errors, November 2026). The same codes come at once, as an
answer, and later, in a status callback.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rapport.channels.errors import CannotDeliver
from rapport.channels.twilio import TwilioProblem
from rapport.channels.types import Undelivered


@dataclass(frozen=True)
class Verdict:
    reason: str
    permanent: bool
    too_many: bool = False
    # Whether it says that this number is not reached by text messages.
    about_person: bool = False
    code: int = 0


@dataclass(frozen=True)
class _Meaning:
    words: str | Promise
    codes: tuple[int, ...]
    permanent: bool = True
    too_many: bool = False
    about_person: bool = False


OPTED_OUT = gettext_lazy(
    "They answered STOP, and no text message may be sent to them until they text START. Reach them another way."
)
_MEANINGS = (
    _Meaning(OPTED_OUT, (21610,), about_person=True),
    _Meaning(
        gettext_lazy("This is no phone number that can be written to. Correct it, with its country code."),
        (21211, 21217, 21421, 63003),
        about_person=True,
    ),
    _Meaning(
        gettext_lazy("This number takes no text messages; it may be a landline. Ring it, or write another way."),
        (21614, 30006),
        about_person=True,
    ),
    _Meaning(
        gettext_lazy("The phone cannot be reached: switched off, or out of coverage. Try it again later."),
        (30003,),
        about_person=True,
    ),
    _Meaning(
        gettext_lazy("The number does not exist any more, or its network does not know it. Ask for another one."),
        (30005,),
        about_person=True,
    ),
    _Meaning(
        gettext_lazy("The carrier or the phone blocks messages from us. Reach them another way."),
        (30004,),
        about_person=True,
    ),
    _Meaning(
        gettext_lazy(
            "A carrier took it for spam and filtered it out. Write it in other words and without shortened links; an "
            "administrator looks at the registration of the number at Twilio."
        ),
        (30007,),
    ),
    _Meaning(gettext_lazy("The carrier did not deliver it and does not say why. Try it again."), (30008,)),
    _Meaning(
        gettext_lazy("Twilio asks for fewer messages. It is sent as soon as there is room."),
        (20429, 14107, 30001, 63018),
        permanent=False,
        too_many=True,
    ),
    _Meaning(
        gettext_lazy(
            "Twilio does not take the account SID and auth token. An administrator copies them once more to Settings, "
            "Channels."
        ),
        (20003, 20004, 20006, 20008),
        permanent=False,
    ),
    _Meaning(
        gettext_lazy(
            "The account at Twilio is suspended or has no credit left. An administrator looks at its billing."
        ),
        (30002, 20005, 90010, 30044),
        permanent=False,
    ),
    _Meaning(
        gettext_lazy(
            "Messages to that country are not allowed. An administrator allows it at Twilio, under Messaging, Geo "
            "permissions."
        ),
        (21408,),
    ),
    _Meaning(
        gettext_lazy("Our number cannot send text messages to this one. An administrator looks at it at Twilio."),
        (21612, 21606, 21659, 21660, 21603, 21212, 21266),
    ),
    _Meaning(
        gettext_lazy(
            "Carriers in the United States take messages only from registered numbers. An administrator registers "
            "ours at Twilio (A2P 10DLC, or toll-free verification)."
        ),
        (30034, 30032, 30035),
    ),
    _Meaning(
        gettext_lazy("It is longer than the 1,600 characters that Twilio takes. Make it shorter."), (21605, 21617)
    ),
    _Meaning(
        gettext_lazy("Twilio could not fetch a file, or does not take it. Send a JPEG, PNG or GIF picture, or a link."),
        (21620, 21623, 11200, 11751, 12300, 30019),
    ),
)
_BY_CODE = {code: meaning for meaning in _MEANINGS for code in meaning.codes}


def verdict_on(code: int, said: str = "", *, status: int = 0, passes: bool = False) -> Verdict:
    if not code and status in (401, 403):
        code = 20003
    if not code and status == 429:
        code = 20429
    meaning = _BY_CODE.get(code)
    if meaning is None:
        words = _("Twilio did not send it: %(said)s") % {"said": said or _("it did not say why")}
        return Verdict(f"{words} ({code})" if code else words, permanent=not passes, code=code)
    detail = f" {said.rstrip('.')} ({code})." if said else f" ({code})"
    return Verdict(f"{meaning.words}{detail}", meaning.permanent, meaning.too_many, meaning.about_person, code)


def cannot_deliver(error: TwilioProblem, address: str) -> CannotDeliver:
    if error.in_doubt:
        # Twilio has no word by which it would recognise the second try.
        words = _("The connection to Twilio broke, and the message may have arrived. Ask before you send it again.")
        return CannotDeliver(f"{words} {error.said}", permanent=True, in_doubt=True)
    verdict = verdict_on(error.code, error.said, status=error.status, passes=error.passes)
    undelivered = (Undelivered(address, str(verdict.code), verdict.reason, is_final=True),)
    return CannotDeliver(
        verdict.reason,
        permanent=verdict.permanent,
        too_many=verdict.too_many,
        undelivered=undelivered if verdict.about_person else (),
    )
