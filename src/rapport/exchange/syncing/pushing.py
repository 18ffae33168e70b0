"""What changed here: found, compared, sent in batches, and noted down with what became of each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.dateparse import parse_datetime

from rapport.customers.models import Company, Customer
from rapport.exchange.syncing import ours
from rapport.exchange.syncing.comparing import NEVER_EMPTIED, Sides, decide
from rapport.exchange.syncing.models import Connection, LinkState, SyncedRecord
from rapport.exchange.syncing.ours import Thing
from rapport.exchange.syncing.pulling import wait_after
from rapport.exchange.syncing.seam import Direction, Line, Noun, System, Write, Written, key_of
from rapport.exchange.syncing.telling import Story
from rapport.kit import clock

# Somebody's long transaction writes an older moment than it is seen at.
OVERLAP = timedelta(minutes=2)


@dataclass
class _Due:
    """One of ours that has to go there, and its link, which a new one gets only once it is there."""

    link: SyncedRecord
    write: Write
    now: dict[str, str]
    label: str


def since_of(connection: Connection, noun: Noun) -> datetime | None:
    """From when on ours has to be looked through; None for all of it."""
    said = parse_datetime(str(connection.looked_until.get(noun, "")) or "-")
    return said - OVERLAP if said else None


def send_out(connection: Connection, noun: Noun, system: System, story: Story, *, beat: Any, is_trial: bool) -> None:
    """Everything that is due. `beat` is called between batches, and raises when this run is over."""
    since = since_of(connection, noun)
    for batch in _batches(_due(connection, noun, since, story), system.batch):
        beat()
        if is_trial:
            for each in batch:
                _tell(story, noun, each)
            continue
        answers = system.push(noun, [each.write for each in batch])
        with transaction.atomic():
            for each, answer in zip(batch, answers, strict=True):
                _settle(each, answer, story, noun)


def _due(connection: Connection, noun: Noun, since: datetime | None, story: Story) -> Iterator[_Due]:
    lines = connection.lines(noun)
    names = {line.ours: line.theirs for line in lines}
    for links in _chunks(_linked(connection, noun, since)):
        things = {link.pk: link.customer if noun == Noun.CUSTOMER else link.company for link in links}
        said = ours.said_of(noun, [thing for thing in things.values() if thing])
        for link in links:
            thing = things[link.pk]
            if thing is None or (isinstance(thing, Customer) and thing.merged_into_id):
                continue
            now = said[thing.pk]
            there = _outgoing(lines, link, now)
            if there:
                write = Write(link.key, {names[name]: value for name, value in there.items()}, id=link.their_id)
                yield _Due(link, write, now, _label(thing))
            elif link.is_due:
                SyncedRecord.objects.filter(pk=link.pk).update(is_due=False, problem="", tries=0, retry_at=None)
    if connection.makes_there:
        yield from _new(connection, noun, since, lines, story)


def _outgoing(lines: Sequence[Line], link: SyncedRecord, now: dict[str, str]) -> dict[str, str]:
    if not link.their_id:
        return {line.ours: now[line.ours] for line in lines if line.direction != Direction.IN and now.get(line.ours)}
    decided = decide(lines, Sides(now, link.theirs or {}, link.ours, link.theirs, is_ours_newer=True)).there
    return {name: value for name, value in decided.items() if value or name not in NEVER_EMPTIED}


def _linked(connection: Connection, noun: Noun, since: datetime | None) -> QuerySet[SyncedRecord]:
    """Links of which something may have changed here; of companies nobody writes down when, so all of them."""
    rows = SyncedRecord.objects.filter(connection=connection, noun=noun).exclude(state=LinkState.GONE)
    rows = rows.exclude(**{noun: None}).filter(Q(retry_at=None) | Q(retry_at__lte=clock.now()))
    if noun == Noun.CUSTOMER:
        changed = Q(customer__updated_at__gte=since) if since else Q()
        return rows.filter(Q(is_due=True) | changed).select_related("customer__company")
    return rows.select_related("company")


def _new(
    connection: Connection, noun: Noun, since: datetime | None, lines: Sequence[Line], story: Story
) -> Iterator[_Due]:
    """Those whom nobody over there knows yet, and who can be known by something."""
    known = SyncedRecord.objects.filter(connection=connection, **{noun.value: OuterRef("pk")})
    rows: QuerySet[Any]
    if noun == Noun.CUSTOMER:
        rows = Customer.objects.filter(merged_into=None).exclude(email="").select_related("company")
        rows = rows.filter(updated_at__gte=since) if since else rows
    else:
        rows = Company.objects.exclude(domain="")
    for things in _chunks(rows.filter(~Exists(known))):
        said = ours.said_of(noun, things)
        for thing in things:
            if (noun, thing.pk) in story.met:
                continue
            now = said[thing.pk]
            there = {
                line.theirs: now[line.ours] for line in lines if line.direction != Direction.IN and now.get(line.ours)
            }
            if there:
                link = SyncedRecord(connection=connection, noun=noun, **{noun.value: thing})
                yield _Due(link, Write(key_of(noun, thing.pk), there), now, _label(thing))


def _settle(due: _Due, answer: Written, story: Story, noun: Noun) -> None:
    link = due.link
    if answer.problem:
        link.problem, link.is_due, link.tries = answer.problem, True, link.tries + 1
        link.retry_at = clock.now() + wait_after(link.tries)
        if not link.their_id:
            link.state = LinkState.REFUSED
        story.tell("failed", noun=noun, label=due.label)
    else:
        _tell(story, noun, due)
        lines = link.connection.lines(noun)
        before = link.theirs or {}
        # What goes only to here is theirs still; the rest they have as we do.
        link.theirs = {
            line.ours: before.get(line.ours, "") if line.direction == Direction.IN else due.now.get(line.ours, "")
            for line in lines
        }
        link.ours, link.their_id, link.state = due.now, answer.id or link.their_id, LinkState.LINKED
        link.problem, link.is_due, link.tries, link.retry_at = "", False, 0, None
    link.label, link.synced_at = due.label, clock.now()
    if link._state.adding and link.their_id:
        _replace_refused(link)
    link.save()


def _replace_refused(link: SyncedRecord) -> None:
    """Theirs was left out before, because nobody of ours was known to be it."""
    SyncedRecord.objects.filter(connection=link.connection, noun=link.noun, their_id=link.their_id).delete()


def _tell(story: Story, noun: Noun, due: _Due) -> None:
    what = "changed_there" if due.write.id else "made_there"
    story.tell(what, noun=noun, label=due.label, fields=due.write.values if due.write.id else ())


def _chunks(rows: QuerySet[Any], size: int = 500) -> Iterator[list[Any]]:
    """In the order of keys, whatever is changed meanwhile."""
    ordered, after = rows.order_by("pk"), 0
    while found := list(ordered.filter(pk__gt=after)[:size]):
        yield found
        after = found[-1].pk


def _batches(rows: Iterator[_Due], size: int) -> Iterator[list[_Due]]:
    batch: list[_Due] = []
    for each in rows:
        batch.append(each)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def _label(thing: Thing) -> str:
    return str(thing)[:200]
