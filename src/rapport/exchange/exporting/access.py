"""Who may take data out: whoever's role says so and sees everything, so that no file shows more than its reader may."""

from rapport.team.models import Agent
from rapport.team.types import Permission, Visibility


def may_export(agent: Agent) -> bool:
    return agent.may(Permission.EXPORT) and agent.visibility == Visibility.ALL
