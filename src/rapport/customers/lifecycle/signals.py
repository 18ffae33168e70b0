"""What rules of the life cycle may ask: each room says what it knows of many customers at once.

    signals.register(Signal("known", gettext_lazy("Days since first known"), gettext_lazy("days"), days_known))

`values_for` answers for the customers it is given, in one query or two whatever their number; who is left out or None
has no value, and no "at least" or "at most" fits them. A signal that counts within a window has `within` too, which is
asked with a number of days.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise

Values = Mapping[int, float | None]


@dataclass(frozen=True)
class Signal:
    key: str
    label: str | Promise
    unit: str | Promise
    values_for: Callable[[Sequence[int]], Values]
    within: Callable[[Sequence[int], int], Values] | None = None
    # Where it stands in the list of what may be asked.
    order: int = 50

    @property
    def has_window(self) -> bool:
        return self.within is not None

    def read(self, customer_ids: Sequence[int], days: int | None) -> Values:
        if self.within is not None and days:
            return self.within(customer_ids, days)
        return self.values_for(customer_ids)


_known: dict[str, Signal] = {}


def register(signal: Signal) -> None:
    _known[signal.key] = signal


def signals() -> list[Signal]:
    """All there are, in the order they are offered."""
    return sorted(_known.values(), key=lambda signal: signal.order)


def signal_called(key: str) -> Signal | None:
    return _known.get(key)
