"""A file that came with a mail, stored for the message that it belongs to."""

from rapport.backbone import files
from rapport.channels.types import Part
from rapport.conversations.types import IncomingFile
from rapport.kit.text import storable


def kept(part: Part) -> IncomingFile:
    """Raises NoSpace."""
    stored = files.keep(part.body)
    return IncomingFile(
        file_id=stored.pk,
        name=storable(part.name),
        content_type=part.content_type,
        size=stored.size,
        sha256=stored.sha256,
        content_id=part.content_id,
        inline=part.inline,
    )
