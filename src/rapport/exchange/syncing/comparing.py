"""Who changed what since both sides were last in step: a comparison of three, field by field."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rapport.exchange.syncing.seam import Direction, Line, Rule

Values = Mapping[str, str]
# Nobody is known by less because a system over there knows less of them.
NEVER_EMPTIED = frozenset({"name", "email", "phone"})


@dataclass(frozen=True)
class Sides:
    """The values of a record by our names for the fields, now and when both sides were last in step, if ever."""

    ours: Values
    theirs: Values
    our_base: Values | None = None
    their_base: Values | None = None
    is_ours_newer: bool = False


@dataclass
class Decision:
    """What is written where, and which fields both sides had changed."""

    here: dict[str, str] = field(default_factory=dict)
    there: dict[str, str] = field(default_factory=dict)
    conflicts: list[str] = field(default_factory=list)


def decide(lines: Sequence[Line], sides: Sides) -> Decision:
    """Each field by itself: two people who changed two fields of one customer both keep what they wrote."""
    decision = Decision()
    for line in lines:
        ours, theirs = sides.ours.get(line.ours, ""), sides.theirs.get(line.ours, "")
        if ours == theirs:
            continue
        is_here, is_conflict = _goes_here(line, ours, theirs, sides)
        if is_conflict:
            decision.conflicts.append(line.ours)
        if is_here and (theirs or line.ours not in NEVER_EMPTIED):
            decision.here[line.ours] = theirs
        elif is_here is False:
            decision.there[line.ours] = ours
    return decision


def _goes_here(line: Line, ours: str, theirs: str, sides: Sides) -> tuple[bool | None, bool]:
    """Whether theirs is written here, ours there, or neither (None); and whether both sides had changed it."""
    if sides.our_base is None or sides.their_base is None:
        changed_here, changed_there = bool(ours), bool(theirs)
    else:
        changed_here = ours != sides.our_base.get(line.ours, "")
        changed_there = theirs != sides.their_base.get(line.ours, "")
    if line.direction == Direction.IN:
        return (True if changed_there else None), False
    if line.direction == Direction.OUT:
        return (False if changed_here else None), False
    if changed_here and changed_there:
        return _wins_there(line.rule, sides), True
    if changed_here or changed_there:
        return changed_there, False
    return None, False


def _wins_there(rule: Rule, sides: Sides) -> bool:
    return {Rule.OURS: False, Rule.THEIRS: True}.get(rule, not sides.is_ours_newer)
