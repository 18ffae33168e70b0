"""Why a request is in nobody's day, in one sentence."""

import numpy as np

from rapport.science.assignment.days import Days
from rapport.science.assignment.people import Agent, Request
from rapport.science.language import _, ngettext, with_commas


def why_left_out(days: Days, place: int) -> str:
    """The first thing that stands in the way: worth, skills, language, length, due time, or that all are taken."""
    demand = days.demand
    request = demand.requests[place]
    worths = demand.worth if demand.values is None else demand.values[:, place]
    if demand.values is None and demand.worth[place] <= 0:
        return _("It is worth nothing in this plan, so no hour is spent on it.")
    able = np.flatnonzero(demand.skilled(place))
    if not len(able):
        return _nobody(request, demand.agents)
    if demand.values is not None:
        able = able[np.nan_to_num(worths[able], nan=-np.inf) > 0]
        if not len(able):
            return _("It may be given to nobody, or is worth nothing with anybody who could do it.")
    longest = max(demand.agents[agent].hours for agent in able)
    if request.hours > longest + 1e-9:
        return _("It takes {hours:g} h, and the longest day of those who can do it has {longest:g} h.").format(
            hours=request.hours, longest=longest
        )
    if not np.isfinite(demand.by_request(place)).any():
        first = min(demand.agents[agent].start for agent in able)
        return _(
            "It takes {hours:g} h and is due at hour {due:g}: nobody who can do it begins before hour {first:g}."
        ).format(hours=request.hours, due=request.due, first=first)
    return _taken(days, place, request)


def _nobody(request: Request, agents: tuple[Agent, ...]) -> str:
    if not agents:
        return _("Nobody works in this plan.")
    skills = sorted(request.skills)
    if request.language and not any(request.language in agent.languages for agent in agents):
        return _("Nobody in this plan speaks {language}.").format(language=request.language)
    missing = [skill for skill in skills if not any(skill in agent.skills for agent in agents)]
    if missing:
        return _("Nobody in this plan has the skill {skills}.").format(skills=with_commas(missing))
    if request.language:
        return _("Nobody who speaks {language} has all of its skills: {skills}.").format(
            language=request.language, skills=with_commas(skills)
        )
    return _("Nobody has all of its skills together: {skills}.").format(skills=with_commas(skills))


def _taken(days: Days, place: int, request: Request) -> str:
    able = np.flatnonzero(np.isfinite(days.demand.by_request(place)))
    free = float(days.free[able].max())
    if request.due is not None and free + 1e-9 >= request.hours:
        return ngettext(
            "The only one who could do it has work that is due as early or earlier until it is due at hour {due:g}.",
            "All {n} who could do it have work that is due as early or earlier until it is due at hour {due:g}.",
            len(able),
        ).format(n=len(able), due=request.due)
    return ngettext(
        "The only one who could do it has {free:g} h left beside work worth more, and it takes {hours:g} h.",
        "All {n} who could do it are busy with work worth more: none has more than {free:g} h left, and it takes "
        "{hours:g} h.",
        len(able),
    ).format(n=len(able), free=max(0.0, round(free, 6)), hours=request.hours)
