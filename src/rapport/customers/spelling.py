"""Names that are nearly what was typed: the words of all names are kept in memory, and the nearest are looked up.

Two hundred thousand names hold some ten thousand words, which take a few milliseconds to compare; new names are read
before each search, everything once an hour. Names that are gone do no harm: what is near is looked up in the database.
"""

import re
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet
from rapidfuzz import process
from rapidfuzz.distance import OSA

from rapport.customers.models import Company, Customer
from rapport.kit import clock

_HAN = re.compile(r"[\u3400-\u9fff]")
_HOUR = 3600
_NEAREST = 5


def alike(customers: QuerySet[Customer], words: str) -> QuerySet[Customer]:
    """Those whose name or company has these words, some of them misspelt: "Kim Prak" finds Kim Park."""
    typed = words.casefold().split()[:8]
    near = {word: _known.nearest(word) for word in typed}
    if not any(near.values()):
        return customers.none()
    for word in typed:
        meant = Q()
        for each in [word, *near[word]]:
            meant |= Q(name__icontains=each) | Q(company__name__icontains=each)
        customers = customers.filter(meant)
    return customers


def forget() -> None:
    """Read every name again at the next search."""
    _known.read_at = None


@dataclass
class _NameWords:
    """The words of all names; read by one thread at a time, and replaced as a whole."""

    words: dict[str, None] = field(default_factory=dict)
    highest: int = 0
    read_at: float | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def nearest(self, word: str) -> list[str]:
        most = _most_slips(word)
        if not most:
            return []
        self._read()
        found = process.extract(word, list(self.words), scorer=OSA.distance, score_cutoff=most, limit=_NEAREST + 1)
        return [each for each, distance, _place in found if distance][:_NEAREST]

    def _read(self) -> None:
        with self.lock:
            now = clock.monotonic()
            if self.read_at is None or now - self.read_at > _HOUR:
                self.words, self.highest, self.read_at = {}, 0, now
                self._add(Company.objects.order_by().values_list("name", flat=True).iterator())
            newer = Customer.objects.order_by("pk").filter(pk__gt=self.highest).values_list("pk", "name")
            for self.highest, name in newer.iterator():
                self._add([name])

    def _add(self, names: Iterable[str]) -> None:
        for name in names:
            for word in name.casefold().split():
                if len(word) <= 40:
                    self.words[word] = None


_known = _NameWords()


def _most_slips(word: str) -> int:
    """How many letters may be wrong, missing, too many or changed round."""
    if _HAN.search(word):
        return 1 if len(word) >= 3 else 0
    return 0 if len(word) < 4 or word.isdecimal() else 1 if len(word) < 8 else 2
