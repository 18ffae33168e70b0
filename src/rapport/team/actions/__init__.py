"""Everything that changes who works here."""

from rapport.team.actions.joining import INVITATION_DAYS, accept, create_agent, create_owner, invite, withdraw
from rapport.team.actions.people import Leaving, change_role, deactivate, prefer, reactivate, set_away, set_password
from rapport.team.actions.roles import change_own_role, create_role, delete_role
from rapport.team.actions.teams import change_team, create_team
from rapport.team.actions.tokens import create_token, revoke_token, token_for

__all__ = [
    "INVITATION_DAYS",
    "Leaving",
    "accept",
    "change_own_role",
    "change_role",
    "change_team",
    "create_agent",
    "create_owner",
    "create_role",
    "create_team",
    "create_token",
    "deactivate",
    "delete_role",
    "invite",
    "prefer",
    "reactivate",
    "revoke_token",
    "set_away",
    "set_password",
    "token_for",
    "withdraw",
]
