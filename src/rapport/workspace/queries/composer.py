"""With what the composer begins: whom it goes to, from which address, under what, and what was written before."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from rapport.channels.actions.addressing import Recipients, answered_by_default, recipients_of, usual_recipients
from rapport.channels.actions.replying import answer_subject, forward_subject
from rapport.channels.models import Channel
from rapport.channels.queries import all_channels, channel_to_answer_by
from rapport.channels.seam import kinds
from rapport.conversations.models import Conversation, Draft, Inbox, Message
from rapport.conversations.types import Direction, DraftMode
from rapport.customers.models import Customer
from rapport.team.models import Agent
from rapport.workspace import pictures, uploads
from rapport.workspace.queries.channels import face_of
from rapport.workspace.queries.ways import Choice, choices
from rapport.workspace.signatures import filled, own_signature


@dataclass(frozen=True)
class Person:
    address: str
    name: str = ""


@dataclass(frozen=True)
class Sender:
    """An address that mail can leave from, with what stands under such mail."""

    address: str
    name: str
    signature: str = ""
    limit: int = uploads.LIMIT


@dataclass(frozen=True)
class Start:
    """All of it, as JSON holds it. `is_usual` while nobody changed whom it goes to."""

    mode: str = DraftMode.REPLY
    about: int | None = None
    to: list[Person] = field(default_factory=list)
    cc: list[Person] = field(default_factory=list)
    bcc: list[Person] = field(default_factory=list)
    # Others that the answered message names, who get nothing unless they are added.
    newcomers: list[Person] = field(default_factory=list)
    subject: str = ""
    sender: str = ""
    senders: list[Sender] = field(default_factory=list)
    text: str = ""
    html: str = ""
    files: list[dict[str, Any]] = field(default_factory=list)
    can_quote: bool = False
    has_quote: bool = False
    is_usual: bool = True
    # The last message that a draft's writer had seen when they began it.
    after: int | None = None
    # By which channels the customer can be written to, the usual one first. `way` is the one that is chosen, as the
    # sender that stands for it; empty for the first.
    ways: list[Choice] = field(default_factory=list)
    way: str = ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def start_of(conversation: Conversation, draft: Draft | None, *, by: Agent) -> Start:
    """The draft if there is one; else an answer to everybody whom the last message of the customer's was for."""
    about = (draft.about if draft else None) or answered_by_default(conversation)
    mode = draft.mode if draft else ""
    if mode in ("", DraftMode.NOTE):
        usual = recipients_of(about) if about else Recipients()
        mode = DraftMode.REPLY_ALL if usual.cc else DraftMode.REPLY
    usual_start = answering(conversation, about, mode, by=by)
    return _with_draft(usual_start, draft, by) if draft else usual_start


def answering(conversation: Conversation, about: Message | None, mode: str, *, by: Agent) -> Start:
    """A reply to a message, to everybody or to its writer alone, or a forward of it, before anything is written."""
    is_forward = mode == DraftMode.FORWARD and about is not None
    usual, own = channel_to_answer_by(conversation), own_signature(by)
    whom = Recipients() if is_forward else _whom(conversation, about, usual)
    named = _named([*whom.to, *whom.cc, *whom.newcomers])
    ways = choices(conversation, usual, by=by, own=own)
    files = pictures.attached_to(about) if is_forward and about else []
    words = uploads.again(files, by=by)
    can_quote = about is not None and (is_forward or conversation.inbox.quotes_history)
    return Start(
        mode=mode,
        about=about.pk if about else None,
        to=[named[address] for address in whom.to],
        cc=[named[address] for address in whom.cc] if mode == DraftMode.REPLY_ALL else [],
        newcomers=[named[address] for address in whom.newcomers],
        subject=forward_subject(conversation) if is_forward else _subject(conversation),
        sender=usual.address if usual else "",
        senders=_senders(_siblings(conversation.inbox, usual), by, own),
        ways=ways,
        way=_way_of(conversation, about, ways),
        files=[{"word": word, "name": file.name, "size": file.size} for word, file in zip(words, files, strict=True)],
        can_quote=can_quote,
        has_quote=can_quote,
    )


