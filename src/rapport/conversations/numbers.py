"""What in a text looks like the number of an order."""

import re
import unicodedata
from itertools import islice

# A message that names more is a pasted table, and about no order in particular.
MOST_WORDS = 200
_MOST_READ = 50_000
# Fewer signs than these are a quantity or a size, unless a # stands before them.
_SHORTEST = 3
# Latin letters and digits, whatever stands around them: Chinese is written without spaces.
_WORD = re.compile(r"(#\s?)?([0-9a-z\u00df-\u024f]+(?:[-_./][0-9a-z\u00df-\u024f]+)*)")


def numbers_in(*texts: str) -> list[str]:
    """Whole words with a digit in them, in small letters and without the # before them, each once, in their order."""
    found: dict[str, None] = {}
    for text in texts:
        # The sign №, and digits and signs as wide as Chinese ones, are written as people mean them.
        plain = unicodedata.normalize("NFKC", text[:_MOST_READ].replace("№", "#")).lower()
        for sign, word in _WORD.findall(plain):
            if any(each.isdigit() for each in word) and (sign or len(word) >= _SHORTEST):
                found[word] = None
    return list(islice(found, MOST_WORDS))
