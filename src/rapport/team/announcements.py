"""What happens to the people here, as other rooms hear it."""

from dataclasses import dataclass

from rapport.backbone.events import Announcement


@dataclass(frozen=True)
class AgentJoined(Announcement):
    agent: int


@dataclass(frozen=True)
class AgentChanged(Announcement):
    """A name or a role is another one."""

    agent: int
    by: int | None


@dataclass(frozen=True)
class AgentDeactivated(Announcement):
    """This agent can no longer sign in; whoever handed them work takes it back."""

    agent: int
    by: int | None


@dataclass(frozen=True)
class AgentReactivated(Announcement):
    agent: int
    by: int | None


@dataclass(frozen=True)
class TeamChanged(Announcement):
    """A team is new, has another name or other members."""

    team: int
    by: int | None


@dataclass(frozen=True)
class Notified(Announcement):
    """What waits at this agent's bell is different now; only they hear it."""

    agent: int
