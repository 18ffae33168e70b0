"""Tables that come in as `rapport data import` brings them, and are taken back."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from rapport.backbone import intake
from rapport.kit import clock
from rapport.site import bringing

_AT_ONCE = 500


@dataclass
class Came:
    """One file that came in: what became of each row, what it made, and when it was through."""

    kind: str
    outcomes: list[intake.Outcome] = field(default_factory=list)
    since: datetime = field(default_factory=clock.now)

    @property
    def words(self) -> list[str]:
        return [each.word for each in self.outcomes]

    @property
    def made(self) -> list[int]:
        return [pk for each in self.outcomes for pk in each.made]

    def take_back(self) -> int:
        """The last of the file first, as the page does it."""
        taker: Any = intake.begin(self.kind)
        assert isinstance(taker, intake.TakesBack)
        made, gone = self.made[::-1], 0
        for start in range(0, len(made), _AT_ONCE):
            with transaction.atomic():
                gone += taker.take_back(made[start : start + _AT_ONCE], since=self.since)
        return gone


class _Noting:
    """An intake that notes what became of each row."""

    def __init__(self, held: Any, came: Came) -> None:
        self.held, self.came = held, came
        self.kind, self.label, self.columns = held.kind, held.label, held.columns
        self.together = intake.keeps_together(held)

    def write(self, rows: Sequence[intake.Row], *, by: int | None, is_trial: bool) -> list[intake.Outcome]:
        outcomes: list[intake.Outcome] = self.held.write(rows, by=by, is_trial=is_trial)
        self.came.outcomes += outcomes
        return outcomes


def bring(kind: str, text: str, **said: str) -> Came:
    """This text as a file; `said` holds for every row."""
    came = Came(kind)
    noting = _Noting(intake.begin(kind), came)
    way = bringing.plan(text.encode(), noting, mapped={}, said=said)
    bringing.bring(text.encode(), way, noting, is_trial=False)
    came.since = clock.now()
    return came
