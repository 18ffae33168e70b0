"""Which rules count on somebody who leaves."""

from django.utils.translation import ngettext

from rapport.automation.queries import rules
from rapport.automation.types import Do
from rapport.team.leaving import Belonging, add
from rapport.team.models import Agent


def _rules(agent: Agent) -> int:
    wanted = {"do": Do.ASSIGN.value, "value": str(agent.pk)}
    every = rules().values_list("steps", flat=True)
    return sum(any(wanted.items() <= step.items() for step in steps) for steps in every)


def _in_words(count: int) -> str:
    return ngettext(
        "%(count)d rule that assigns to them; change it, or it will fail",
        "%(count)d rules that assign to them; change them, or they will fail",
        count,
    ) % {"count": count}


add(Belonging("rules", _rules, _in_words))
