"""What of the team goes out by an export: who works here and in which teams; never a secret."""

from django.utils.translation import gettext_lazy as _

from rapport.backbone.outflow import register
from rapport.backbone.outflow.extras import lists
from rapport.backbone.outflow.tables import Table
from rapport.team.models import Agent, Team

register(
    Table(
        "agents",
        _("Agents"),
        Agent.objects.all,
        "id name email role own_role=custom_role__name language time_zone created_at deactivated_at last_seen_at",
        since="created_at",
        extras=(lists(Team.members.through.objects.all, owner="agent_id", value="team__name", name="teams"),),
    )
)
register(
    Table(
        "teams",
        _("Teams"),
        Team.objects.all,
        "id name created_at",
        since="created_at",
        extras=(lists(Team.members.through.objects.all, owner="team_id", value="agent__email", name="members"),),
    )
)
