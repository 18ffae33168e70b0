"""How many parts a text becomes on its way to a phone: what is paid for.

Letters of the GSM alphabet take seven bits, so that 160 of them make one part; anything else makes the whole text
UCS-2, with 70. Parts that belong together lose a few to the words that join them: 153 and 67 (3GPP TS 23.038, 23.040).
"""

from dataclasses import dataclass

_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
# These take two letters' room: an escape, and another one.
_EXTENDED = "\f^{}\\[~]|€"
_BASIC_SET, _EXTENDED_SET = frozenset(_BASIC), frozenset(_EXTENDED)


@dataclass(frozen=True)
class Count:
    """`units` letters of `alphabet`, "GSM-7" or "UCS-2", in so many parts; `room` are left in the last."""

    parts: int
    alphabet: str
    units: int
    room: int


def count(text: str) -> Count:
    letters = set(text)
    if letters <= _BASIC_SET | _EXTENDED_SET:
        sizes = [2 if letter in _EXTENDED_SET else 1 for letter in text]
        return _counted(sizes, "GSM-7", alone=160, joined=153)
    # A letter outside of the basic plane, such as an emoji, is two; neither it nor an escape is torn apart.
    sizes = [2 if ord(letter) > 0xFFFF else 1 for letter in text]
    return _counted(sizes, "UCS-2", alone=70, joined=67)


def _counted(sizes: list[int], alphabet: str, *, alone: int, joined: int) -> Count:
    units = sum(sizes)
    if units <= alone:
        return Count(1 if units else 0, alphabet, units, alone - units)
    parts, used = 1, 0
    for size in sizes:
        if used + size > joined:
            parts, used = parts + 1, 0
        used += size
    return Count(parts, alphabet, units, joined - used)
