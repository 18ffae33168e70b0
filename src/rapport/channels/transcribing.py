"""Writing down what was said on the phone: by a program of the company's own, if it has one. Off by default.

    RAPPORT_TRANSCRIBER=acme.speech.write_down

names something that can be called like a `Transcriber`. It runs in a worker, outside of any transaction, once for each
recording; what it raises becomes a line below the recording, and the recording itself is kept whatever happens. No
model comes with Rapport: sound of customers leaves this machine only if that program sends it somewhere.
"""

import logging
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

log = logging.getLogger("rapport.channels")


class Transcriber(Protocol):
    """`audio` are the bytes of a file of this type, such as audio/mpeg; `language` is a tag such as en-US, or empty.

    Returns the words as plain text, empty when nobody spoke. It may take minutes, and may raise anything.
    """

    def __call__(self, audio: bytes, content_type: str, language: str) -> str: ...


def transcriber() -> Transcriber | None:
    """The one that this installation names; None where none is."""
    path = settings.TRANSCRIBER
    if not path:
        return None
    found: Transcriber = import_string(path)
    return found
