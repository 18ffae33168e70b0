"""Roles as they are handed out: a built-in one by its word, or one of the company's own."""

from typing import Any

from rapport.team.models import Agent, CustomRole, Invitation
from rapport.team.types import PERMISSIONS, Permission, Role, Visibility, nearest_role

AnyRole = str | CustomRole

_OWN = "own-"
_REACH = list(Visibility)


def granted_by(role: AnyRole) -> frozenset[Permission]:
    return role.granted if isinstance(role, CustomRole) else PERMISSIONS[role]


def visibility_of(role: AnyRole) -> Visibility:
    if Permission.SEE_EVERYTHING in granted_by(role):
        return Visibility.ALL
    return Visibility(role.visibility) if isinstance(role, CustomRole) else Visibility.TEAMS


def role_of(holder: Agent | Invitation) -> AnyRole:
    """What this person has, or whoever takes this invitation gets."""
    return holder.custom_role or holder.role


def named(value: str) -> AnyRole | None:
    """The role that a form means: "lead", or "own-5"; None when there is no such role."""
    number = value.removeprefix(_OWN)
    if number != value:
        return CustomRole.objects.filter(pk=int(number[:18])).first() if number.isdecimal() else None
    return value if value in Role.values else None


def value_of(role: AnyRole) -> str:
    """How forms name it, for `named`."""
    return f"{_OWN}{role.pk}" if isinstance(role, CustomRole) else str(role)


def as_fields(role: AnyRole) -> dict[str, Any]:
    """What rows of people and invitations keep of it."""
    own = role if isinstance(role, CustomRole) else None
    return {"role": nearest_role(own.granted) if own else role, "custom_role": own}


def name_of(role: AnyRole) -> str:
    return role.name if isinstance(role, CustomRole) else str(Role(role).label)


def may_grant(by: Agent, role: AnyRole) -> bool:
    """Whether this agent may hand out that role: nobody gives more than they have, so only owners make owners."""
    return by.may(Permission.MANAGE_TEAM) and reaches(by, granted_by(role), visibility_of(role))


def reaches(by: Agent, granted: frozenset[Permission], visibility: Visibility) -> bool:
    """Whether this agent has all of that themselves."""
    return granted <= by.granted and _REACH.index(visibility) <= _REACH.index(by.visibility)
