"""Pictures of a message: fetched from Twilio, which wants the account's proof, and given to it as links.

"Media subresource" and "Accepted content types for media" (twilio.com/docs/messaging, November 2026): up to ten files,
5 MB together.
"""

from django.utils.translation import gettext as _

from rapport.channels.errors import CannotConnect, CannotDeliver
from rapport.channels.kinds.sms.reading import media_of
from rapport.channels.parcels import Fetched, pack, unpack
from rapport.channels.twilio import Twilio, TwilioProblem, form_in
from rapport.channels.types import Incoming, Part

MB = 1024 * 1024
MOST = 10
LARGEST = 5 * MB
_LARGEST_FETCHED = 20 * MB
# Pictures are made to fit by Twilio; of other sorts carriers take little, and nobody says so.
_SENDABLE = ("image/jpeg", "image/png", "image/gif")


def with_files(body: bytes, twilio: Twilio) -> Incoming | None:
    """The push with the files that it names; None when it names none, or has them. Raises CannotConnect."""
    bare, files = unpack(body)
    wanted = [] if files else media_of(form_in(bare, "MessageSid"))
    return Incoming(pack(bare, [_fetched(url, kind, twilio) for url, kind in wanted])) if wanted else None


def _fetched(url: str, content_type: str, twilio: Twilio) -> Fetched:
    try:
        answer = twilio.download(url, largest=_LARGEST_FETCHED)
    except TwilioProblem as error:
        if error.passes:
            raise CannotConnect(_("Twilio does not hand over a file now: %(said)s") % {"said": error.said}) from error
        return Fetched(url, problem=error.said)
    told = answer.headers.get("Content-Type", "").partition(";")[0].strip()
    return Fetched(url, content_type=content_type or told, body=answer.content)


def links_of(parts: list[Part]) -> list[str]:
    """Where Twilio finds the files of a message. Raises CannotDeliver for what it would not take."""
    if len(parts) > MOST:
        raise CannotDeliver(_("Twilio takes ten files at most. Remove some."), permanent=True)
    if sum(len(part.body) for part in parts) > LARGEST:
        raise CannotDeliver(
            _("The files are larger than the 5 MB that Twilio takes. Make them smaller, or send a link."),
            permanent=True,
        )
    for part in parts:
        if part.content_type.partition(";")[0].strip().lower() not in _SENDABLE:
            raise CannotDeliver(
                _("Phones take no files such as %(name)s. Send a JPEG, PNG or GIF picture, or a link.")
                % {"name": part.name},
                permanent=True,
            )
        refuse_unlinked(part)
    return [part.address for part in parts]


def refuse_unlinked(part: Part) -> None:
    if not part.address:
        raise CannotDeliver(
            _("%(name)s has no address from which it could be fetched. Send a link.") % {"name": part.name},
            permanent=True,
        )
