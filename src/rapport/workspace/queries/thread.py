"""One conversation as it is read: messages, what happened between them, day lines."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from zlib import crc32

from django.db.models import Max, Prefetch, QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from rapport.backbone.models import Event
from rapport.channels.models import Dispatch
from rapport.channels.newcomers import newcomers_in
from rapport.channels.types import DispatchState
from rapport.conversations.authentication import is_doubtful
from rapport.conversations.models import Attachment, Conversation, Mention, Message
from rapport.conversations.types import AuthorKind, Direction
from rapport.kit import clock
from rapport.kit.remembering import remembered
from rapport.team.models import Agent
from rapport.workspace.queries.channels import Face, face_of
from rapport.workspace.queries.happenings import SHOWN, Line, lines

PAGE = 50
EVENTS = 300
# What a browser shows inside a page without another click.
RASTER = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
LONGEST = 20_000
# Whoever waits longer than any agent's time to undo has chosen a moment.
LONGEST_UNDO = timedelta(seconds=90)


@dataclass(frozen=True)
class Sending:
    """Where a message of ours is on its way out."""

    dispatch: Dispatch
    now: datetime

    @property
    def state(self) -> str:
        """waiting (can be undone), scheduled, held (too much at once), sending, again (tried later), or its end."""
        if self.dispatch.state != DispatchState.QUEUED:
            return self.dispatch.state
        if self.dispatch.attempts:
            return "again"
        if self.dispatch.due_at <= self.now:
            return "sending"
        if self.dispatch.is_held:
            return "held"
        return "scheduled" if self.dispatch.due_at - self.dispatch.created_at > LONGEST_UNDO else "waiting"

    @property
    def can_be_edited(self) -> bool:
        """Whether nobody has it yet, as far as is known."""
        return self.state in ("scheduled", "held", "again", "failed") and not self.dispatch.in_doubt

    @property
    def reach(self) -> str:
        """How far it got, as its provider tells: read, delivered; empty where nobody told."""
        if self.dispatch.state != DispatchState.SENT:
            return ""
        return "read" if self.dispatch.read_at else "delivered" if self.dispatch.delivered_at else ""

    @property
    def reached_at(self) -> datetime | None:
        return self.dispatch.read_at or self.dispatch.delivered_at or self.dispatch.sent_at

    @property
    def seconds_left(self) -> int:
        return max(0, round((self.dispatch.due_at - self.now).total_seconds()))


@dataclass(frozen=True)
class Entry:
    """A message with everything its block needs."""

    message: Message
    viewer: Agent
    # By which kind of channel it went, and whether that is another than the conversation's own.
    face: Face
    is_elsewhere: bool
    sending: Sending | None
    files: Sequence[Attachment]
    # Addresses it brought into the conversation that had no part in it before.
    newcomers: Sequence[str] = ()
    # The names that a note mentions, and whether that is the viewer.
    mentions: Mapping[str, bool] = field(default_factory=dict)
    day: date | None = None

    @property
    def at(self) -> datetime:
        return self.message.created_at

    @property
    def is_letter(self) -> bool:
        return self.face.abilities.rich_text

    @property
    def version(self) -> str:
        """Another one whenever what it says, or what was put to it, is another."""
        said = (self.message.edited_at, self.message.deleted_at, self.message.reactions)
        return f"{crc32(repr(said).encode()):x}" if any(said) else ""

    @property
    def earlier_words(self) -> list[tuple[datetime | None, str]]:
        """What it said before it was changed, the newest first."""
        return [(parse_datetime(each["at"]), each["text"][:LONGEST]) for each in self.message.earlier[::-1]]

    @property
    def can_be_changed(self) -> bool:
        """Whether other words may still take its place at the customer's side."""
        return self._is_out_there and self.face.abilities.edits and bool(self.message.text)

    @property
    def can_be_taken_back(self) -> bool:
        return self._is_out_there and self.face.abilities.deletes

    @property
    def _is_out_there(self) -> bool:
        sent = self.sending is not None and self.sending.state == DispatchState.SENT
        return sent and self.is_ours and self.message.deleted_at is None

    @property
    def shown_at(self) -> datetime:
        """When it was written, as far as its sender can be believed: never later than it came."""
        sent = self.message.sent_at
        return sent if sent and sent < self.message.created_at else self.message.created_at

    @property
    def is_note(self) -> bool:
        return self.message.direction == Direction.NOTE

    @property
    def is_ours(self) -> bool:
        return self.message.direction == Direction.OUT

    @property
    def is_own(self) -> bool:
        return self.message.agent_id == self.viewer.pk

    @property
    def is_machine(self) -> bool:
        return self.message.author_kind in (AuthorKind.BOT, AuthorKind.RULE)

    @property
    def author(self) -> str:
        if self.message.agent:
            return self.message.agent.name
        return self.message.author_name or self.message.author_address

    @property
    def is_doubtful(self) -> bool:
        """Somebody may be posing as its author."""
        return self.message.direction == Direction.IN and is_doubtful(self.message)

    @property
    def recipients(self) -> list[str]:
        return [*self.message.to, *self.message.cc]

    @property
    def written(self) -> str:
        """What they wrote this time, cut where a page would become unreadable."""
        return (self.message.visible_text or self.message.text)[:LONGEST]

    @property
    def is_cut(self) -> bool:
        return len(self.message.visible_text or self.message.text) > LONGEST

    @property
    def quoted(self) -> str:
        """The rest of the text: what they answered to, and their signature."""
        text, written = self.message.text.strip(), self.message.visible_text.strip()
        if not written or written == text:
            return ""
        before, found, after = text.partition(written)
        return (
            "\n".join(part for part in (before.strip(), after.strip()) if part)[:LONGEST] if found else text[:LONGEST]
        )

    @property
    def pictures(self) -> list[Attachment]:
        return [file for file in self.files if file.content_type in RASTER]

    @property
    def documents(self) -> list[Attachment]:
        return [file for file in self.files if file.content_type not in RASTER]


