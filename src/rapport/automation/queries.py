"""Reading macros, rules and webhooks, always from what the agent may use or set up."""

from django.db.models import Q, QuerySet

from rapport.automation.models import Macro
from rapport.automation.types import Sharing
from rapport.conversations.models import Conversation
from rapport.team.models import Agent
from rapport.team.types import Permission


def macros_for(agent: Agent) -> QuerySet[Macro]:
    """What this agent may use, the most used first."""
    theirs = (
        Q(sharing=Sharing.EVERYONE)
        | Q(sharing=Sharing.TEAM, team__in=agent.teams.all())
        | Q(sharing=Sharing.PRIVATE, owner=agent)
    )
    return Macro.objects.filter(theirs, deleted_at=None).order_by("-uses", "name", "id")


def macros_to_set_up(agent: Agent) -> QuerySet[Macro]:
    """What this agent may see in the settings: everything shared for a lead, else what they may use."""
    if not agent.may(Permission.MANAGE_AUTOMATION):
        return macros_for(agent)
    shared = Q(sharing__in=(Sharing.EVERYONE, Sharing.TEAM)) | Q(owner=agent)
    return Macro.objects.filter(shared, deleted_at=None).order_by("-uses", "name", "id")


def may_change(agent: Agent, macro: Macro) -> bool:
    if macro.sharing == Sharing.PRIVATE:
        return macro.owner_id == agent.pk
    return agent.may(Permission.MANAGE_AUTOMATION)


def text_of(macro: Macro, conversation: Conversation) -> str:
    """Its HTML in the customer's language, not yet filled in."""
    is_chinese = conversation.customer.language.lower().startswith("zh")
    return (macro.html_zh if is_chinese else macro.html) or macro.html or macro.html_zh


def found(macros: QuerySet[Macro], words: str) -> QuerySet[Macro]:
    """Those that hold every one of these words, in whatever place."""
    for word in words.split()[:8]:
        macros = macros.filter(
            Q(name__icontains=word)
            | Q(shortcut__icontains=word)
            | Q(folder__icontains=word)
            | Q(html__icontains=word)
            | Q(html_zh__icontains=word)
        )
    return macros


def folders(agent: Agent) -> list[str]:
    """The folders that macros are in already."""
    used = macros_to_set_up(agent).exclude(folder="").order_by("folder")
    return list(used.values_list("folder", flat=True).distinct())
