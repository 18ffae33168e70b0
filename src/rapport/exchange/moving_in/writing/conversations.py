"""Conversations with everything said in them, a page in a dozen statements.

Their moments are those they had; only `updated_at` says when they came, so that whoever follows changes sees them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rapport.backbone import search
from rapport.conversations.actions.numbering import next_number, numbers_reserved
from rapport.conversations.models import Assignment, Attachment, Closure, Conversation, Inbox, Message, Tag, Tagging
from rapport.conversations.searching import entry_for
from rapport.conversations.types import AuthorKind, Direction, Status
from rapport.exchange.moving_in.models import MovedThing
from rapport.exchange.moving_in.types import By, Kind, Matter, Writer
from rapport.exchange.moving_in.writing import people
from rapport.exchange.moving_in.writing.ledger import KEY, Ledger, known_things
from rapport.exchange.moving_in.writing.letters import Letter
from rapport.kit.text import one_line, storable
from rapport.team.models import Agent

_KIND = Kind.CONVERSATIONS
_AUTHORS = {By.CUSTOMER: AuthorKind.CUSTOMER, By.AGENT: AuthorKind.AGENT, By.MACHINE: AuthorKind.RULE}


@dataclass(frozen=True)
class Ready:
    """A conversation whose new letters are cleaned and whose files are here."""

    matter: Matter
    letters: tuple[Letter, ...]


@dataclass(frozen=True)
class _Desk:
    """Everybody and everything that the rows of a page refer to."""

    agents: Mapping[str, Agent]
    customers: Mapping[Writer, int]
    tags: Mapping[str, int]
    inbox: Inbox
    label: str
    at: datetime


def write(ready: Sequence[Ready], ledger: Ledger, *, inbox: Inbox, label: str) -> None:
    """In the caller's transaction. `label` is what the source is called: "Zendesk"."""
    things = known_things(ledger.account, _KIND, [each.matter.key for each in ready])
    desk = _Desk(_agents(ready), people.resolve(_customers(ready), ledger), _tags(ready), inbox, label, ledger.at)
    held = Conversation.objects.select_for_update(of=("self",)).order_by("pk")
    alive = held.in_bulk([thing.ours for thing in things.values()])
    new = [each for each in ready if each.matter.key[:KEY] not in things]
    with numbers_reserved(len(new)):
        rows = [_row(each, desk) for each in new]
    begun = list(zip(new, Conversation.objects.bulk_create(rows, batch_size=200), strict=True))
    gone_on = []
    for each in ready:
        thing = things.get(each.matter.key[:KEY])
        conversation = alive.get(thing.ours) if thing else None
        if thing and conversation:
            gone_on.append((each, conversation, thing))
    _write_messages([*begun, *((each, row) for each, row, _thing in gone_on)], desk)
    _arrange(begun, desk)
    for each, row in begun:
        ledger.count(_KIND, "new")
        _note(ledger, each, row.pk, is_new=True)
    for each, row, thing in gone_on:
        ledger.count(_KIND, "changed" if _go_on(each, row, thing, desk) else "same")
        _note(ledger, each, row.pk, is_new=thing.is_new)
    # Whoever deleted one here does not want it back.
    ledger.count(_KIND, "same", len(ready) - len(new) - len(gone_on))


def _note(ledger: Ledger, each: Ready, pk: int, *, is_new: bool) -> None:
    parts = [said.key for said in each.matter.said]
    ledger.note(_KIND, each.matter.key, pk, version=each.matter.version, is_new=is_new, parts=parts)


def _row(each: Ready, desk: _Desk) -> Conversation:
    matter = each.matter
    assignee = desk.agents.get(matter.assignee_email.lower())
    row = Conversation(
        number=next_number(),
        customer_id=desk.customers[matter.customer],
        inbox=desk.inbox,
        channel=matter.channel,
        team_id=desk.inbox.team_id,
        assignee=assignee,
        subject=one_line(matter.subject)[:500],
        priority=matter.priority,
        created_at=matter.created_at,
        formerly=one_line(f"{desk.label} {matter.number}")[:80],
        moved_in_at=desk.at,
    )
    for name, value in _standing(each, desk.at).items():
        setattr(row, name, value)
    return row


