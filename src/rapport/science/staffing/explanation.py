"""Why a plan is short, in plain sentences: where it is tightest, by how many, and what stands in its way."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from rapport.science.language import _, ngettext
from rapport.science.staffing.programme import Pattern, may_work, week_of
from rapport.science.staffing.roster import Person, step_of

if TYPE_CHECKING:
    from rapport.science.staffing.shifts import Build, ShiftPlan


def explain(
    plan: "ShiftPlan", gaps: pd.DataFrame, worked: pd.DataFrame, build: "Build", missing: dict[str, float], proven: bool
) -> str:
    """All is well, or where the plan is tightest and why; `gaps` and `worked` are the roster's gaps and shifts."""
    if len(gaps):
        said = _gap(plan, gaps, worked, build.ways, pd.DatetimeIndex(build.demand.index))
        more = _("This is the best plan found in {seconds} seconds; more time may find a better one.")
        return said if proven else f"{said} {more.format(seconds=f'{plan.seconds:g}')}"
    if missing:
        name = max(missing, key=lambda person: missing[person])
        return _(
            "Everything is covered, but the contract of {name} promises {hours} more hours than the other rules allow."
        ).format(name=name, hours=f"{missing[name]:g}")
    working = int(worked["person"].nunique())
    return ngettext(
        "Everything is covered, with {hours} hours by {people} person.",
        "Everything is covered, with {hours} hours by {people} people.",
        working,
    ).format(hours=f"{worked['hours'].sum():g}", people=working)


def find_gaps(cover: pd.DataFrame) -> pd.DataFrame:
    """One row a stretch in which equally many of a skill are short, worst first: start, end, skill, required, short."""
    moments = pd.DatetimeIndex(cover.index.get_level_values("time").unique())
    step = step_of(moments)
    rows = []
    for skill, steps in cover[cover["short"] > 1e-6].groupby(level="skill", sort=False):
        table = steps.droplevel("skill")
        apart = table.index.to_series().diff() != step
        run = (apart | (table[["required", "short"]].diff() != 0).any(axis=1)).cumsum()
        for _run, part in table.groupby(run):
            start, end = part.index[0], part.index[-1] + step
            rows.append((start, end, str(skill), float(part["required"].iloc[0]), float(part["short"].iloc[0])))
    gaps = pd.DataFrame(rows, columns=["start", "end", "skill", "required", "short"])
    # Of equal gaps, the one that the most people are wanted for.
    return gaps.sort_values(["short", "required"], ascending=False, kind="stable", ignore_index=True)


def _gap(
    plan: "ShiftPlan", gaps: pd.DataFrame, worked: pd.DataFrame, ways: list[Pattern], moments: pd.DatetimeIndex
) -> str:
    worst = gaps.iloc[0]
    said = [_short(worst, plan, ways, moments, worked)]
    if len(gaps) > 1:
        hours = float((gaps["short"] * ((gaps["end"] - gaps["start"]) / pd.Timedelta(hours=1))).sum())
        said.append(
            _("There are {count} gaps, and {hours} hours of work that nobody covers.").format(
                count=len(gaps), hours=f"{hours:g}"
            )
        )
    return " ".join(said)


def _short(
    worst: "pd.Series", plan: "ShiftPlan", ways: list[Pattern], moments: pd.DatetimeIndex, worked: pd.DataFrame
) -> str:
    here = [way for way in ways if moments.get_loc(worst["start"]) in way.steps]
    able = _able(plan.people, worst["skill"], here)
    weeks = worked["date"].map(lambda day: week_of(day, moments[0]))
    used = worked[weeks == week_of(worst["start"], moments[0])].groupby("person")["hours"].agg(["sum", "size"])
    values = {
        "date": f"{worst['start']:%Y-%m-%d}",
        "start": f"{worst['start']:%H:%M}",
        "end": f"{worst['end']:%H:%M}",
        "required": f"{worst['required']:g}",
        "short": f"{worst['short']:g}",
        "skill": worst["skill"],
    }
    need = (
        _("On {date} from {start} to {end}, the desk needs {required} who can do {skill} and is {short} short.")
        if worst["skill"]
        else _("On {date} from {start} to {end}, the desk needs {required} and is {short} short.")
    )
    return " ".join([need.format(**values), *_reasons(plan, used, able, bool(here), worst)])


def _able(people: Sequence[Person], skill: str, ways: list[Pattern]) -> list[Person]:
    skilled = [person for person in people if not skill or skill in person.skills]
    return [person for person in skilled if any(may_work(person, way) for way in ways)]


def _reasons(
    plan: "ShiftPlan", used: pd.DataFrame, able: list[Person], reachable: bool, worst: "pd.Series"
) -> list[str]:
    if not reachable:
        return [_("No shift covers that time.")]
    too_few = _("Only {able} of them can be there at all.").format(able=len(able))
    if len(able) == 0 or worst["short"] <= worst["required"] - len(able):
        return [too_few]
    return [too_few, _limit(plan, used, able)] if len(able) < worst["required"] else [_limit(plan, used, able)]


def _limit(plan: "ShiftPlan", used: pd.DataFrame, able: list[Person]) -> str:
    """What the able people have used up in that week, the commonest limit first."""
    shortest = min(shift.paid_hours for shift in plan.shifts)
    used = used.reindex([person.name for person in able], fill_value=0)
    hours = [p for p in able if used.loc[p.name, "sum"] + shortest > p.most_hours + 1e-9]
    days = [p for p in able if used.loc[p.name, "size"] >= p.most_days and p not in hours]
    if len(hours) >= max(len(days), 1):
        return _("The contracts of {count} of the {able} who could be there allow no further shift.").format(
            count=len(hours), able=len(able)
        )
    if days:
        return _("{count} of the {able} who could be there work as many days as they may.").format(
            count=len(days), able=len(able)
        )
    return _(
        "Breaks, other skills and {hours} hours of rest between shifts leave too few of the {able} who could be there."
    ).format(hours=f"{plan.rest_hours:g}", able=len(able))