@dataclass(frozen=True)
class Happening:
    """A muted line between messages: closed, assigned, tagged."""

    line: Line
    day: date | None = None

    @property
    def at(self) -> datetime:
        return self.line.at


@dataclass(frozen=True)
class Thread:
    items: list[Entry | Happening]
    last_message: int = 0
    last_event: int = 0
    earlier: int | None = None
    last_day: date | None = None


def newest(conversation: Conversation, *, viewer: Agent, before: int | None = None) -> Thread:
    """The newest fifty messages, or the fifty before one, and what happened in their time. Constant query count."""
    found = _messages(conversation)
    found = found.filter(pk__lt=before) if before else found
    page = list(found.order_by("-id")[: PAGE + 1])
    has_earlier, page = len(page) > PAGE, page[:PAGE][::-1]
    events = Event.objects.filter(subject=f"conversation:{conversation.pk}", name__in=SHOWN)
    if has_earlier and page:
        events = events.filter(at__gte=page[0].created_at)
    if before and page:
        # The lines up to the message that was the first one shown belong to this page.
        upper = conversation.messages.filter(pk=before).values_list("created_at", flat=True).first()
        events = events.filter(at__lt=upper) if upper else events
    shown = list(events.order_by("-id")[:EVENTS])[::-1]
    return _assemble(conversation, page, shown, viewer, earlier=page[0].pk if has_earlier else None)


def since(conversation: Conversation, *, viewer: Agent, message: int, event: int, day: date | None) -> Thread:
    """What is new after a message and an event: for a page that is open."""
    found = list(_messages(conversation).filter(pk__gt=message).order_by("id")[:PAGE])
    events = Event.objects.filter(subject=f"conversation:{conversation.pk}", name__in=SHOWN, pk__gt=event)
    return _assemble(conversation, found, list(events.order_by("id")[:EVENTS]), viewer, day=day)


def entry_of(message: Message, *, viewer: Agent) -> Entry:
    """One message by itself, as it stands now."""
    shown = _messages(message.conversation).get(pk=message.pk)
    named = _mentions_in([shown], viewer).get(shown.pk, {})
    return _entry(shown, message.conversation, viewer, mentions=named)


@remembered
def last_event_id() -> int:
    """Where a live stream must begin so that nothing after this moment is missed. Read it before anything else."""
    return Event.objects.aggregate(last=Max("id"))["last"] or 0


def _messages(conversation: Conversation) -> QuerySet[Message]:
    files = Prefetch("attachments", queryset=Attachment.objects.order_by("id"))
    messages = Message.objects.filter(conversation=conversation)
    # The HTML is fetched by its own frame; here only whether there is any.
    return messages.select_related("agent", "dispatch").prefetch_related(files).defer("references", "bcc")


def _assemble(
    conversation: Conversation,
    messages: list[Message],
    events: list[Event],
    viewer: Agent,
    *,
    earlier: int | None = None,
    day: date | None = None,
) -> Thread:
    new, named = newcomers_in(conversation, messages), _mentions_in(messages, viewer)
    entries = [
        _entry(message, conversation, viewer, new.get(message.pk, ()), named.get(message.pk, {}))
        for message in messages
    ]
    happened = [Happening(line) for line in lines(events, conversation, viewer)]
    items: list[Entry | Happening] = sorted([*entries, *happened], key=lambda item: item.at)
    dated, last_day = _with_days(items, day)
    return Thread(
        dated,
        last_message=messages[-1].pk if messages else 0,
        last_event=events[-1].pk if events else 0,
        earlier=earlier,
        last_day=last_day,
    )


def _mentions_in(messages: Iterable[Message], viewer: Agent) -> dict[int, dict[str, bool]]:
    """The names in these notes, by message. No query where none has an @."""
    notes = [each.pk for each in messages if each.direction == Direction.NOTE and "@" in each.text]
    found: dict[int, dict[str, bool]] = {}
    rows = Mention.objects.filter(message__in=notes).values_list("message", "agent", "agent__name", "team__name")
    for message, agent, name, team in rows if notes else ():
        said = found.setdefault(message, {})
        said[team or name] = said.get(team or name, False) or agent == viewer.pk
    return found


def _entry(
    message: Message,
    conversation: Conversation,
    viewer: Agent,
    newcomers: Iterable[str] = (),
    mentions: Mapping[str, bool] | None = None,
) -> Entry:
    dispatch = getattr(message, "dispatch", None)
    files = list(message.attachments.all())
    # Pictures that the text itself shows need no chip.
    shown = [file for file in files if not (file.inline and file.content_id and file.content_id in message.html)]
    return Entry(
        message,
        viewer,
        face=face_of(message.channel or conversation.channel),
        is_elsewhere=bool(message.channel) and message.channel != conversation.channel,
        sending=Sending(dispatch, clock.now()) if dispatch else None,
        files=shown,
        newcomers=sorted(newcomers),
        mentions=mentions or {},
    )


def _with_days(items: Sequence[Entry | Happening], day: date | None) -> tuple[list[Entry | Happening], date | None]:
    """The items, each that begins another day knowing so."""
    dated: list[Entry | Happening] = []
    for item in items:
        its_day = timezone.localtime(item.shown_at if isinstance(item, Entry) else item.at).date()
        starts = its_day if its_day != day else None
        dated.append(replace(item, day=starts))
        day = its_day
    return dated, day
