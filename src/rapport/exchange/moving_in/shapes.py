"""What pages and the command show of a move."""

from dataclasses import asdict, dataclass, field
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from rapport.exchange.moving_in.models import MoveIn, MoveState
from rapport.exchange.moving_in.seam import sources
from rapport.exchange.moving_in.types import Kind
from rapport.exchange.moving_in.writing import articles
from rapport.exchange.moving_in.writing.ledger import COUNTED


@dataclass(frozen=True)
class Counted:
    """One kind, how many of it there are, and what became of those that were looked at."""

    kind: Kind
    new: int = 0
    changed: int = 0
    same: int = 0
    left: int = 0
    wrong: int = 0
    total: int | None = None
    is_finished: bool = False

    @property
    def done(self) -> int:
        return self.new + self.changed + self.same + self.left + self.wrong

    @property
    def percent(self) -> int:
        if self.is_finished:
            return 100
        return min(99, 100 * self.done // self.total) if self.total else 0


@dataclass(frozen=True)
class Seen:
    """One kind as it was seen when looking around."""

    kind: Kind
    total: int | None
    at_least: int
    things: list[dict[str, Any]] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)


def label_of(move: MoveIn) -> str:
    source = sources().get(move.source)
    if source is None:
        return move.source
    return f"{source.label} ({_('export')})" if source.reads_file else source.label


def counted(move: MoveIn) -> list[Counted]:
    return [
        Counted(
            kind,
            **{what: move.counted(kind, what) for what in COUNTED},
            total=move.counts.get(kind.value, {}).get("total"),
            is_finished=kind.value in move.finished_kinds,
        )
        for kind in move.every_kind
    ]


def seen(move: MoveIn) -> list[Seen]:
    found = []
    for kind in move.every_kind:
        said = move.preview.get(kind.value)
        if said is not None:
            things = [{**each, "at": parse_datetime(each["at"]) if each.get("at") else None} for each in said["things"]]
            found.append(Seen(kind, said["total"], said["at_least"], things, said["broken"]))
    return found


def stages(move: MoveIn) -> tuple[list[str], str]:
    """The steps of the page, and the one it is at."""
    names = [_("Where from"), _("Look around"), _("Move in"), _("Done")]
    if move.state == MoveState.DRAFT:
        return names, names[1] if move.preview else names[0]
    at = {MoveState.LOOKING: 1, MoveState.DONE: 3, MoveState.UNDONE: 3, MoveState.UNDOING: 3}
    return names, names[at.get(MoveState(move.state), 2)]


def articles_folder(move: MoveIn, account: str) -> str:
    """Where articles lie, where any came."""
    return str(articles.folder(account)) if move.counted(Kind.ARTICLES, "new") else ""


def plainly(move: MoveIn) -> dict[str, Any]:
    """As JSON has it."""
    return {
        "id": move.pk,
        "source": move.source,
        "account": move.account,
        "state": move.state,
        "problem": move.problem,
        "counts": {each.kind.value: {k: v for k, v in asdict(each).items() if k != "kind"} for each in counted(move)},
        "problems": move.problems.count(),
    }
