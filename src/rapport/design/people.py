"""How a person looks without a picture: initials, and a hue that stays with the name."""

import html
import zlib

from django.utils.safestring import SafeData

# Apart enough to be told from each other, none of them the hue of a warning or of the accent.
HUES = (20, 45, 70, 95, 120, 150, 175, 200, 225, 300, 330, 350)


def initials(name: str) -> str:
    """Two letters at most: of the first and the last word, or the end of a name in Chinese or Japanese characters."""
    words = [word for word in _plain(name).replace(".", " ").replace("@", " ").split() if word[0].isalnum()]
    if not words:
        return "?"
    if _is_ideographic(words[-1][-1]):
        return words[-1][-2:]
    letters = words[0][0] + (words[-1][0] if len(words) > 1 else "")
    return letters.upper()


def hue(name: str) -> int:
    return HUES[zlib.crc32(_plain(name).casefold().encode()) % len(HUES)]


def _plain(name: str) -> str:
    """The name itself: an attribute written as `name="{{ customer }}"` arrives escaped."""
    text = str(name or "")
    return html.unescape(text) if isinstance(name, SafeData) else text


def _is_ideographic(letter: str) -> bool:
    return "\u3040" <= letter <= "\u30ff" or "\u3400" <= letter <= "\u9fff" or "\uac00" <= letter <= "\ud7af"
