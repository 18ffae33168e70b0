"""This room's entries in the settings."""

from django.utils.translation import gettext_lazy as _

from rapport.team.settings_area import PERSONAL_GROUP, TEAM_GROUP, SettingsPage, add
from rapport.team.types import Permission

add(SettingsPage("profile", _("Profile"), "user", "profile", PERSONAL_GROUP))
add(SettingsPage("notices", _("Notifications"), "bell", "settings_notices", PERSONAL_GROUP))
add(SettingsPage("security", _("Sign-in and security"), "shield", "mfa_index", PERSONAL_GROUP))
add(SettingsPage("tokens", _("API tokens"), "key", "settings_tokens", PERSONAL_GROUP))
add(SettingsPage("people", _("People"), "users", "settings_people", TEAM_GROUP, Permission.MANAGE_TEAM))
add(SettingsPage("roles", _("Roles"), "lock", "settings_roles", TEAM_GROUP, Permission.MANAGE_TEAM))
add(SettingsPage("teams", _("Teams"), "workforce", "settings_teams", TEAM_GROUP, Permission.MANAGE_TEAM))
