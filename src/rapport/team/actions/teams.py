"""Teams and who is in them."""

from collections.abc import Iterable

from django.db import transaction

from rapport.backbone.events import announce
from rapport.team.announcements import TeamChanged
from rapport.team.models import Agent, Team


@transaction.atomic
def create_team(*, name: str, members: Iterable[Agent] = (), by: Agent) -> Team:
    team = Team.objects.create(name=name.strip())
    team.members.set(members)
    announce(TeamChanged(team.id, by=by.id), subject=f"team:{team.id}")
    return team


@transaction.atomic
def change_team(team: Team, *, name: str, members: Iterable[Agent], by: Agent) -> None:
    """Another name, other members. What members see changes with their next page."""
    team.name = name.strip()
    team.save(update_fields=["name"])
    team.members.set(members)
    announce(TeamChanged(team.id, by=by.id), subject=f"team:{team.id}")
