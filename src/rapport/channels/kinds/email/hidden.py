"""What a letter hides from whoever reads it: preview lines for lists, a second version for telephones.

The style sheets that would show some of it again are gone, so it stays out of sight and out of the text. A letter that
would say nothing without it is shown whole.
"""

import re

# What a cleaned element carries when its letter hid it.
HIDDEN = "display:none"
_HIDES = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all)\b", re.IGNORECASE)
# As the cleaner writes it: lower case, every value in double quotes.
_TAG = re.compile(r'<(/?)([a-z][a-z0-9-]*)((?: [a-z-]+="[^"]*")*)>')
_MARK = f' style="{HIDDEN}"'
_EMPTY = frozenset({"area", "br", "col", "hr", "img", "wbr"})


def hides(style: str) -> bool:
    """Whether an element with this style is not to be seen."""
    return _HIDES.search(style) is not None


def without_hidden(cleaned: str) -> str:
    """Cleaned HTML without the elements marked as hidden; without only the marks if nothing else would be left."""
    if _MARK not in cleaned:
        return cleaned
    seen: list[str] = []
    start, depth = 0, 0
    for tag in _TAG.finditer(cleaned):
        closing, name, attributes = tag.groups()
        if name in _EMPTY and not (_MARK in attributes and not depth):
            continue
        if depth:
            depth += -1 if closing else 1
            start = tag.end()
        elif _MARK in attributes:
            seen.append(cleaned[start : tag.start()])
            depth, start = int(name not in _EMPTY), tag.end()
    if not depth:
        seen.append(cleaned[start:])
    left = "".join(seen)
    return left if _says_something(left) else cleaned.replace(_MARK, "")


def _says_something(cleaned: str) -> bool:
    return "<img" in cleaned or bool(re.sub(r"<[^>]*>|&nbsp;|\s", "", cleaned))
