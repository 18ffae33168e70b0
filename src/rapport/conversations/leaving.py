"""What of the conversations belongs to somebody who leaves."""

from django.utils.translation import ngettext

from rapport.conversations.models import Conversation, Draft
from rapport.team.leaving import Belonging, add
from rapport.team.models import Agent


def _open(agent: Agent) -> int:
    return Conversation.objects.assigned_to(agent).open().count()


def _snoozed(agent: Agent) -> int:
    return Conversation.objects.assigned_to(agent).snoozed().count()


def _drafts(agent: Agent) -> int:
    return Draft.objects.filter(agent=agent).count()


def _open_in_words(count: int) -> str:
    return ngettext("%(count)d open conversation", "%(count)d open conversations", count) % {"count": count}


def _snoozed_in_words(count: int) -> str:
    return ngettext("%(count)d snoozed conversation", "%(count)d snoozed conversations", count) % {"count": count}


def _drafts_in_words(count: int) -> str:
    return ngettext(
        "%(count)d draft, which nobody else can read and which stays as it is",
        "%(count)d drafts, which nobody else can read and which stay as they are",
        count,
    ) % {"count": count}


add(Belonging("open", _open, _open_in_words, is_handed_over=True))
add(Belonging("snoozed", _snoozed, _snoozed_in_words, is_handed_over=True))
add(Belonging("drafts", _drafts, _drafts_in_words))
