"""What the Messenger Platform's errors mean, and whose turn it is.

After "Common Error Codes" of the Messenger Platform (March 2026), and for Instagram the same page's subcodes.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rapport.channels.errors import CannotDeliver
from rapport.channels.graph import GraphProblem
from rapport.channels.types import Undelivered


@dataclass(frozen=True)
class _Meaning:
    words: str | Promise
    codes: tuple[int, ...] = ()
    subcodes: tuple[int, ...] = ()
    permanent: bool = True
    too_many: bool = False
    about_person: bool = False


TOO_LATE = gettext_lazy(
    "More than 24 hours have passed since they last wrote, and Meta takes nothing more until they write again. "
    "Reach them another way."
)
_MEANINGS = (
    # A subcode says more than its code, and comes first.
    _Meaning(TOO_LATE, subcodes=(2018065, 2018278, 2534022)),
    _Meaning(
        gettext_lazy("They do not take messages from this Page now: they blocked it, or their account is gone."),
        codes=(551,),
        subcodes=(1545041, 2018001, 2018108, 2534014),
        about_person=True,
    ),
    _Meaning(
        gettext_lazy("This app may not answer after 24 hours. An administrator asks Meta for the feature Human Agent."),
        subcodes=(2018276, 2534037),
    ),
    _Meaning(
        gettext_lazy("Meta could not take the file. Send it as a JPEG, an MP4 or a PDF file."),
        subcodes=(2018007, 2018008, 2018047, 2018074, 2018294),
    ),
    _Meaning(
        gettext_lazy("Another app holds this conversation. Take it over in the Page's inbox."),
        subcodes=(2018300,),
    ),
    _Meaning(
        gettext_lazy(
            "Meta no longer takes the access token. An administrator makes a new one and types it under Settings, "
            "Channels."
        ),
        codes=(190,),
        permanent=False,
    ),
    _Meaning(
        gettext_lazy("Meta asks for fewer messages. It is sent as soon as there is room."),
        codes=(4, 17, 32, 613, 80006),
        permanent=False,
        too_many=True,
    ),
    _Meaning(
        gettext_lazy("Meta has restricted the Page or the app. An administrator looks under Page quality."),
        codes=(368,),
    ),
    _Meaning(gettext_lazy("Meta has a fault of its own."), codes=(-1, 1, 2, 1200), permanent=False),
    _Meaning(
        gettext_lazy(
            "The access token may not do this. An administrator gives the app the permissions pages_messaging and "
            "instagram_manage_messages for this Page."
        ),
        codes=(3, 10, *range(200, 300)),
        permanent=False,
    ),
)
_BY_SUBCODE = {code: meaning for meaning in _MEANINGS for code in meaning.subcodes}
_BY_CODE = {code: meaning for meaning in _MEANINGS for code in meaning.codes}


def reason_of(error: GraphProblem) -> str:
    meaning = _meaning(error)
    numbers = f"{error.code}/{error.subcode}" if error.subcode else str(error.code or "")
    said = f"{error.said.rstrip('.')} ({numbers})." if numbers else error.said
    return f"{meaning.words} {said}" if meaning else _("Meta did not take it: %(said)s") % {"said": said}


def cannot_deliver(error: GraphProblem, address: str) -> CannotDeliver:
    if error.in_doubt:
        # Meta has no word by which it would recognise the second try.
        words = _("The connection to Meta broke, and the message may have arrived. Ask before you send it again.")
        return CannotDeliver(f"{words} {error.said}", permanent=True, in_doubt=True)
    meaning, reason = _meaning(error), reason_of(error)
    if meaning is None:
        return CannotDeliver(reason, permanent=not error.passes)
    undelivered = (Undelivered(address, str(error.code), reason, is_final=True),) if meaning.about_person else ()
    return CannotDeliver(reason, permanent=meaning.permanent, too_many=meaning.too_many, undelivered=undelivered)


def _meaning(error: GraphProblem) -> _Meaning | None:
    return _BY_SUBCODE.get(error.subcode) or _BY_CODE.get(error.code)