def beginning(draft: Draft | None, *, to: str = "", by: Agent) -> Start:
    """A letter that begins a conversation, from any inbox that has a mailbox."""
    mailboxes = [name for name, kind in kinds().items() if kind.abilities.copies]
    channels = [channel for channel in all_channels() if channel.kind in mailboxes]
    senders = _senders(channels, by, own_signature(by))
    start = Start(
        to=list(_named([to]).values()) if to else [],
        senders=senders,
        sender=senders[0].address if senders else "",
        is_usual=False,
    )
    return _with_draft(start, draft, by) if draft and not to else start


def _siblings(inbox: Inbox, usual: Channel | None) -> list[Channel]:
    """The channels of an inbox that are like the usual one, which is the first."""
    here = [each for each in all_channels() if each.inbox_id == inbox.pk]
    if usual is None:
        return here
    return [usual, *(each for each in here if each.kind == usual.kind and each.pk != usual.pk)]


def _way_of(conversation: Conversation, about: Message | None, ways: list[Choice]) -> str:
    """A message that is answered by name is answered by what it came by, where that can be."""
    came_by = about.channel or conversation.channel if about else ""
    if not ways or ways[0].kind == came_by or not face_of(came_by).abilities.sends:
        return ""
    return next((each.sender for each in ways if each.kind == came_by), "")


def _senders(channels: Iterable[Channel], by: Agent, own: str) -> list[Sender]:
    found = []
    for channel in channels:
        known = kinds().get(channel.kind)
        if known is None or not channel.address:
            continue
        signature = filled(own or channel.inbox.signature, agent=by, inbox=channel.inbox)
        limit = min(uploads.LIMIT, known.abilities.max_attachment_bytes or uploads.LIMIT)
        found.append(Sender(channel.address, channel.name, signature, limit))
    return found


def _whom(conversation: Conversation, about: Message | None, usual: Channel | None) -> Recipients:
    kind = kinds().get(usual.kind if usual else conversation.channel)
    whom = usual_recipients(kind, conversation, about) if kind else Recipients()
    if any(whom.to) or (kind and not kind.abilities.copies):
        return whom
    return Recipients((conversation.customer.email,) if conversation.customer.email else (), whom.cc, whom.newcomers)


def _subject(conversation: Conversation) -> str:
    is_first = not conversation.messages.exclude(direction=Direction.NOTE).exists()
    return conversation.subject if is_first else answer_subject(conversation)


def people(addresses: Iterable[str]) -> list[Person]:
    """These addresses with the names of the customers who have them."""
    addresses = list(addresses)
    named = _named(addresses)
    return [named[address] for address in addresses]


def _named(addresses: Iterable[str]) -> dict[str, Person]:
    """Each address with the name of the customer who has it."""
    addresses = list(dict.fromkeys(addresses))
    known = Customer.objects.filter(email__in={*addresses, *(address.lower() for address in addresses)})
    names = {email.lower(): name for email, name in known.values_list("email", "name")}
    return {address: Person(address, names.get(address.lower(), "")) for address in addresses}


def _with_draft(start: Start, draft: Draft, by: Agent) -> Start:
    people = {name: getattr(draft, name) for name in ("to", "cc", "bcc")}
    named = _named(address for addresses in people.values() for address in addresses or ())
    changed: dict[str, Any] = {
        name: [named[address] for address in addresses] for name, addresses in people.items() if addresses is not None
    }
    if draft.sender in {sender.address for sender in start.senders}:
        changed["sender"] = draft.sender
    if draft.sender in {way.sender for way in start.ways}:
        changed["way"] = draft.sender
    if draft.subject:
        changed["subject"] = draft.subject
    return replace(
        start,
        **changed,
        mode=DraftMode.NOTE if draft.mode == DraftMode.NOTE else start.mode,
        text=draft.text,
        html=pictures.kept_fresh(draft.html, by=by),
        files=uploads.from_draft(draft.files, by=by),
        has_quote=start.can_quote and draft.has_quote,
        is_usual=start.is_usual and draft.to is None,
        after=draft.after,
    )