def _standing(each: Ready, now: datetime) -> dict[str, Any]:
    """How it stands: its state, and what lists show of it."""
    matter = each.matter
    status = matter.status
    if status == Status.SNOOZED and (matter.snoozed_until is None or matter.snoozed_until <= now):
        status = Status.OPEN
    spoken = [said for said in matter.said if not said.is_private and said.writer.by != By.MACHINE]
    last = max(spoken, key=lambda said: said.at, default=None)
    letters = {one.said.key: one for one in each.letters}
    shown: dict[str, Any] = {}
    if last and last.key in letters:
        one = letters[last.key]
        shown["preview"] = " ".join((one.visible or one.text)[:800].split())[:200]
        shown["preview_direction"] = Direction.IN if last.writer.by == By.CUSTOMER else Direction.OUT
    return shown | {
        "status": status,
        "closed_at": (matter.closed_at or (last.at if last else matter.created_at))
        if status == Status.CLOSED
        else None,
        "snoozed_until": matter.snoozed_until if status == Status.SNOOZED else None,
        "last_at": last.at if last else matter.created_at,
        "message_count": len(matter.said),
        "waiting_since": _waiting_since(matter) if status != Status.CLOSED else None,
        "updated_at": now,
    }


def _waiting_since(matter: Matter) -> datetime | None:
    """When the customer first wrote after our last answer."""
    waiting = None
    for said in sorted(matter.said, key=lambda said: said.at):
        if said.is_private or said.writer.by == By.MACHINE:
            continue
        waiting = (waiting or said.at) if said.writer.by == By.CUSTOMER else None
    return waiting


def _write_messages(written: Sequence[tuple[Ready, Conversation]], desk: _Desk) -> None:
    pairs = [(one, row) for each, row in written for one in sorted(each.letters, key=lambda one: one.said.at)]
    ids = _free_ids([one.said.message_id for one, _row in pairs])
    rows = []
    for one, conversation in pairs:
        external_id = one.said.message_id[:998] if one.said.message_id in ids else ""
        ids.discard(one.said.message_id)
        rows.append(_message(one, conversation, external_id, desk))
    rows = Message.objects.bulk_create(rows, batch_size=100)
    Attachment.objects.bulk_create(
        (
            Attachment(
                message=row, file_id=file.file_id, name=one_line(file.name)[:255] or "file",
                content_type=file.content_type[:120], size=file.size, sha256=file.sha256,
                content_id=file.content_id[:998], inline=file.inline,
            )
            for row, (one, _conversation) in zip(rows, pairs, strict=True)
            for file in one.files
        ),
        batch_size=100,
    )  # fmt: skip
    search.index(
        entry_for(row, conversation, files=[file.name for file in one.files if not file.inline])
        for row, (one, conversation) in zip(rows, pairs, strict=True)
    )


def _free_ids(ids: Sequence[str]) -> set[str]:
    """Message-IDs that no message here has: the same mail may have come to one of our own mailboxes too."""
    wanted = {each[:998] for each in ids if each}
    return wanted - set(Message.objects.filter(external_id__in=wanted).values_list("external_id", flat=True))


def _message(one: Letter, conversation: Conversation, external_id: str, desk: _Desk) -> Message:
    said, writer = one.said, one.said.writer
    is_theirs = writer.by == By.CUSTOMER and not said.is_private
    agent = desk.agents.get(writer.email.lower()) if writer.by == By.AGENT else None
    return Message(
        conversation=conversation,
        direction=Direction.NOTE if said.is_private else Direction.IN if is_theirs else Direction.OUT,
        author_kind=_AUTHORS[writer.by],
        agent=agent,
        customer_id=desk.customers.get(writer) if writer.by == By.CUSTOMER else None,
        author_name=one_line(writer.name or (agent.name if agent else ""))[:200],
        author_address=one_line(writer.email or writer.phone)[:320],
        subject=one_line(said.subject)[:998],
        text=one.text,
        html=one.html,
        visible_text=one.visible or one.text,
        to=list(said.to),
        cc=list(said.cc),
        external_id=storable(external_id),
        in_reply_to=storable(said.in_reply_to)[:998],
        is_automatic=writer.by == By.MACHINE,
        sent_at=said.at,
        created_at=said.at,
    )


