"""What changes about a person who works here."""

from dataclasses import dataclass

from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from rapport.backbone.events import announce
from rapport.kit import clock
from rapport.team.announcements import AgentChanged, AgentDeactivated, AgentReactivated
from rapport.team.errors import LastOwner, NotYours
from rapport.team.models import Agent, ApiToken, Handover, Team
from rapport.team.queries import owners
from rapport.team.roles import AnyRole, as_fields, may_grant, role_of
from rapport.team.types import HandoverWay, Permission, Role


@transaction.atomic
def change_role(agent: Agent, *, to: AnyRole, by: Agent) -> None:
    """Give someone another role. Raises NotYours for what the asker may not hand out, LastOwner if nobody were left."""
    agent = _locked(agent)
    if role_of(agent) == to:
        return
    _must_manage(agent, by)
    if not may_grant(by, to):
        owner = _("Only an owner can make somebody an owner.")
        raise NotYours(owner if to == Role.OWNER else _("You cannot give a role that may do more than you may."))
    if agent.role == Role.OWNER:
        _must_leave_an_owner(agent)
    for name, value in as_fields(to).items():
        setattr(agent, name, value)
    agent.save(update_fields=["role", "custom_role"])
    announce(AgentChanged(agent.id, by=by.id), subject=f"agent:{agent.id}")


@dataclass(frozen=True)
class Leaving:
    """What happens with the conversations of somebody who leaves: they go to a person, to a team, or to nobody."""

    heir: Agent | None = None
    team: Team | None = None

    @property
    def way(self) -> HandoverWay:
        return HandoverWay.PERSON if self.heir else HandoverWay.TEAM if self.team else HandoverWay.NOBODY


@transaction.atomic
def deactivate(agent: Agent, *, by: Agent, leaving: Leaving | None = None) -> None:
    """Close the door on someone: sessions end, API tokens are revoked, what they wrote stays.

    With `leaving` a job gives their conversations away; without, these stay theirs. What they scheduled is sent.
    Raises NotYours, LastOwner.
    """
    agent = _locked(agent)
    if not agent.is_active:
        return
    if agent.pk == by.pk:
        raise NotYours(_("You cannot deactivate yourself. Ask somebody else who manages the team."))
    _must_manage(agent, by)
    if agent.role == Role.OWNER:
        _must_leave_an_owner(agent)
    agent.deactivated_at = clock.now()
    agent.save(update_fields=["deactivated_at"])
    ApiToken.objects.filter(agent=agent, revoked_at__isnull=True).update(revoked_at=agent.deactivated_at)
    handover = _handover(agent, leaving, by) if leaving else None
    announce(AgentDeactivated(agent.id, by=by.id, handover=handover), subject=f"agent:{agent.id}")


@transaction.atomic
def reactivate(agent: Agent, *, by: Agent) -> None:
    agent = _locked(agent)
    if agent.is_active:
        return
    _must_manage(agent, by)
    agent.deactivated_at = None
    agent.save(update_fields=["deactivated_at"])
    announce(AgentReactivated(agent.id, by=by.id), subject=f"agent:{agent.id}")


def _handover(agent: Agent, leaving: Leaving, by: Agent) -> int:
    heir = leaving.heir
    if heir and (heir.pk == agent.pk or not heir.may(Permission.REPLY)):
        raise NotYours(_("%(name)s cannot take over conversations.") % {"name": heir.name})
    made = Handover.objects.create(agent=agent, by=by, way=leaving.way, heir=heir, team=leaving.team)
    return made.pk


PREFERENCES = (
    "name", "language", "time_zone", "theme", "single_keys", "undo_seconds", "afterwards", "notices", "quiet_from",
    "quiet_until", "pushes_text", "follows_by_itself", "phone",
)  # fmt: skip


@transaction.atomic
def prefer(agent: Agent, **preferences: object) -> None:
    """Save what someone likes about their own screens; only the fields in PREFERENCES can be changed here."""
    unknown = set(preferences) - set(PREFERENCES)
    if unknown:
        raise TypeError(f"not a preference: {', '.join(sorted(unknown))}")
    renamed = preferences.get("name", agent.name) != Agent.objects.values_list("name", flat=True).get(pk=agent.pk)
    for field, value in preferences.items():
        setattr(agent, field, value)
    agent.save(update_fields=list(preferences))
    if renamed:
        announce(AgentChanged(agent.id, by=agent.id), subject=f"agent:{agent.id}")


def set_password(agent: Agent, *, password: str) -> None:
    """A new password, which ends every other session of this person. Raises ValidationError for a weak one."""
    validate_password(password, agent)
    agent.set_password(password)
    agent.save(update_fields=["password"])


def set_away(agent: Agent, *, away: bool) -> None:
    agent.away_since = clock.now() if away else None
    agent.save(update_fields=["away_since"])


def _locked(agent: Agent) -> Agent:
    # With every owner, lowest id first: two who take each other's role away at once would deadlock, or leave none.
    wanted = Q(pk=agent.pk) | Q(role=Role.OWNER)
    rows = {row.pk: row for row in Agent.objects.select_for_update(of=("self",)).filter(wanted).order_by("id")}
    return rows[agent.pk]


def _must_manage(agent: Agent, by: Agent) -> None:
    if not may_grant(by, role_of(agent)):
        owner = _("Only an owner can change an owner.")
        raise NotYours(owner if agent.role == Role.OWNER else _("This person may do more than you may. Ask an owner."))


def _must_leave_an_owner(agent: Agent) -> None:
    if not owners().exclude(pk=agent.pk).exists():
        raise LastOwner(_("%(name)s is the only owner. Make somebody else an owner first.") % {"name": agent.name})
