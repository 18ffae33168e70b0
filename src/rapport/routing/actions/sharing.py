"""Giving conversations to people, and letting those wait that nobody may take.

Whoever shares out holds one row while they count free places and give them away, then the conversations in question:
always in this order, so that two at once neither wait for each other nor give one place to two conversations.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from rapport.backbone.events import gathered
from rapport.backbone.jobs import job
from rapport.conversations.actions.giving import Gift, give_all
from rapport.conversations.actions.telling import tell
from rapport.conversations.models import Assignment, Conversation
from rapport.conversations.types import Status
from rapport.routing.announcements import ConversationQueued
from rapport.routing.board import Ask, Board
from rapport.routing.choosing import Choice
from rapport.routing.models import Decision, Scheme, Serving, Turn, Waiting

BATCH = 250
# A queue that is longer is looked at in its first part; what is behind moves up.
MOST_SERVED = 5000


@dataclass(frozen=True)
class Shared:
    """What came of it, by conversation."""

    given: dict[int, int] = field(default_factory=dict)
    waiting: frozenset[int] = frozenset()


def consider(conversation_id: int, *, anew: bool = False) -> Shared:
    """Give it to somebody or let it wait, if a scheme takes it; doing so again changes nothing.

    What somebody unassigned by hand stays so, unless the scheme says otherwise or it begins `anew`.
    """
    conversation = Conversation.objects.filter(pk=conversation_id).first()
    if conversation is None or not Scheme.objects.filter(is_on=True).exists():
        return Shared()
    if not _is_free(conversation):
        Waiting.objects.filter(conversation=conversation).delete()
        return Shared()
    only_retaking = not anew and was_let_go(conversation)
    return settle([conversation_id], only_retaking=only_retaking, patiently=True)


def serve() -> int:
    """Give what waits to whoever may take it now, soonest due first; returns how many conversations went.

    Who may is first found out without holding anything, and only those are settled, some at a time.
    """
    order = list(Waiting.objects.order_by(*Waiting.ORDER).values_list("conversation_id", flat=True)[:MOST_SERVED])
    if not order:
        return 0
    moved = _would_move(order)
    given = 0
    for start in range(0, len(moved), BATCH):
        given += len(settle(moved[start : start + BATCH]).given)
    return given


@transaction.atomic
def settle(ids: Sequence[int], *, only_retaking: bool = False, patiently: bool = False) -> Shared:
    """Decide about each of these in their order.

    What somebody else is writing to just now is left for the next time, or waited for `patiently`.
    """
    with gathered():
        hold()
        rows = Conversation.objects.select_for_update(of=("self",), skip_locked=not patiently).select_related(
            "customer", "team"
        )
        rows = rows.select_related("customer").filter(pk__in=ids).order_by("pk")
        found = {each.pk: each for each in rows}
        free = [found[pk] for pk in ids if pk in found and _is_free(found[pk])]
        board = Board.load()
        asks = [ask for ask in board.asks(free) if ask.scheme.retakes or not only_retaking]
        kept = {ask.conversation.pk for ask in asks}
        Waiting.objects.filter(conversation__in=found.keys() - kept).delete()
        return _keep(board, asks)


@job(urgency="background")
def take_up(after: int = 0) -> None:
    """Whatever waits for an answer and is nobody's, because a scheme changed: some at a time, each a job."""
    free = Conversation.objects.filter(status=Status.OPEN, assignee=None, merged_into=None, junk_at=None)
    free = free.filter(waiting_since__isnull=False)
    found = list(free.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:BATCH])
    for pk in found:
        Waiting.objects.filter(conversation=pk).delete()
        consider(pk)
    if len(found) == BATCH:
        take_up.enqueue(after=found[-1])


def hold() -> None:
    """Nobody else shares out until this transaction ends."""
    Serving.objects.get_or_create(name="queue")
    list(Serving.objects.select_for_update().filter(name="queue"))


def was_let_go(conversation: Conversation) -> bool:
    """Somebody took it from a person by hand and gave it to nobody; handing it to another team does not count."""
    rows = list(Assignment.objects.filter(conversation=conversation).select_related("agent").order_by("-pk")[:2])
    if len(rows) < 2 or rows[0].agent_id or rows[0].by_id is None:
        return False
    before = rows[1]
    return before.agent is not None and before.agent.is_active and before.team_id == rows[0].team_id


