"""The side list of the settings, and what the sign-in pages say about this installation."""

from typing import Any

from django import template
from django.conf import settings
from django.urls import reverse

from rapport.team import queries
from rapport.team.languages import language_choices
from rapport.team.models import Organisation
from rapport.team.settings_area import pages_for

register = template.Library()


@register.inclusion_tag("team/_settings_nav.html", takes_context=True)
def settings_nav(context: dict[str, Any], current: str) -> dict[str, Any]:
    groups = []
    for title, pages in pages_for(context["request"].user):
        entries = [
            {
                "key": page.key,
                "label": page.label,
                "icon": page.icon,
                "href": reverse(page.url_name),
                "count": page.count() if page.count else 0,
                "current": page.key == current,
            }
            for page in pages
        ]
        groups.append({"title": title, "entries": entries})
    return {"groups": groups}


@register.simple_tag
def organisation() -> Organisation:
    return queries.organisation()


@register.simple_tag
def whom_to_ask() -> str:
    agent = queries.whom_to_ask()
    return agent.name if agent else ""


@register.simple_tag
def languages() -> list[tuple[str, str]]:
    return language_choices()


@register.simple_tag
def installation() -> dict[str, Any]:
    """What this installation can do, for the sign-in pages."""
    return {"version": settings.VERSION, "mail_out": settings.MAIL_OUT, "company": settings.COMPANY_SIGN_IN}
