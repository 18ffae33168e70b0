"""What changed over there, a page at a time: found, matched, compared and written here in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from rapport.backbone.events import gathered
from rapport.customers import merging
from rapport.customers.errors import CustomerError
from rapport.customers.models import Company, Customer
from rapport.exchange.syncing import ours
from rapport.exchange.syncing.comparing import Decision, Sides, decide
from rapport.exchange.syncing.making import make_many
from rapport.exchange.syncing.models import Connection, LinkState, SyncedRecord
from rapport.exchange.syncing.ours import Thing
from rapport.exchange.syncing.seam import Line, Noun, Page, TheirRecord, pk_of
from rapport.exchange.syncing.telling import Story
from rapport.kit import clock

# A record that was not taken is looked at again after this long, twice as long each time, at most a day.
_FIRST_WAIT = timedelta(minutes=5)
_LONGEST_WAIT = timedelta(days=1)


@dataclass
class _Desk:
    """One page, with everything of ours that it may be about."""

    connection: Connection
    noun: Noun
    story: Story
    lines: list[Line]
    own: dict[str, Any]
    links: dict[str, SyncedRecord]
    by_thing: dict[int, SyncedRecord] = field(default_factory=dict)
    things: dict[int, Thing] = field(default_factory=dict)
    said: dict[int, dict[str, str]] = field(default_factory=dict)
    matched: dict[str, int] = field(default_factory=dict)


def take_in(connection: Connection, noun: Noun, page: Page, story: Story) -> None:
    """Inside a transaction, which also moves the cursor."""
    desk = _desk(connection, noun, page.records, story)
    # What is announced of a record that is taken back is taken back with it.
    with gathered():
        made = _make_many(desk, page.records)
        for record in page.records:
            story.counts["seen"] += 1
            if record.id in made or _is_known(desk, record):
                continue
            mark = story.mark()
            try:
                with transaction.atomic():
                    _take(desk, record)
            except (CustomerError, IntegrityError) as error:
                story.back_to(mark)
                _forget(desk, record)
                _refuse(desk, record, str(error) if isinstance(error, CustomerError) else _("Somebody was faster."))


def _make_many(desk: _Desk, records: Sequence[TheirRecord]) -> set[str]:
    """The ids of those who were plainly new, and are made."""
    if desk.noun != Noun.CUSTOMER or not desk.connection.makes_here:
        return set()
    fresh = []
    for record in records:
        if record.is_deleted or record.merged or record.key or record.id in desk.links:
            continue
        theirs, problem = _spelt(desk, record)
        if not problem and theirs.get("email") not in desk.matched:
            fresh.append((record, theirs))
    try:
        with transaction.atomic():
            links = make_many(desk.connection, fresh) if fresh else []
    except IntegrityError:
        return set()
    for link in links:
        desk.links[link.their_id] = link
        desk.story.met.add((desk.noun, link.our_id or 0))
        desk.story.tell("made_here", noun=desk.noun, label=link.label)
    return {link.their_id for link in links}


def wait_after(tries: int) -> timedelta:
    return min(_LONGEST_WAIT, _FIRST_WAIT * (1 << min(tries, 12)))


def _desk(connection: Connection, noun: Noun, records: Sequence[TheirRecord], story: Story) -> _Desk:
    ids = {each.id for each in records} | {one for each in records for one in (*each.merged, each.merged_into) if one}
    rows = SyncedRecord.objects.filter(connection=connection, noun=noun, their_id__in=ids)
    desk = _Desk(
        connection, noun, story, connection.lines(noun), ours.own_fields(), {row.their_id: row for row in rows}
    )
    told = [_spelt(desk, each)[0] for each in records if not each.is_deleted]
    desk.matched = ours.matches(noun, told)
    wanted = {row.our_id for row in desk.links.values() if row.our_id} | set(desk.matched.values())
    wanted |= {pk for each in records if each.key and (pk := pk_of(noun, each.key))}
    things: list[Thing]
    if noun == Noun.CUSTOMER:
        things = list(Customer.objects.filter(pk__in=wanted).select_related("company", "merged_into__company"))
        things += [each.merged_into for each in things if isinstance(each, Customer) and each.merged_into]
    else:
        things = list(Company.objects.filter(pk__in=wanted))
    desk.things = {each.pk: each for each in things}
    desk.said = ours.said_of(noun, things)
    owned = SyncedRecord.objects.filter(connection=connection, **{f"{noun}__in": list(desk.things)})
    desk.by_thing = {row.our_id: row for row in owned if row.our_id}
    return desk


def _take(desk: _Desk, record: TheirRecord) -> None:
    link = desk.links.get(record.id)
    if record.is_deleted:
        if link is not None and link.state != LinkState.GONE:
            _let_go(desk, link, record)
        return
    link = _follow_merges(desk, record, link)
    if link is not None and link.our_id and _is_part_of_another(desk.things.get(link.our_id)):
        return
    theirs, problem = _spelt(desk, record)
    if link is None or link.our_id is None:
        link = _link(desk, record, theirs, link)
        if link is None:
            return
    _compare(desk, link, record, theirs)
    if problem:
        link.problem = problem
        desk.story.tell("failed", noun=desk.noun, label=link.label)
    link.save()


def _compare(desk: _Desk, link: SyncedRecord, record: TheirRecord, theirs: dict[str, str]) -> None:
    pk = link.our_id or 0
    thing = desk.things[pk]
    now = desk.said.setdefault(pk, ours.said_of(desk.noun, [thing])[pk])
    mine = ours.changed_at(thing)
    is_newer = bool(mine and record.changed_at and mine > record.changed_at)
    decision = decide(desk.lines, Sides(now, theirs, link.ours, link.theirs, is_newer))
    if decision.here:
        ours.write(desk.noun, thing, decision.here)
        desk.story.tell("changed_here", noun=desk.noun, label=_label(theirs), fields=decision.here)
        desk.said[pk] = now = ours.said_of(desk.noun, [_fresh(thing)])[pk]
    if decision.conflicts:
        desk.story.tell("conflicts", noun=desk.noun, label=_label(theirs), fields=decision.conflicts)
    _note_down(link, record, now, theirs, decision)


def _note_down(
    link: SyncedRecord, record: TheirRecord, now: dict[str, str], theirs: dict[str, str], decision: Decision
) -> None:
    """What both sides say now, but for what still has to go there: there ours counts as changed."""
    before = link.ours or {}
    link.ours = {name: before.get(name, "") if name in decision.there else value for name, value in now.items()}
    link.theirs, link.their_change = theirs, record.changed_at
    link.is_due = link.is_due or bool(decision.there)
    link.state, link.label, link.synced_at = LinkState.LINKED, _label(now) or _label(theirs), clock.now()
    if not link.is_due:
        link.problem, link.tries, link.retry_at = "", 0, None


def _link(
    desk: _Desk, record: TheirRecord, theirs: dict[str, str], refused: SyncedRecord | None
) -> SyncedRecord | None:
    """Who of ours this is: by our key, by their address or domain, else somebody new."""
    thing = _known(desk, record, theirs)
    if thing is not None and (other := desk.by_thing.get(thing.pk)) is not None:
        if other.their_id:
            raise _Double(_("%(name)s is in step with another record there already.") % {"name": str(thing)})
        # Ours was refused there before.
        if refused is not None and refused.pk:
            refused.delete()
        other.their_id = record.id
        desk.links[record.id] = other
        return other
    if thing is None and not desk.connection.makes_here:
        return None
    if thing is None:
        if desk.noun == Noun.CUSTOMER and not (theirs.get("email") or theirs.get("phone")):
            raise _Double(_("It has neither an email address nor a phone number."))
        thing = ours.make(desk.noun, theirs)
        desk.story.tell("made_here", noun=desk.noun, label=_label(theirs))
        desk.things[thing.pk] = thing
        desk.said[thing.pk] = ours.said_of(desk.noun, [_fresh(thing)])[thing.pk]
        base: dict[str, Any] = {"ours": desk.said[thing.pk], "theirs": theirs}
    else:
        desk.story.tell("matched", noun=desk.noun, label=_label(theirs))
        base = {}
    desk.story.met.add((desk.noun, thing.pk))
    link = refused or SyncedRecord(connection=desk.connection, noun=desk.noun, their_id=record.id)
    for name, value in {desk.noun.value: thing, **base}.items():
        setattr(link, name, value)
    desk.links[record.id] = desk.by_thing[thing.pk] = link
    return link


def _known(desk: _Desk, record: TheirRecord, theirs: dict[str, str]) -> Thing | None:
    by_key = pk_of(desk.noun, record.key) if record.key else None
    mark = theirs.get("email" if desk.noun == Noun.CUSTOMER else "domain", "")
    # Two records of one page may be one person: the first has just been made.
    fresh = ours.matches(desk.noun, [theirs]) if mark and mark not in desk.matched else desk.matched
    for pk in (by_key, fresh.get(mark)):
        thing = desk.things.get(pk or 0)
        if thing is not None:
            return merging.standing(thing) if isinstance(thing, Customer) else thing
    return None


def _follow_merges(desk: _Desk, record: TheirRecord, link: SyncedRecord | None) -> SyncedRecord | None:
    """Records that became one over there: one of ours follows, another may be the same person, which people decide."""
    for one in record.merged:
        old = desk.links.get(one)
        if old is None or old.state == LinkState.GONE:
            continue
        if link is None:
            old.their_id, link = record.id, old
            desk.links[record.id] = old
            desk.story.tell("merged", noun=desk.noun, label=old.label)
        elif old.pk != link.pk:
            _let_go(desk, old, TheirRecord(one, is_deleted=True, merged_into=record.id))
    return link


def _let_go(desk: _Desk, link: SyncedRecord, record: TheirRecord) -> None:
    """Ours stays as it is. Where theirs went up in another one that we know, the two of ours may be one."""
    survivor = desk.links.get(record.merged_into) if record.merged_into else None
    if survivor and desk.noun == Noun.CUSTOMER:
        one, other = desk.things.get(link.our_id or 0), desk.things.get(survivor.our_id or 0)
        if isinstance(one, Customer) and isinstance(other, Customer):
            merging.note_likeness(one, other, value=one.email or other.email)
    link.state, link.is_due, link.problem = LinkState.GONE, False, ""
    link.save()
    desk.story.tell("gone", noun=desk.noun, label=link.label)


def _is_known(desk: _Desk, record: TheirRecord) -> bool:
    """They say what they said before, mostly because we told them: what changed here alone is sent out later."""
    link = desk.links.get(record.id)
    if link is None or record.is_deleted or record.merged or link.problem or link.state != LinkState.LINKED:
        return False
    return link.theirs == _spelt(desk, record)[0]


def _is_part_of_another(thing: Thing | None) -> bool:
    """We made it one with another customer, who is in step by a link of their own."""
    return isinstance(thing, Customer) and thing.merged_into_id is not None


def _forget(desk: _Desk, record: TheirRecord) -> None:
    """What was taken back is not there: on SQLite somebody else gets its number next."""
    link = desk.links.pop(record.id, None)
    if link is not None and link.our_id in desk.by_thing and desk.by_thing[link.our_id] is link:
        del desk.by_thing[link.our_id]


class _Double(CustomerError):
    """It cannot be linked; the text says why."""


def _refuse(desk: _Desk, record: TheirRecord, problem: str) -> None:
    """Kept with its reason, for people; what was known of it stays."""
    theirs, _problem = _spelt(desk, record)
    known = SyncedRecord.objects.filter(connection=desk.connection, noun=desk.noun, their_id=record.id).first()
    link = known or SyncedRecord(connection=desk.connection, noun=desk.noun, their_id=record.id)
    if link.our_id is None:
        link.state = LinkState.REFUSED
    link.problem, link.label, link.synced_at = problem, _label(theirs) or record.id, clock.now()
    link.save()
    desk.links[record.id] = link
    desk.story.tell("failed", noun=desk.noun, label=link.label)


def _spelt(desk: _Desk, record: TheirRecord) -> tuple[dict[str, str], str]:
    """Their values by our names; what makes no sense here is left out, with the reason."""
    said: dict[str, str] = {}
    problem = ""
    for line in desk.lines:
        try:
            said[line.ours] = ours.spelt(line.ours, record.values.get(line.theirs, ""), desk.own)
        except CustomerError as error:
            problem = f"{record.values.get(line.theirs, '')[:80]}: {error}"
            said[line.ours] = ""
    return said, problem


def _fresh(thing: Thing) -> Thing:
    thing.refresh_from_db()
    return thing


def _label(said: dict[str, str]) -> str:
    return (said.get("name") or said.get("email") or said.get("phone") or said.get("domain") or "")[:200]
