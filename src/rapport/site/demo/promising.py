"""What the house promises its customers since four weeks, and how it was kept."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from rapport.conversations.models import Conversation
from rapport.conversations.types import Direction
from rapport.routing.actions.reckoning import figures_of
from rapport.routing.calendars import hours_of
from rapport.routing.clocks import Closed, History, Said, clocks
from rapport.routing.hours import Hours
from rapport.routing.models import Calendar, Holiday, Promise, ServicePolicy
from rapport.site.demo.chronicle import Chronicle
from rapport.site.demo.furnishing import House

SINCE = timedelta(weeks=4)
# Berlin begins, Shanghai was there before: somebody is there from early to late, at weekends too.
_EVERY_DAY = [[7 * 60, 24 * 60]]


def promise(told: list[Chronicle], house: House, now: datetime) -> None:
    """Hours, two policies, and the clocks of everything since, as routing would have kept them."""
    calendar = _calendar(house, now)
    hours, since = hours_of(calendar), now - SINCE
    policies = _policies(house, since)
    young = [one for one in told if one.story.began_at >= since or one.story.state != "closed"]
    rows = [row for one in young for row in _promises(one, policies[one.story.inbox], hours, since)]
    for row in rows:
        _announced(row, now)
    Promise.objects.bulk_create(rows, batch_size=1000)
    _note_due(rows)


def _calendar(house: House, now: datetime) -> Calendar:
    made = Calendar.objects.create(
        name=house.scene.says["promises"]["hours"],
        time_zone="Europe/Berlin",
        is_default=True,
        week=[_EVERY_DAY] * 7,
        created_at=now - SINCE,
    )
    Holiday.objects.bulk_create(
        Holiday(calendar=made, day=date(year, month, day), name=name)
        for year in (now.year, now.year + 1)
        for month, day, name in ((12, 25, "Christmas"), (12, 26, "Second day of Christmas"), (1, 1, "New Year"))
    )
    return made


def _policies(house: House, since: datetime) -> dict[str, ServicePolicy]:
    trade, everyone = ServicePolicy.objects.bulk_create(
        [
            ServicePolicy(
                name=house.scene.says["promises"]["trade"],
                position=0,
                conditions={"inbox": [str(house.inboxes["trade"].pk)]},
                targets={
                    "first_answer": {"minutes": 720},
                    "next_answer": {"minutes": 720},
                    "resolution": {"minutes": 48 * 60},
                },
                created_at=since,
            ),
            ServicePolicy(
                name="Everyone",
                position=1,
                targets={
                    "first_answer": {"minutes": 960, "by_priority": {"3": 120, "4": 60}},
                    "next_answer": {"minutes": 960, "by_priority": {"3": 30, "4": 30}},
                    "resolution": {"minutes": 80 * 60},
                },
                created_at=since,
            ),
        ]
    )
    return {"trade": trade, "support": everyone}


def _promises(one: Chronicle, policy: ServicePolicy, hours: Hours, since: datetime) -> Iterator[Promise]:
    for clock in clocks(_history(one)):
        minutes = policy.promised.of(clock.kind, one.story.priority)
        if minutes is None or clock.dropped_at or clock.started_at < since:
            continue
        row = Promise(conversation=one.conversation, kind=clock.kind, message_id=clock.message)
        row.measure(**figures_of(clock, minutes, hours, policy))
        yield row


def _history(one: Chronicle) -> History:
    said = [
        Said(message.pk, message.created_at, message.direction == Direction.OUT)
        for message in one.messages
        if message.direction != Direction.NOTE and not message.is_automatic
    ]
    return History(
        said=said,
        closed=[Closed(at, reopened) for at, reopened in one.story.closures],
        waits=one.conversation.waiting_since is not None,
    )


def _announced(row: Promise, now: datetime) -> None:
    """What was due before now was told then."""
    over = row.met_at or row.dropped_at or now
    if row.warn_at and row.warn_at < over:
        row.warned_at = row.warn_at
    if row.due_at and row.due_at < over:
        row.breached_at = row.due_at


def _note_due(rows: Iterable[Promise]) -> None:
    due: dict[int, Conversation] = {}
    for row in rows:
        if row.is_over or row.paused_at or row.due_at is None:
            continue
        conversation = due.setdefault(row.conversation_id, row.conversation)
        conversation.due_at = min(conversation.due_at or row.due_at, row.due_at)
    Conversation.objects.bulk_update(due.values(), ["due_at"], batch_size=500)
