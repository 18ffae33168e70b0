"""One conversation's rows, with the events they left behind; written down together with all others."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta

from rapport.backbone.events import Announcement
from rapport.backbone.models import Event
from rapport.conversations import announcements as news
from rapport.conversations.actions.telling import audience
from rapport.conversations.models import (
    Assignment,
    Closure,
    Conversation,
    Message,
    Snooze,
    Tagging,
)
from rapport.conversations.preview import preview_of
from rapport.conversations.types import AuthorKind, Direction
from rapport.site.demo.envelopes import paragraphs
from rapport.site.demo.furnishing import House
from rapport.site.demo.story import Story, Turn


@dataclass
class Chronicle:
    """A story on its way into the database."""

    story: Story
    conversation: Conversation
    messages: list[Message]
    events: list[tuple[datetime, Announcement]] = field(default_factory=list)


def begin(story: Story, number: int, house: House) -> Chronicle:
    """The conversation as it stands now, and its messages, not saved yet."""
    inbox = house.inboxes[story.inbox]
    conversation = Conversation(
        number=number,
        subject=story.subject,
        customer=house.customers[story.person.key],
        inbox=inbox,
        team=inbox.team,
        assignee=house.agents.get(story.to),
        status=story.state,
        priority=story.priority,
        created_at=story.began_at,
        snoozed_until=story.snoozed_until,
        satisfaction=story.rating,
    )
    if story.state == "closed":
        conversation.closed_at = story.closures[-1][0]
    messages = _messages(story, number, house)
    _summarise(conversation, messages, story)
    return Chronicle(story, conversation, messages)


def happenings(chronicle: Chronicle, house: House) -> list[object]:
    """Rows of what was done with it besides writing; their events go to the chronicle. Messages are saved by now."""
    story, conversation = chronicle.story, chronicle.conversation
    for message, turn in zip(chronicle.messages, story.turns, strict=True):
        chronicle.events.append((turn.at, _written(chronicle, message, turn, house)))
    rows: list[object] = [*_assignments(chronicle, house), *_tags(chronicle, house), *_closures(chronicle, house)]
    if story.snoozed_at and story.snoozed_until:
        agent = house.agents[story.to]
        rows.append(Snooze(conversation=conversation, by=agent, at=story.snoozed_at, until=story.snoozed_until))
        until = story.snoozed_until.isoformat()
        event = news.ConversationSnoozed(conversation.pk, by=agent.pk, until=until)
        chronicle.events.append((story.snoozed_at, event))
    if story.rating and story.rated_at:
        chronicle.events.append((story.rated_at, news.ConversationRated(conversation.pk, score=story.rating)))
    return rows


def log(chronicles: Iterable[Chronicle]) -> list[Event]:
    """All events in the order they happened."""
    rows = [
        Event(
            name=type(event).__name__,
            subject=f"conversation:{chronicle.conversation.pk}",
            payload=asdict(event),
            audience=f" {' '.join(sorted(audience(chronicle.conversation)))} ",
            at=at,
        )
        for chronicle in chronicles
        for at, event in chronicle.events
    ]
    return sorted(rows, key=lambda row: row.at)


def _messages(story: Story, number: int, house: House) -> list[Message]:
    messages: list[Message] = []
    thread: list[str] = []
    for place, turn in enumerate(story.turns):
        message = _message(story, turn, house)
        if not turn.is_note:
            host = house.scene.domain if turn.by else story.person.email.rpartition("@")[2]
            message.external_id = f"{number}.{place}.{turn.at:%Y%m%d%H%M%S}@{host}"
            message.in_reply_to = thread[-1] if thread else ""
            message.references = list(thread)
            message.subject = story.subject if not thread else f"Re: {story.subject}"
            message.threaded_by = "" if turn.by else "in_reply_to" if thread else "new"
            thread.append(message.external_id)
        messages.append(message)
    return messages


def _message(story: Story, turn: Turn, house: House) -> Message:
    text = turn.text
    html = paragraphs(text) if turn.in_html else ""
    if turn.quote:
        head, quoted = _quoted(story, turn, house)
        text += f"\n\n{head}\n" + "\n".join(f"> {line}" for line in quoted.split("\n"))
        quotation = f"<p>{head}</p><blockquote>{paragraphs(quoted)}</blockquote>"
        html += f"<quoted-text>{quotation}</quoted-text>" if html else ""
    message = Message(text=text, html=html, visible_text=turn.text, created_at=turn.at, is_automatic=turn.is_automatic)
    if turn.by:
        agent = house.agents[turn.by]
        message.direction = Direction.NOTE if turn.is_note else Direction.OUT
        message.author_kind, message.agent, message.author_name = AuthorKind.AGENT, agent, agent.name
        message.to = [] if turn.is_note else [story.person.email]
        message.sent_at = turn.at if turn.is_note else turn.at + timedelta(seconds=11)
    else:
        message.direction, message.author_kind = Direction.IN, AuthorKind.CUSTOMER
        message.customer = house.customers[story.person.key]
        message.author_name, message.author_address = story.person.name, story.person.email
        message.to = [house.scene.address(story.inbox)]
        message.sent_at = turn.at - timedelta(seconds=4)
    return message


def _quoted(story: Story, turn: Turn, house: House) -> tuple[str, str]:
    day = turn.at - timedelta(hours=6)
    chinese = story.person.language == "zh-hans"
    date = f"{day.year} 年 {day.month} 月 {day.day} 日" if chinese else f"{day.day} {day:%B %Y}"
    head: str = house.scene.book_of(story.person.language)["quoted"]
    return head.format(date=date, who=house.scene.name), turn.quote


def _summarise(conversation: Conversation, messages: list[Message], story: Story) -> None:
    """What lists are sorted and counted by, as the actions would have left it."""
    spoken = [message for message in messages if message.direction != Direction.NOTE and not message.is_automatic]
    answers = [place for place, message in enumerate(spoken) if message.direction == Direction.OUT]
    unanswered = spoken[answers[-1] + 1 :] if answers else spoken
    conversation.message_count = len(messages)
    conversation.last_at = spoken[-1].created_at
    conversation.preview = preview_of(spoken[-1])
    conversation.preview_direction = spoken[-1].direction
    if story.state != "closed" and unanswered:
        conversation.waiting_since = unanswered[0].created_at
    moments = [messages[-1].created_at, story.snoozed_at, story.rated_at, conversation.closed_at]
    conversation.updated_at = max(moment for moment in moments if moment)


def _written(chronicle: Chronicle, message: Message, turn: Turn, house: House) -> Announcement:
    conversation = chronicle.conversation
    if turn.is_note:
        return news.NoteWritten(conversation.pk, message.pk, by=house.agents[turn.by].pk)
    if turn.by:
        return news.MessageWritten(conversation.pk, message.pk, by=house.agents[turn.by].pk)
    is_new = message is chronicle.messages[0]
    return news.MessageArrived(conversation.pk, message.pk, is_new=is_new, is_automatic=turn.is_automatic)


def _assignments(chronicle: Chronicle, house: House) -> list[Assignment]:
    """Who had it: somebody it was given to first, whoever answered first, and who has it now."""
    story, dispatcher = chronicle.story, house.scene.part("admin")
    moves: list[tuple[datetime, str, str]] = []
    first = next((turn for turn in story.turns if turn.by and not turn.is_note), None)
    if story.handed_over_at:
        moves.append((story.began_at + timedelta(minutes=2), story.handed_over_from, dispatcher))
        moves.append((story.handed_over_at, story.to, story.handed_over_from))
    elif first:
        moves.append((first.at, first.by, first.by))
    elif story.to:
        moves.append((story.began_at + timedelta(minutes=9), story.to, dispatcher))
    if moves and moves[-1][1] != story.to:
        latest = max(turn.at for turn in story.turns if not turn.by)
        moves.append((max(latest, moves[-1][0]) + timedelta(minutes=1), story.to, moves[-1][1]))
    rows = []
    for at, to, by in moves:
        agent, giver = house.agents[to], house.agents[by]
        team = chronicle.conversation.team
        rows.append(Assignment(conversation=chronicle.conversation, agent=agent, team=team, by=giver, at=at))
        event = news.ConversationAssigned(
            chronicle.conversation.pk, agent=agent.pk, team=team.pk if team else None, by=giver.pk
        )
        chronicle.events.append((at, event))
    return rows


def _tags(chronicle: Chronicle, house: House) -> list[Tagging]:
    """Tagged by whoever read it first; nobody has read what nobody has."""
    story, conversation = chronicle.story, chronicle.conversation
    reader = next((turn.by for turn in story.turns if turn.by), story.to)
    if not reader:
        return []
    answered = next((turn.at for turn in story.turns if turn.by), story.began_at + timedelta(minutes=9))
    at, agent = answered - timedelta(seconds=50), house.agents[reader]
    if story.priority != 2:
        event = news.PriorityChanged(conversation.pk, priority=story.priority, by=agent.pk)
        chronicle.events.append((at, event))
    for tag in story.tags:
        chronicle.events.append((at, news.ConversationTagged(conversation.pk, tag=tag, by=agent.pk)))
    return [Tagging(conversation=conversation, tag=house.tags[tag], by=agent, at=at) for tag in story.tags]


def _closures(chronicle: Chronicle, house: House) -> list[Closure]:
    rows = []
    conversation, agent = chronicle.conversation, house.agents.get(chronicle.story.to)
    for closed, reopened in chronicle.story.closures:
        rows.append(Closure(conversation=conversation, by=agent, at=closed, reopened_at=reopened))
        by = agent.pk if agent else None
        chronicle.events.append((closed, news.ConversationClosed(conversation.pk, by=by)))
        if reopened:
            chronicle.events.append((reopened, news.ConversationReopened(conversation.pk, by=None)))
    return rows
