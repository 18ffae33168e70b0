"""What a kind of channel is called, how it looks and what it can do."""

from dataclasses import dataclass

from rapport.channels.seam import kinds
from rapport.channels.types import Abilities


@dataclass(frozen=True)
class Face:
    """How a kind of channel appears on screen."""

    kind: str
    label: str
    icon: str
    abilities: Abilities


def face_of(kind: str) -> Face:
    """The face of a kind, also of one that is no longer installed."""
    known = kinds().get(kind)
    if known is None:
        return Face(kind, kind.replace("_", " ").capitalize(), "chat", Abilities())
    return Face(kind, str(known.label), known.icon, known.abilities)
