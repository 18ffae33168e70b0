"""The team as customers meet it: the business hours of an inbox, how fast it answers, who waits, who is free."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from django.db.models import F, Min, Q

from rapport.channels.models import Channel
from rapport.channels.office import Office
from rapport.conversations.models import Conversation, Inbox
from rapport.conversations.types import AuthorKind, Direction, Status
from rapport.kit import clock
from rapport.routing import queries
from rapport.routing.board import Board, Load
from rapport.routing.calendars import hours_of
from rapport.routing.hours import Hours, is_open, next_change, working_time
from rapport.routing.models import Scheme, Waiting

# What is said of answers is about the last of them, and about most: three in four were faster.
LATELY = timedelta(days=14)
NEWEST, FEWEST, SHARE = 200, 10, 0.75
# Nobody was seen for longer than this who is here; a scheme may say otherwise.
SEEN_WITHIN = timedelta(minutes=15)
_KEPT_SECONDS = 30.0
T = TypeVar("T")


class RoutingOffice(Office):
    """Asked by every page that is opened on the company's site, so it remembers each answer for half a minute."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, int], tuple[float, object]] = {}

    def is_open(self, inbox: Inbox) -> bool:
        return is_open(self._hours(inbox), clock.now())

    def opens_at(self, inbox: Inbox) -> datetime | None:
        hours = self._hours(inbox)
        return None if is_open(hours, clock.now()) else next_change(hours, clock.now())

    def answers_within(self, inbox: Inbox) -> timedelta | None:
        return self._remembered("answers", inbox, lambda: _answers_within(inbox, self._hours(inbox)))

    def place_in_queue(self, conversation: Conversation) -> int | None:
        if conversation.status != Status.OPEN or conversation.waiting_since is None or conversation.assignee_id:
            return None
        queued = Waiting.objects.filter(conversation=conversation).first()
        if queued is not None:
            order = Waiting.objects.filter(scheme=queued.scheme_id).order_by(*Waiting.ORDER)
            return list(order.values_list("pk", flat=True)).index(queued.pk) + 1
        before = Conversation.objects.filter(
            Q(waiting_since__lt=conversation.waiting_since)
            | Q(waiting_since=conversation.waiting_since, id__lt=conversation.pk),
            status=Status.OPEN,
            assignee=None,
            inbox=conversation.inbox_id,
            channel=conversation.channel,
        )
        return before.count() + 1

    def free_agents(self, inbox: Inbox) -> int:
        return self._remembered("free", inbox, lambda: _free_agents(inbox))

    def _hours(self, inbox: Inbox) -> Hours:
        return self._remembered("hours", inbox, lambda: _hours_of(inbox))

    def _remembered(self, what: str, inbox: Inbox, find: Callable[[], T]) -> T:
        kept = self._kept.get((what, inbox.pk))
        if kept is None or clock.monotonic() - kept[0] > _KEPT_SECONDS:
            kept = self._kept[what, inbox.pk] = (clock.monotonic(), find())
        return kept[1]  # type: ignore[return-value]


def _hours_of(inbox: Inbox) -> Hours:
    """Those of its team, else its own, else the default; every hour of every day where there are none."""
    calendars = list(queries.calendars())
    of_team = (one for one in calendars if inbox.team_id in {team.pk for team in one.teams.all()})
    own = (one for one in calendars if inbox.pk in {each.pk for each in one.inboxes.all()})
    default = (one for one in calendars if one.is_default)
    return hours_of(next(of_team, None) or next(own, None) or next(default, None))


def _answers_within(inbox: Inbox, hours: Hours) -> timedelta | None:
    """Of the newest conversations in working time: the wait that three in four stayed below. One query."""
    ours = Q(
        messages__direction=Direction.OUT,
        messages__author_kind=AuthorKind.AGENT,
        messages__created_at__gt=F("created_at"),
    )
    newest = Conversation.objects.filter(inbox=inbox, created_at__gt=clock.now() - LATELY, junk_at=None)
    ids = list(newest.order_by("-id").values_list("pk", flat=True)[:NEWEST])
    found = Conversation.objects.filter(pk__in=ids).annotate(answered=Min("messages__created_at", filter=ours))
    moments = found.exclude(answered=None).order_by().values_list("created_at", "answered")
    waits = sorted(working_time(hours, began, answered) for began, answered in moments)
    return waits[min(len(waits) - 1, int(SHARE * len(waits)))] if len(waits) >= FEWEST else None


def _free_agents(inbox: Inbox) -> int:
    board = Board.load(always=True)
    scheme = next(iter(board.schemes), None)
    kinds = set(Channel.objects.filter(inbox=inbox).values_list("kind", flat=True)) or {""}
    return sum(
        any(_has_room(board, person.agent.pk, scheme, kind) for kind in kinds)
        for person in board.people.values()
        if person.may_see(inbox.team_id) and person.agent.away_since is None and _is_here(person.agent.last_seen_at)
    )


def _has_room(board: Board, agent: int, scheme: Scheme | None, kind: str) -> bool:
    most = board.capacity_of(agent, scheme, kind)
    load = board.loads.get((agent, kind), Load())
    return most is None or load.counted(scheme.waiting_share if scheme else 50) + 1 <= most


def _is_here(seen_at: datetime | None) -> bool:
    return seen_at is not None and seen_at > clock.now() - SEEN_WITHIN
