"""Why a plan is short, in one sentence: the tightest gap, and what stands in its way."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from rapport.science.staffing.programme import Pattern, may_work
from rapport.science.staffing.roster import Person, step_of

if TYPE_CHECKING:
    from rapport.science.staffing.shifts import ShiftPlan


def explain(
    plan: "ShiftPlan", cover: pd.DataFrame, people: pd.DataFrame, ways: list[Pattern], missing: dict[str, float]
) -> str:
    """One sentence on a solved plan: all is well, or where it is tightest and why."""
    if (cover["short"] > 1e-6).any():
        return _gap(plan, cover, people, ways)
    if missing:
        name = max(missing, key=lambda person: missing[person])
        return (
            f"Everything is covered, but the contract of {name} promises {missing[name]:g} more hours than can be "
            f"planned under the other rules."
        )
    return f"Everything is covered, with {people['hours'].sum():g} hours by {int((people['hours'] > 0).sum())} people."


def _gap(plan: "ShiftPlan", cover: pd.DataFrame, people: pd.DataFrame, ways: list[Pattern]) -> str:
    moments = pd.DatetimeIndex(cover.index.get_level_values("time").unique())
    step = step_of(moments)
    # Of equal gaps, the one that the most people are wanted for.
    worst = cover.sort_values(["short", "required"], ascending=False, kind="stable")
    moment, skill = worst.index[0]
    most, required = float(worst["short"].iloc[0]), float(worst["required"].iloc[0])
    until = moment + step
    while (until, skill) in cover.index and tuple(cover.loc[(until, skill), ["short", "required"]]) == (most, required):
        until += step
    who = "people" + (f" who can do {skill}" if skill else "")
    place = moments.get_loc(moment)
    able = _able(plan.people, skill, [way for way in ways if place in way.steps])
    where = f"{moment:%A} {moment.day} {moment:%B %Y} from {moment:%H:%M} to {until:%H:%M}"
    need = f"{where} needs {required:g} {who}"
    if not any(place in way.steps for way in ways):
        return f"{need}, but no shift covers that time."
    if len(able) < required:
        lost = "" if most <= required - len(able) else f", and {_reason(plan, people, able)}"
        return f"{need}, but only {len(able)} of them can be there at all{lost}: {most:g} short."
    return f"{need}, but {most:g} of them cannot be found: {_reason(plan, people, able)}."


def _able(people: Sequence[Person], skill: str, ways: list[Pattern]) -> list[Person]:
    skilled = [person for person in people if not skill or skill in person.skills]
    return [person for person in skilled if any(may_work(person, way) for way in ways)]


def _reason(plan: "ShiftPlan", people: pd.DataFrame, able: list[Person]) -> str:
    """What the able people have used up, the commonest limit first."""
    shortest = min(shift.paid_hours for shift in plan.shifts)
    hours = [p for p in able if people.loc[p.name, "hours"] + shortest > p.most_hours + 1e-9]
    days = [p for p in able if people.loc[p.name, "days"] >= p.most_days and p not in hours]
    if len(hours) >= max(len(days), 1):
        return f"the contracts of {len(hours)} of the {len(able)} who could be there allow no further shift"
    if days:
        return f"{len(days)} of the {len(able)} who could be there have worked as many days as they may"
    return (
        f"breaks, other skills and {plan.rest_hours:g} hours of rest between shifts "
        f"leave too few of the {len(able)} who could be there"
    )
