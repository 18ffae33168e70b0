"""Bringing the clocks of a conversation up to what was said and done in it."""

from datetime import datetime
from typing import Any

from django.db import transaction

from rapport.backbone.events import gathered
from rapport.backbone.jobs import job
from rapport.conversations.actions import promise_due
from rapport.conversations.models import Conversation
from rapport.conversations.types import Status
from rapport.kit import clock
from rapport.routing.actions.telling import tell_broken
from rapport.routing.clocks import Clock, clocks, spent
from rapport.routing.hours import Hours
from rapport.routing.models import Promise, ServicePolicy
from rapport.routing.queries import Setup, facts_of, history_of
from rapport.routing.types import Facts

BATCH = 100


@transaction.atomic
def reckon(conversation_id: int, *, setup: Setup | None = None, quietly: bool = False) -> None:
    """Work out every clock from the whole history, so that being told twice, late or out of turn changes nothing.

    A promise that is over keeps what it was measured by. `quietly` is for a policy or hours that changed: what is
    overdue by that alone is marked and not announced, or a slip in a setting would set off every rule at once.
    """
    setup = setup or Setup.load()
    if not setup.policies and not Promise.objects.filter(conversation=conversation_id).exists():
        return
    conversation = Conversation.objects.select_for_update(of=("self",)).filter(pk=conversation_id).first()
    if conversation is None:
        return
    desk = _Desk(conversation, setup, quietly)
    desk.settle()
    promise_due(conversation, desk.next_due())


def figures_of(one: Clock, minutes: int, hours: Hours, policy: ServicePolicy) -> dict[str, Any]:
    """What a promise keeps of a clock."""
    figures = spent(one, minutes, hours, warns=policy.warns, warns_at=policy.warns_at)
    return {
        "policy_id": policy.pk,
        "minutes": minutes,
        "started_at": one.started_at,
        "used_seconds": round(figures.used.total_seconds()),
        "paused_at": figures.paused_at,
        "due_at": figures.due_at,
        "warn_at": figures.warn_at,
        "met_at": one.met_at,
        "dropped_at": one.dropped_at,
    }


@job(urgency="background")
def recalculate(after: int = 0) -> None:
    """The open clocks of every conversation that is not closed, a hundred at a time, because what is promised changed.

    Each hundred is a job of its own, so that a stopped worker goes on where it was.
    """
    still_open = Conversation.objects.exclude(status=Status.CLOSED).filter(pk__gt=after).order_by("pk")
    found = list(still_open.values_list("pk", flat=True)[:BATCH])
    setup = Setup.load()
    for pk in found:
        with transaction.atomic(), gathered():
            reckon(pk, setup=setup, quietly=True)
    if len(found) == BATCH:
        recalculate.enqueue(after=found[-1])


class _Desk:
    """One conversation's clocks beside the rows that were kept of them."""

    def __init__(self, conversation: Conversation, setup: Setup, quietly: bool) -> None:
        self.conversation = conversation
        self.setup = setup
        self.quietly = quietly
        self.now = clock.now()
        self.facts: Facts = facts_of(conversation)
        self.policy: ServicePolicy | None = setup.policy_for(self.facts)
        rows = Promise.objects.select_for_update().filter(conversation=conversation)
        self.rows = {(row.kind, row.message_id): row for row in rows}

    def settle(self) -> None:
        pauses_snoozed = bool(self.policy and self.policy.pauses_snoozed)
        # Nothing is promised to whoever sends junk, nor counts what was.
        is_junk = self.conversation.junk_at is not None
        found = [] if is_junk else clocks(history_of(self.conversation), pauses_snoozed=pauses_snoozed)
        for one in found:
            self._keep(one, self.rows.get((one.kind, one.message)))
        # The message that began it is in another conversation now, or is no more.
        known = {(one.kind, one.message) for one in found}
        gone = [row.pk for key, row in self.rows.items() if key not in known and row.pk]
        if gone:
            Promise.objects.filter(pk__in=gone).delete()
            self.rows = {key: row for key, row in self.rows.items() if key in known}

    def next_due(self) -> datetime | None:
        """What falls due first of that which runs."""
        running = (row.due_at for row in self.rows.values() if row.due_at and not row.is_over and not row.paused_at)
        return min(running, default=None)

    def _keep(self, one: Clock, row: Promise | None) -> None:
        if row and row.is_over and (row.met_at, row.dropped_at) == (one.met_at, one.dropped_at):
            return
        minutes = self.policy.promised.of(one.kind, self.facts.priority) if self.policy else None
        if self.policy is None or minutes is None:
            self._drop(row)
        elif row or not one.ended_at or one.ended_at >= self.policy.created_at:
            self._measure(one, row, minutes, self.policy)

    def _drop(self, row: Promise | None) -> None:
        """Nothing is promised any more; the row stays, so that what was announced is not announced again."""
        if row and not row.is_over:
            row.dropped_at = self.now
            row.save(update_fields=["dropped_at"])

    def _measure(self, one: Clock, row: Promise | None, minutes: int, policy: ServicePolicy) -> None:
        hours = self.setup.hours_for(policy, self.facts)
        row = row or Promise(conversation=self.conversation, kind=one.kind, message_id=one.message)
        changed = row.measure(**figures_of(one, minutes, hours, policy))
        is_late = bool(row.due_at and row.breached_at is None and row.due_at < (one.ended_at or self.now))
        tells = is_late and bool(one.met_at or one.dropped_at) and not self.quietly
        if is_late and (tells or self.quietly):
            row.breached_at, changed = self.now, True
        if changed or row.pk is None:
            row.save()
        self.rows[one.kind, one.message] = row
        if tells:
            tell_broken(row, self.conversation)