def _arrange(begun: Sequence[tuple[Ready, Conversation]], desk: _Desk) -> None:
    """Tags, who has it, and that it was closed."""
    Tagging.objects.bulk_create(
        (Tagging(conversation=row, tag_id=pk, at=row.last_at) for each, row in begun for pk in _tag_ids(each, desk)),
        batch_size=200,
    )
    Assignment.objects.bulk_create(
        Assignment(conversation=row, agent=row.assignee, team_id=row.team_id, at=row.created_at)
        for _each, row in begun
        if row.assignee_id
    )
    Closure.objects.bulk_create(
        Closure(conversation=row, by=row.assignee, at=row.closed_at) for _each, row in begun if row.closed_at
    )


def _go_on(each: Ready, row: Conversation, thing: MovedThing, desk: _Desk) -> bool:
    """Bring one up to what it is there by now; where somebody here was at it since, only what was said is added."""
    is_touched = row.updated_at > thing.at
    if not each.letters and is_touched:
        return False
    changes = _standing(each, desk.at)
    if is_touched:
        changes = {"updated_at": desk.at, "message_count": row.messages.count()}
    else:
        assignee = desk.agents.get(each.matter.assignee_email.lower())
        changes |= {"priority": each.matter.priority, "assignee": assignee}
        _close_or_reopen(row, changes, desk.at)
        if row.assignee_id != (assignee.pk if assignee else None):
            Assignment.objects.create(conversation=row, agent=assignee, team_id=row.team_id, at=desk.at)
    tags = [Tagging(conversation=row, tag_id=pk) for pk in _tag_ids(each, desk)]
    Tagging.objects.bulk_create(tags, ignore_conflicts=True)
    for name, value in changes.items():
        setattr(row, name, value)
    row.save(update_fields=list(changes))
    return True


def _close_or_reopen(row: Conversation, changes: Mapping[str, Any], now: datetime) -> None:
    if changes["status"] == Status.CLOSED and not row.is_closed:
        Closure.objects.create(conversation=row, by=None, at=changes["closed_at"])
    elif changes["status"] != Status.CLOSED and row.is_closed:
        Closure.objects.filter(conversation=row, reopened_at=None).update(reopened_at=now)


def _customers(ready: Sequence[Ready]) -> list[Writer]:
    writers = [each.matter.customer for each in ready]
    return writers + [one.said.writer for each in ready for one in each.letters if one.said.writer.by == By.CUSTOMER]


def _agents(ready: Sequence[Ready]) -> dict[str, Agent]:
    """Ours by their address in small letters."""
    emails = {each.matter.assignee_email.lower() for each in ready}
    emails |= {one.said.writer.email.lower() for each in ready for one in each.letters}
    return {agent.email.lower(): agent for agent in Agent.objects.filter(email__in=emails - {""})}


def _tags(ready: Sequence[Ready]) -> dict[str, int]:
    names = {name for each in ready for tag in each.matter.tags if (name := _tag_name(tag))}
    known = dict(Tag.objects.filter(name__in=names).values_list("name", "pk"))
    missing = sorted(names - known.keys())
    Tag.objects.bulk_create((Tag(name=name) for name in missing), ignore_conflicts=True)
    return known | dict(Tag.objects.filter(name__in=missing).values_list("name", "pk")) if missing else known


def _tag_ids(each: Ready, desk: _Desk) -> set[int]:
    return {desk.tags[name] for tag in each.matter.tags if (name := _tag_name(tag))}


def _tag_name(said: str) -> str:
    return one_line(said)[:60].strip()
