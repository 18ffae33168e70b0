"""What an administrator writes a line at a time: whose phones ring, and what the digits of the menu do.

Sales: +49 30 901820, +49 30 901821        a group, and its phones
1 = people Sales                           rings that group
2 = voicemail      3 = say We are open from nine.      4 = number +49 30 901822
"""

import re
from dataclasses import dataclass

PEOPLE, VOICEMAIL, SAY, NUMBER = "people", "voicemail", "say", "number"
_CHOICE = re.compile(r"([0-9*#])\s*=\s*(people|voicemail|say|number)\b\s*(.*)", re.IGNORECASE)
# A call may ring so many phones at once ("<Number>").
MOST_PHONES = 10


class BadLine(ValueError):
    """This line says nothing that is understood; its text is the message."""


@dataclass(frozen=True)
class Group:
    name: str
    numbers: tuple[str, ...]


@dataclass(frozen=True)
class Choice:
    digit: str
    does: str
    about: str = ""


def number_in(written: str) -> str:
    """E.164. Raises BadLine."""
    digits = "".join(letter for letter in written if letter.isdigit())
    if not written.strip().startswith("+") or not 7 <= len(digits) <= 15 or digits.startswith("0"):
        raise BadLine(written.strip())
    return f"+{digits}"


def groups_in(text: str) -> list[Group]:
    """Raises BadLine."""
    found = []
    for line in filter(None, map(str.strip, text.splitlines())):
        name, colon, listed = line.rpartition(":")
        numbers = tuple(number_in(each) for each in listed.split(",") if each.strip())
        if not numbers or len(numbers) > MOST_PHONES or (colon and not name.strip()):
            raise BadLine(line)
        found.append(Group(name.strip(), numbers))
    return found


def choices_in(text: str, groups: list[Group]) -> list[Choice]:
    """Raises BadLine, also for a group that there is not, and for a digit that comes twice."""
    found: list[Choice] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        matched = _CHOICE.fullmatch(line)
        if matched is None or any(choice.digit == matched[1] for choice in found):
            raise BadLine(line)
        digit, does, about = matched[1], matched[2].lower(), matched[3].strip()
        if does == PEOPLE and about and group_of(about, groups) is None:
            raise BadLine(line)
        if does == SAY and not about:
            raise BadLine(line)
        found.append(Choice(digit, does, number_in(about) if does == NUMBER else about))
    return found


def group_of(name: str, groups: list[Group]) -> Group | None:
    """The group of this name; the first without one."""
    if not name:
        return groups[0] if groups else None
    return next((group for group in groups if group.name.lower() == name.lower()), None)


def owner_of(number: str, groups: list[Group]) -> str:
    """What to call whoever has this phone."""
    found = next((group.name for group in groups if number in group.numbers), "")
    return f"{found} ({number})" if found else number
