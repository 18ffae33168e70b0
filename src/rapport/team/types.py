"""Roles and what each of them may do."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    OWNER = "owner", _("Owner")
    ADMIN = "admin", _("Administrator")
    LEAD = "lead", _("Team lead")
    AGENT = "agent", _("Agent")
    VIEWER = "viewer", _("Viewer")


class Afterwards(models.TextChoices):
    """What an agent looks at when a conversation has left the list: it, the next one, or the list."""

    STAY = "stay", _("The conversation stays open")
    NEXT = "next", _("The next one opens")
    LIST = "list", _("Back to the list")


class Permission(models.TextChoices):
    """What a role may do; ask `agent.may(Permission.REPLY)`, never for a role by name."""

    READ = "read", _("Read conversations")
    REPLY = "reply", _("Answer customers and change conversations")
    SEE_EVERYTHING = "see_everything", _("See conversations of every team")
    SEE_FEEDBACK = "see_feedback", _("See ratings and reports")
    DELETE = "delete", _("Delete conversations for good")
    MANAGE_CHANNELS = "manage_channels", _("Set up channels and look into deliveries")
    MANAGE_AUTOMATION = "manage_automation", _("Set up macros, rules and webhooks")
    MANAGE_ROUTING = "manage_routing", _("Set up service promises and assignment")
    MANAGE_FIELDS = "manage_fields", _("Set up fields and tags")
    MANAGE_TEAM = "manage_team", _("Invite people and change roles")
    MANAGE_OWNERS = "manage_owners", _("Make and unmake owners")


_AGENT = frozenset({Permission.READ, Permission.REPLY, Permission.SEE_FEEDBACK})
_LEAD = _AGENT | {Permission.SEE_EVERYTHING, Permission.MANAGE_AUTOMATION, Permission.MANAGE_FIELDS}
_ADMIN = _LEAD | {Permission.DELETE, Permission.MANAGE_CHANNELS, Permission.MANAGE_ROUTING, Permission.MANAGE_TEAM}

PERMISSIONS: dict[str, frozenset[Permission]] = {
    Role.VIEWER: frozenset({Permission.READ, Permission.SEE_FEEDBACK}),
    Role.AGENT: _AGENT,
    Role.LEAD: _LEAD,
    Role.ADMIN: _ADMIN,
    Role.OWNER: _ADMIN | {Permission.MANAGE_OWNERS},
}


class TokenScope(models.TextChoices):
    READ = "read", _("Read")
    WRITE = "write", _("Read and write")
    ADMIN = "admin", _("Everything its owner may do")
