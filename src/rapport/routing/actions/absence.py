"""Going away and coming back, and what becomes of what somebody had who is away."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from rapport.backbone.events import announce, caused_by
from rapport.conversations.actions import assign
from rapport.conversations.models import Assignment, Conversation
from rapport.conversations.types import Status
from rapport.kit import clock
from rapport.routing.actions.sharing import BATCH, hold, settle
from rapport.routing.announcements import AgentCameBack, AgentWentAway
from rapport.routing.conditions import matches
from rapport.routing.models import Absence, Scheme
from rapport.routing.queries import facts_of
from rapport.routing.types import CannotSetUp, GivesBack
from rapport.team.actions import set_away
from rapport.team.models import Agent


@transaction.atomic
def go_away(agent: Agent, *, back_at: datetime | None = None) -> None:
    """Take nothing new until they are back; by themselves at `back_at`. Raises CannotSetUp for a moment that is past.

    Saying it again only changes when they mean to be back.
    """
    if back_at is not None and back_at <= clock.now():
        raise CannotSetUp(_("Choose a moment in the future."))
    agent = Agent.objects.select_for_update(of=("self",)).get(pk=agent.pk)
    Absence.objects.filter(agent=agent).delete()
    if back_at is not None:
        Absence.objects.create(agent=agent, back_at=back_at)
    if agent.away_since is None:
        set_away(agent, away=True)
        announce(AgentWentAway(agent.pk, back_at.isoformat() if back_at else None), subject=f"agent:{agent.pk}")


@transaction.atomic
def come_back(agent: Agent) -> None:
    agent = Agent.objects.select_for_update(of=("self",)).get(pk=agent.pk)
    Absence.objects.filter(agent=agent).delete()
    if agent.away_since is not None:
        set_away(agent, away=False)
        announce(AgentCameBack(agent.pk), subject=f"agent:{agent.pk}")


def bring_back() -> int:
    """Whoever meant to be back by now is."""
    due = [row.agent for row in Absence.objects.filter(back_at__lte=clock.now()).select_related("agent")]
    for agent in due:
        come_back(agent)
    return len(due)


def give_back_late() -> int:
    """What others get a while after somebody went away, as the schemes say how long."""
    schemes = Scheme.objects.filter(is_on=True, gives_back=GivesBack.LATER)
    waits = list(schemes.values_list("gives_back_after", flat=True))
    if not waits:
        return 0
    longest_gone = clock.now() - timedelta(minutes=min(waits))
    gone = Agent.objects.filter(away_since__lte=longest_gone, deactivated_at=None)
    return sum(give_back(agent.pk) for agent in gone)


def give_back(agent_id: int) -> int:
    """Give what somebody who is away had to others, as far as the schemes say so by now; returns how many went.

    What they were given while they are away stays theirs: whoever gave it to them knew.
    """
    agent = Agent.objects.filter(pk=agent_id, away_since__isnull=False, deactivated_at=None).first()
    if agent is None or agent.away_since is None:
        return 0
    since = Assignment.objects.filter(agent=agent, at__gt=agent.away_since).values("conversation")
    theirs = Conversation.objects.filter(assignee=agent, status=Status.OPEN).exclude(pk__in=since)
    schemes = _giving_back()
    going = [each.pk for each in theirs.order_by("pk") if schemes and _goes(each, agent, schemes, on_message=False)]
    for start in range(0, len(going), BATCH):
        _hand_on(going[start : start + BATCH], agent)
    return len(going)


def hand_on_if_away(conversation_id: int) -> bool:
    """The customer wrote, or it was opened again: whether it went on because whose it is is away."""
    found = Conversation.objects.select_related("assignee").filter(pk=conversation_id, status=Status.OPEN).first()
    agent = found.assignee if found else None
    if found is None or agent is None or agent.away_since is None or not agent.is_active:
        return False
    schemes = _giving_back()
    if not schemes or not _goes(found, agent, schemes, on_message=True):
        return False
    _hand_on([found.pk], agent)
    return True


def _giving_back() -> list[Scheme]:
    """Every scheme in its order, or none where none gives anything back."""
    schemes = list(Scheme.objects.filter(is_on=True))
    return schemes if any(scheme.gives_back != GivesBack.NEVER for scheme in schemes) else []


def _goes(conversation: Conversation, agent: Agent, schemes: Iterable[Scheme], *, on_message: bool) -> bool:
    facts = facts_of(conversation)
    scheme = next((each for each in schemes if matches(each.conditions, facts)), None)
    if scheme is None or agent.away_since is None:
        return False
    if scheme.gives_back == GivesBack.ON_MESSAGE:
        return on_message
    if scheme.gives_back == GivesBack.LATER:
        return agent.away_since + timedelta(minutes=scheme.gives_back_after) <= clock.now()
    return scheme.gives_back == GivesBack.AT_ONCE


@transaction.atomic
def _hand_on(ids: list[int], agent: Agent) -> None:
    hold()
    rows = Conversation.objects.select_for_update(of=("self",)).filter(pk__in=ids, assignee=agent, status=Status.OPEN)
    for each in rows.order_by("pk"):
        with caused_by(away=agent.pk):
            assign(each, to=None, by=None)
    settle(ids)
