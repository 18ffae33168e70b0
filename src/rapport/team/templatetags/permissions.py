"""What a template may ask about rights: `{% if request.user|may:"manage_channels" %}`."""

from django import template

from rapport.team.models import Agent
from rapport.team.types import Permission

register = template.Library()


@register.filter
def may(agent: Agent, permission: str) -> bool:
    return agent.may(Permission(permission))
