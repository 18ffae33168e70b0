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
class RoleChanged(Announcement):
    """A role of the company's own is new, has another name or lets people do other things."""

    role: int
    name: str
    by: int | None


@dataclass(frozen=True)
class RoleDeleted(Announcement):
    """Whoever had it has the built-in role `fallback` now."""

    role: int
    name: str
    fallback: str
    by: int | None


@dataclass(frozen=True)
class AgentDeactivated(Announcement):
    """This agent can no longer sign in; `handover` says what happens with what they had, where that was asked."""

    agent: int
    by: int | None
    handover: int | None = None


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
