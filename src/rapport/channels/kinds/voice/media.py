"""Recordings: fetched from Twilio, which wants the account's proof, and written down where somebody can.

"Recordings resource" (twilio.com/docs/voice/api/recording, November 2026): the address with .mp3 behind it answers with
an MP3 file, and with 404 while Twilio still prepares it.
"""

from django.utils.translation import gettext as _

from rapport.channels.errors import CannotConnect
from rapport.channels.kinds.voice.asking import question_in
from rapport.channels.kinds.voice.reading import TRANSCRIPT
from rapport.channels.parcels import Fetched, pack, unpack
from rapport.channels.transcribing import transcriber
from rapport.channels.twilio import Twilio, TwilioProblem
from rapport.channels.types import Incoming

_LARGEST = 60 * 1024 * 1024


def with_recording(body: bytes, twilio: Twilio, *, language: str, is_transcribed: bool) -> Incoming | None:
    """The push with the recording that it names; None when it names none, or has it. Raises CannotConnect."""
    bare, files = unpack(body)
    asked = question_in(bare)
    url = asked.told.get("RecordingUrl", "")
    if files or not url or asked.step not in ("recorded", "recording"):
        return None
    found = [_fetched(url, twilio)]
    if is_transcribed and found[0].body:
        found += _written_down(found[0], language)
    return Incoming(pack(bare, found))


def _fetched(url: str, twilio: Twilio) -> Fetched:
    try:
        answer = twilio.download(f"{url}.mp3", largest=_LARGEST)
    except TwilioProblem as error:
        if error.passes or error.status == 404:
            raise CannotConnect(
                _("Twilio does not hand over the recording yet: %(said)s") % {"said": error.said}
            ) from error
        return Fetched(url, problem=error.said)
    told = answer.headers.get("Content-Type", "").partition(";")[0].strip()
    return Fetched(url, content_type=told or "audio/mpeg", body=answer.content)


def _written_down(recording: Fetched, language: str) -> list[Fetched]:
    try:
        write_down = transcriber()
        if write_down is None:
            return []
        text = write_down(recording.body, recording.content_type, language)
    except Exception as error:
        # Whatever that program does, the recording is there.
        return [Fetched(TRANSCRIPT, problem=f"{type(error).__name__}: {error}"[:300])]
    return [Fetched(TRANSCRIPT, content_type="text/plain", body=text.strip().encode())]
