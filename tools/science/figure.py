"""One published figure, and ours beside it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """`ours` is to match or beat `target`, both in `unit`."""

    name: str
    ours: float
    target: float
    unit: str
    higher_is_better: bool

    @property
    def met(self) -> bool:
        return self.ours >= self.target if self.higher_is_better else self.ours <= self.target
