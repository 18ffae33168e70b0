"""Roles of the company's own."""

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from rapport.backbone.events import announce
from rapport.team.announcements import RoleChanged, RoleDeleted
from rapport.team.errors import NotYours
from rapport.team.models import Agent, CustomRole, Invitation
from rapport.team.roles import AnyRole, may_grant, reaches
from rapport.team.types import ALWAYS, CHOOSABLE, Permission, Visibility, nearest_role


@transaction.atomic
def create_role(*, name: str, permissions: Iterable[Permission], visibility: Visibility, by: Agent) -> CustomRole:
    """A role that people can be given. Raises NotYours for more than the asker has."""
    return _saved(CustomRole(), name, permissions, visibility, by)


@transaction.atomic
def change_own_role(
    role: CustomRole, *, name: str, permissions: Iterable[Permission], visibility: Visibility, by: Agent
) -> CustomRole:
    """Another name or other rights, for everybody who has it, from their next page on. Raises NotYours."""
    held = CustomRole.objects.select_for_update().get(pk=role.pk)
    _must_grant(held, by)
    return _saved(held, name, permissions, visibility, by)


@transaction.atomic
def delete_role(role: CustomRole, *, fallback: str, by: Agent) -> int:
    """Remove it; whoever has or was promised it gets this built-in role. Says how many people. Raises NotYours."""
    held = CustomRole.objects.select_for_update().get(pk=role.pk)
    _must_grant(held, by)
    _must_grant(fallback, by)
    count = held.agents.update(custom_role=None, role=fallback)
    Invitation.objects.filter(custom_role=held).update(custom_role=None, role=fallback)
    announce(RoleDeleted(held.pk, name=held.name, fallback=fallback, by=by.pk), subject=f"role:{held.pk}")
    held.delete()
    return count


def _saved(
    role: CustomRole, name: str, permissions: Iterable[Permission], visibility: Visibility, by: Agent
) -> CustomRole:
    granted = (frozenset(permissions) & frozenset(CHOOSABLE)) | ALWAYS
    if visibility == Visibility.ALL:
        granted |= {Permission.SEE_EVERYTHING}
    if not by.may(Permission.MANAGE_TEAM) or not reaches(by, granted, visibility):
        raise NotYours(_("A role can do no more than you may do yourself."))
    role.name, role.visibility = name.strip(), visibility
    role.words = f" {' '.join(sorted(granted))} "
    role.save()
    nearest = nearest_role(granted)
    role.agents.update(role=nearest)
    Invitation.objects.filter(custom_role=role).update(role=nearest)
    announce(RoleChanged(role.pk, name=role.name, by=by.pk), subject=f"role:{role.pk}")
    return role


def _must_grant(role: AnyRole, by: Agent) -> None:
    if not may_grant(by, role):
        raise NotYours(_("This role may do more than you may. Ask somebody who has all of it."))