def _is_free(conversation: Conversation) -> bool:
    is_anybodys = conversation.assignee_id is None and conversation.merged_into_id is None
    return conversation.status == Status.OPEN and conversation.junk_at is None and is_anybodys


def _would_move(order: Sequence[int]) -> list[int]:
    """Those that somebody may take now, and those that wait for another reason than before."""
    board = Board.load()
    rows = Conversation.objects.select_related("customer").in_bulk(order)
    waiting = Waiting.objects.filter(conversation__in=order)
    known = {
        pk: (why, needs)
        for pk, why, needs in waiting.values_list("conversation_id", "decision__why", "decision__needs")
    }
    here = [rows[pk] for pk in order if pk in rows]
    asks = board.asks(here)
    moved = {each.pk for each in here} - {ask.conversation.pk for ask in asks}
    for ask in asks:
        choice = board.choose(ask)
        is_free = _is_free(ask.conversation)
        if choice.agent and is_free:
            board.give(ask, choice.agent)
        says = (choice.why, [need.name for need in ask.needs])
        if choice.agent or not is_free or known.get(ask.conversation.pk) != says:
            moved.add(ask.conversation.pk)
    return [pk for pk in order if pk in moved]


def _keep(board: Board, asks: Sequence[Ask]) -> Shared:
    """Write down each decision and what follows from it."""
    waiting = {
        row.conversation_id: row
        for row in Waiting.objects.filter(conversation__in=[ask.conversation for ask in asks]).select_related(
            "decision"
        )
    }
    given: list[tuple[Ask, int, Decision]] = []
    queued: list[tuple[Ask, Decision]] = []
    changed: list[Decision] = []
    turns: dict[tuple[int, int], Turn] = {}
    for ask in asks:
        choice = board.choose(ask)
        said = _said(board, ask, choice)
        row = waiting.get(ask.conversation.pk)
        if choice.agent is not None:
            given.append((ask, choice.agent, Decision(conversation=ask.conversation, **said)))
            turns[ask.scheme.pk, choice.agent] = board.give(ask, choice.agent)
        elif row is None or row.decision is None or row.scheme_id != ask.scheme.pk:
            queued.append((ask, Decision(conversation=ask.conversation, **said)))
        elif row.decision.takes_on(**said):
            changed.append(row.decision)
    Decision.objects.bulk_create([decision for _ask, _agent, decision in given])
    Decision.objects.bulk_create([decision for _ask, decision in queued])
    Decision.objects.bulk_update(changed, ["scheme", "scheme_name", "agent", "why", "needs", "candidates"])
    _save_turns(turns.values())
    _give(board, given)
    _queue(queued, waiting)
    return Shared(
        {ask.conversation.pk: agent for ask, agent, _decision in given},
        frozenset(ask.conversation.pk for ask in asks) - {ask.conversation.pk for ask, _agent, _decision in given},
    )


def _said(board: Board, ask: Ask, choice: Choice) -> dict[str, Any]:
    return {
        "scheme": ask.scheme,
        "scheme_name": ask.scheme.name,
        "agent_id": choice.agent,
        "why": str(choice.why),
        "needs": [need.name for need in ask.needs],
        "candidates": [verdict.as_json() for verdict in board.verdicts(ask, choice)],
    }


def _save_turns(turns: Iterable[Turn]) -> None:
    changed = ["last_at", "times"]
    Turn.objects.bulk_create(
        turns, update_conflicts=True, unique_fields=["scheme", "agent"], update_fields=changed, batch_size=200
    )


def _give(board: Board, given: Sequence[tuple[Ask, int, Decision]]) -> None:
    Waiting.objects.filter(conversation__in=[ask.conversation for ask, _agent, _decision in given]).delete()
    give_all(
        [
            Gift(ask.conversation, board.people[agent].agent, {"decision": decision.pk, "scheme": decision.scheme_name})
            for ask, agent, decision in given
        ]
    )


def _queue(queued: Sequence[tuple[Ask, Decision]], waiting: Mapping[int, Waiting]) -> None:
    rows = []
    for ask, decision in queued:
        row = waiting.get(ask.conversation.pk) or Waiting(conversation=ask.conversation)
        row.scheme, row.decision = ask.scheme, decision
        rows.append(row)
        tell(ask.conversation, ConversationQueued(ask.conversation.pk, decision.pk))
    Waiting.objects.bulk_create([row for row in rows if row.pk is None])
    Waiting.objects.bulk_update([row for row in rows if row.pk], ["scheme", "decision"])
