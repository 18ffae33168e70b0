"""Reading macros, rules and webhooks, always from what the agent may use or set up."""

import json
from datetime import timedelta

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from rapport.automation.models import Macro, Parcel, Rule, Run, Webhook
from rapport.automation.triggers import KINDS, events_for
from rapport.automation.types import Sharing
from rapport.conversations.models import Conversation
from rapport.conversations.queries import visible_to
from rapport.customers.segments.models import Segment
from rapport.customers.segments.queries import mentions
from rapport.kit import clock
from rapport.team.models import Agent
from rapport.team.types import Permission

# The triggers of `rules_on` and the events of `webhooks_on`. Every announced change asks this, and composing it in the
# ORM took 1 ms, thirty times the read.
_LISTENED = """
    SELECT "trigger" FROM automation_rule WHERE on_since IS NOT NULL AND paused_at IS NULL AND deleted_at IS NULL
    UNION ALL
    SELECT CAST(events AS text) FROM automation_webhook WHERE is_on AND disabled_at IS NULL AND deleted_at IS NULL
"""


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


def rules() -> QuerySet[Rule]:
    """Every rule, in the order in which they look."""
    return Rule.objects.filter(deleted_at=None)


def rules_on() -> QuerySet[Rule]:
    """Those that act at present."""
    return rules().filter(on_since__isnull=False, paused_at=None)


def webhooks() -> QuerySet[Webhook]:
    return Webhook.objects.filter(deleted_at=None)


def webhooks_on() -> QuerySet[Webhook]:
    """Those that are told of what happens."""
    return webhooks().filter(is_on=True, disabled_at=None)


def listened(names: set[str]) -> set[str]:
    """Which of these events any rule or webhook waits for. One query, for every change that is announced."""
    with connection.cursor() as cursor:
        cursor.execute(_LISTENED)
        found = {said for (said,) in cursor.fetchall()}
    wanted: set[str] = set()
    for said in found:
        if said.startswith("["):
            wanted.update(KINDS[kind][0] for kind in json.loads(said) if kind in KINDS)
        else:
            wanted.update(events_for(said))
    return names & wanted


def paused_rules() -> int:
    return rules().filter(paused_at__isnull=False).count()


def disabled_webhooks() -> int:
    return webhooks().filter(disabled_at__isnull=False).count()


def runs_of(rule: Rule, *, by: Agent, before: int | None = None) -> QuerySet[Run]:
    """What a rule did in conversations this agent may see, newest first."""
    seen = Exists(visible_to(by).filter(pk=OuterRef("conversation_id")))
    runs = Run.objects.filter(seen, rule=rule).select_related("conversation").order_by("-pk")
    return runs.filter(pk__lt=before) if before else runs


def runs_of_a_day() -> dict[int, int]:
    """How often each rule acted since this time yesterday."""
    recent = Run.objects.filter(at__gt=clock.now() - timedelta(days=1)).order_by()
    return dict(recent.values_list("rule").annotate(count=Count("pk")))


def parcels_of(webhook: Webhook, before: int | None = None, limit: int = 31) -> QuerySet[Parcel]:
    """What was sent there, newest first, with every try."""
    parcels = Parcel.objects.filter(webhook=webhook).prefetch_related("attempts").order_by("-pk")
    return (parcels.filter(pk__lt=before) if before else parcels)[:limit]


def rules_asking_for(segment: Segment) -> list[str]:
    """The names of rules that ask for the customers of this segment."""
    rules = Rule.objects.filter(deleted_at=None).values_list("name", "conditions")
    return [name for name, conditions in rules if mentions(conditions, segment.pk)]
