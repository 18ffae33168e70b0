"""Why no plan can be given.

CannotPlan (a ValueError)
  Infeasible   the limits contradict each other
  Unbounded    nothing limits the plan
"""


class CannotPlan(ValueError):
    """There is no best plan; the sentence says why and what to change."""


class Infeasible(CannotPlan):
    """No plan keeps every limit. `limits` are the places of limits that cannot hold together."""

    def __init__(self, sentence: str, limits: tuple[int, ...] = ()) -> None:
        super().__init__(sentence)
        self.limits = limits

    def __reduce__(self) -> tuple[type["Infeasible"], tuple[str, tuple[int, ...]]]:
        return type(self), (str(self), self.limits)


class Unbounded(CannotPlan):
    """A plan can be bettered for ever. `services` are the places of those that grow together."""

    def __init__(self, sentence: str, services: tuple[int, ...] = ()) -> None:
        super().__init__(sentence)
        self.services = services

    def __reduce__(self) -> tuple[type["Unbounded"], tuple[str, tuple[int, ...]]]:
        return type(self), (str(self), self.services)
