"""Where the conversations of somebody go who left."""

from django.db import transaction

from rapport.backbone.events import caused_by, gathered
from rapport.backbone.jobs import progress
from rapport.conversations.actions.assigning import assign
from rapport.conversations.models import Conversation
from rapport.kit import clock
from rapport.team.models import Agent, Handover
from rapport.team.types import HandoverWay

# Each batch is a transaction of its own, so that others may write in between.
BATCH = 50


def hand_over(handover_id: int) -> None:
    """Give away what the one who left has, open and snoozed; what was done before is not done again."""
    handover = Handover.objects.select_related("agent", "by", "heir", "team").filter(pk=handover_id).first()
    if handover is None or handover.ended_at is not None:
        return
    left = Conversation.objects.filter(assignee=handover.agent).not_closed()
    count = left.count()
    Handover.objects.filter(pk=handover.pk).update(total=handover.done + count)
    total = handover.done + count
    while ids := [] if _is_back(handover.agent) else list(left.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        handover.done += _give(handover, ids)
        progress(handover.done, total)
    Handover.objects.filter(pk=handover.pk).update(ended_at=clock.now())


@transaction.atomic
def _give(handover: Handover, ids: list[int]) -> int:
    heir = handover.heir if handover.way == HandoverWay.PERSON and handover.heir and handover.heir.is_active else None
    team = handover.team if handover.way == HandoverWay.TEAM else None
    with gathered(), caused_by(left=handover.agent.pk, left_name=handover.agent.name):
        for conversation in Conversation.objects.select_related("assignee", "team").filter(pk__in=ids):
            assign(conversation, to=heir, team=team, by=handover.by)
    Handover.objects.filter(pk=handover.pk).update(done=handover.done + len(ids))
    return len(ids)


def _is_back(agent: Agent) -> bool:
    """Whoever works here again keeps what was not given away yet."""
    return Agent.objects.filter(pk=agent.pk, deactivated_at=None).exists()
