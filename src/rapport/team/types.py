"""Roles and what each of them may do."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    OWNER = "owner", _("Owner")
    ADMIN = "admin", _("Administrator")
    LEAD = "lead", _("Team lead")
    AGENT = "agent", _("Agent")
    VIEWER = "viewer", _("Viewer")


class Visibility(models.TextChoices):
    """Which conversations a role sees, from the fewest to all."""

    OWN = "own", _("Only mine")
    TEAMS = "teams", _("My teams")
    ALL = "all", _("All")


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
    EXPORT = "export", _("Take data out")
    MANAGE_TEAM = "manage_team", _("Invite people and change roles")
    MANAGE_OWNERS = "manage_owners", _("Make and unmake owners")


EXPLANATIONS = {
    Permission.READ: _("Open conversations, customers and companies, and search them, as far as the role sees."),
    Permission.REPLY: _("Write to customers, add notes, assign, tag, snooze, close, merge and change fields."),
    Permission.SEE_EVERYTHING: _("Without it: those of their teams and of no team, or only those assigned to them."),
    Permission.SEE_FEEDBACK: _("Open what customers answered to surveys, and the reports."),
    Permission.DELETE: _("Remove a conversation with all its messages and files. Nothing brings it back."),
    Permission.MANAGE_CHANNELS: _(
        "Connect mail addresses and other channels, surveys, and see what could not be read."
    ),
    Permission.MANAGE_AUTOMATION: _("Make macros for everyone, rules that act by themselves, and webhooks."),
    Permission.MANAGE_ROUTING: _("Set business hours, how soon customers are answered, and who gets what."),
    Permission.MANAGE_FIELDS: _(
        "Decide which facts are kept with conversations and customers, rename tags, and import customers."
    ),
    Permission.EXPORT: _(
        "Export everything that is here as files, and connect other systems. Only for roles that see all conversations."
    ),
    Permission.MANAGE_TEAM: _(
        "Invite and deactivate people, put them into teams, and give roles no wider than one's own."
    ),
    Permission.MANAGE_OWNERS: _("Hand the company over. Only owners have it, and one of them always stays."),
}

_AGENT = frozenset({Permission.READ, Permission.REPLY, Permission.SEE_FEEDBACK})
_LEAD = _AGENT | {Permission.SEE_EVERYTHING, Permission.MANAGE_AUTOMATION, Permission.MANAGE_FIELDS}
_ADMIN = _LEAD | {
    Permission.DELETE,
    Permission.MANAGE_CHANNELS,
    Permission.MANAGE_ROUTING,
    Permission.EXPORT,
    Permission.MANAGE_TEAM,
}

PERMISSIONS: dict[str, frozenset[Permission]] = {
    Role.VIEWER: frozenset({Permission.READ, Permission.SEE_FEEDBACK}),
    Role.AGENT: _AGENT,
    Role.LEAD: _LEAD,
    Role.ADMIN: _ADMIN,
    Role.OWNER: _ADMIN | {Permission.MANAGE_OWNERS},
}


# What every role may do.
ALWAYS = frozenset({Permission.READ})
# What a role of the company's own may be given: owners are made by owners, and how far it sees is its visibility.
CHOOSABLE = tuple(
    each for each in Permission if each not in (*ALWAYS, Permission.SEE_EVERYTHING, Permission.MANAGE_OWNERS)
)


def nearest_role(granted: frozenset[Permission]) -> Role:
    """The strongest built-in role, below owner, that may do no more than this; a viewer where there is none."""
    order = (Role.ADMIN, Role.LEAD, Role.AGENT)
    return next((role for role in order if PERMISSIONS[role] <= granted), Role.VIEWER)


class HandoverWay(models.TextChoices):
    """Where the conversations of somebody who leaves go."""

    PERSON = "person", _("To one person")
    TEAM = "team", _("To a team: they wait there for somebody")
    NOBODY = "nobody", _("To nobody: they are unassigned, each in the team it has")


class TokenScope(models.TextChoices):
    READ = "read", _("Read")
    WRITE = "write", _("Read and write")
    ADMIN = "admin", _("Everything its owner may do")
