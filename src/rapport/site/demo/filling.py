"""Writing the story down: every row in bulk, in one transaction, in the order things happened."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any, cast

from django.db import transaction
from django.db.models import Model

from rapport.backbone import files, search
from rapport.backbone.models import Event, StoredFile
from rapport.channels.models import Delivery, Dispatch
from rapport.channels.types import DeliveryState, DispatchState, Outcome
from rapport.conversations.models import Attachment, Conversation, Counter, Message, Seen
from rapport.conversations.searching import entries_for
from rapport.conversations.types import Direction
from rapport.kit import clock
from rapport.site.demo import chronicle as chronicles
from rapport.site.demo.arranging import arrange
from rapport.site.demo.automating import automate
from rapport.site.demo.chronicle import Chronicle
from rapport.site.demo.dealing import deal
from rapport.site.demo.drawing import VARIANTS, content_type, draw
from rapport.site.demo.envelopes import mail
from rapport.site.demo.furnishing import House, furnish
from rapport.site.demo.governing import govern
from rapport.site.demo.junking import put_aside
from rapport.site.demo.living import live
from rapport.site.demo.naming import name_orders
from rapport.site.demo.noticing import notice
from rapport.site.demo.promising import promise
from rapport.site.demo.scene import Scene
from rapport.site.demo.scene import scene as scene_of
from rapport.site.demo.selling import sell
from rapport.site.demo.sharing import share
from rapport.site.demo.story import Story, Turn
from rapport.site.demo.telling import tell
from rapport.site.demo.uniting import unite
from rapport.site.demo.using import use
from rapport.surveys.models import Invitation, Rating


@dataclass(frozen=True)
class Filled:
    customers: int
    conversations: int
    messages: int


@transaction.atomic
def fill(now: datetime | None = None, scene: Scene | None = None, *, seed: int | None = None) -> Filled:
    """Fill an empty database with the company of this scene, or Lampwright, as of now."""
    now, scene = now or clock.now(), scene or scene_of()
    people, stories = tell(now, scene, seed=seed)
    house = furnish(scene, people, stories, now)
    dealt = deal(house, now)
    first = _first_number(scene, stories)
    told = [chronicles.begin(story, first + place, house) for place, story in enumerate(stories)]
    Conversation.objects.bulk_create([one.conversation for one in told])
    messages = _save_messages(told)
    Counter.objects.create(name="conversation", value=first + len(told) - 1)
    _save_rows(row for one in told for row in chronicles.happenings(one, house))
    log = sorted([*chronicles.log(told), *dealt], key=lambda row: row.at)
    Event.objects.bulk_create(log, batch_size=2000)
    _Mail(house, now).deliver(told)
    _mark_seen(told, house)
    _save_ratings(told, house)
    promise(told, house, now)
    share(told, house, now)
    by_pk = {one.conversation.pk: one.conversation for one in told}
    search.index(entries_for(messages, by_pk))
    automate(house, now)
    arrange(told, house)
    notice(told)
    sell(told, house, now)
    name_orders()
    use(house, now)
    live(told, house, now)
    unite(told, house, now)
    put_aside(house, now)
    govern(house, now)
    return Filled(len(house.customers), len(told), len(messages))


def _first_number(scene: Scene, stories: list[Story]) -> int:
    """The famous conversation has its number in every picture of the product; the others are counted from it."""
    famous = next((place for place, story in enumerate(stories) if story.number), None)
    return scene.size.number_of_first - (famous or 0)


def _save_messages(told: list[Chronicle]) -> list[Message]:
    """Oldest first over all conversations, since ids are read as time."""
    for one in told:
        for message in one.messages:
            message.conversation = one.conversation
    messages = sorted((message for one in told for message in one.messages), key=lambda message: message.created_at)
    return Message.objects.bulk_create(messages, batch_size=1000)


def _save_rows(rows: Iterable[object]) -> None:
    sorted_out: dict[type[Model], list[Any]] = defaultdict(list)
    for row in rows:
        sorted_out[type(cast(Model, row))].append(row)
    for kind, found in sorted_out.items():
        kind._default_manager.bulk_create(sorted(found, key=attrgetter("at")), batch_size=2000)


class _Mail:
    """How the messages travelled: raw deliveries in, dispatches out, files kept and attached."""

    def __init__(self, house: House, now: datetime) -> None:
        self._house = house
        self._now = now
        self._kept: dict[tuple[str, int], tuple[StoredFile, bytes]] = {}
        self._attachments: list[Attachment] = []
        self._deliveries: list[Delivery] = []
        self._dispatches: list[Dispatch] = []

    def deliver(self, told: list[Chronicle]) -> None:
        for one in told:
            for message, turn in zip(one.messages, one.story.turns, strict=True):
                self._carry(one, message, turn)
        self._fail_one(told)
        self._deliveries += self._troubles()
        Attachment.objects.bulk_create(sorted(self._attachments, key=lambda row: row.message_id))
        Delivery.objects.bulk_create(sorted(self._deliveries, key=lambda row: row.received_at), batch_size=500)
        Dispatch.objects.bulk_create(sorted(self._dispatches, key=lambda row: row.created_at), batch_size=2000)

    def _carry(self, one: Chronicle, message: Message, turn: Turn) -> None:
        bodies = [(name, self._attach(message, name)) for name in turn.files]
        if message.direction == Direction.OUT:
            self._dispatches.append(self._sent(one, message))
        if message.direction == Direction.IN:
            self._deliveries.append(self._received(one, message, bodies))

    def _attach(self, message: Message, name: str) -> bytes:
        stored, body = self._keep(name, message.pk % VARIANTS)
        self._attachments.append(
            Attachment(
                message=message,
                file=stored,
                name=name,
                content_type=content_type(name),
                size=len(body),
                sha256=stored.sha256,
            )
        )
        return body

    def _keep(self, name: str, variant: int) -> tuple[StoredFile, bytes]:
        if (name, variant) not in self._kept:
            body = draw(name, variant, self._house.scene.says["papers"])
            self._kept[name, variant] = (files.keep(body), body)
        return self._kept[name, variant]

    def _sent(self, one: Chronicle, message: Message) -> Dispatch:
        return Dispatch(
            message=message,
            channel=self._house.channels[one.story.inbox],
            state=DispatchState.SENT,
            due_at=message.created_at + timedelta(seconds=10),
            sent_at=message.sent_at,
            attempts=1,
            provider_id=message.external_id,
            created_at=message.created_at,
        )

    def _received(self, one: Chronicle, message: Message, bodies: list[tuple[str, bytes]]) -> Delivery:
        raw = mail(
            house=self._house.scene.name,
            name=message.author_name,
            address=message.author_address,
            to=message.to[0],
            subject=message.subject,
            at=message.sent_at or message.created_at,
            external_id=message.external_id,
            references=message.references,
            text=message.text,
            html=message.html,
            files=bodies,
            is_automatic=message.is_automatic,
        )
        outcome = Outcome.CREATED if message is one.messages[0] else Outcome.APPENDED
        row = _delivery(raw, at=message.created_at, to=message.to, outcome=outcome)
        if message.is_automatic:
            row.outcome = Outcome.AUTO_REPLY
        row.channel, row.message, row.external_id = (
            self._house.channels[one.story.inbox],
            message,
            message.external_id,
        )
        return row

    def _fail_one(self, told: list[Chronicle]) -> None:
        """The last answer in one open conversation came back; its reason is there to be read."""
        waiting = [
            one
            for one in told
            if one.story.state == "open"
            and one.story.to == self._house.scene.part("lead")
            and one.messages[-1].direction == Direction.OUT
        ]
        if not waiting:
            return
        message = waiting[-1].messages[-1]
        failed = next(row for row in self._dispatches if row.message_id == message.pk)
        failed.state, failed.sent_at, failed.attempts = DispatchState.FAILED, None, 3
        failed.provider_id = ""
        host = message.to[0].rpartition("@")[2]
        failed.error = f"The mail server of {host} does not know the address {message.to[0]} (550 5.1.1)."
        message.sent_at = None
        message.save(update_fields=["sent_at"])

    def _troubles(self) -> list[Delivery]:
        """What else comes in: a mail nobody can read, one that came twice, one that bounced."""
        support, now = self._house.scene.address("support"), self._now
        garbled = b"\x00\x1f\x8b\x08 this is not a mail\xff\xfe" + bytes(range(128, 200))
        bounce = mail(
            house=self._house.scene.name,
            name="Mail Delivery System",
            address="mailer-daemon@post.example",
            to=support,
            subject="Undelivered Mail Returned to Sender",
            at=now - timedelta(hours=5),
            external_id="bounce.1@post.example",
            references=[],
            text="550 5.1.1 <lars.holm@post.example>: Recipient address rejected: User unknown",
        )
        twice = next(bytes(row.body or b"") for row in reversed(self._deliveries) if row.body)
        return [
            _delivery(
                garbled,
                at=now - timedelta(hours=2, minutes=10),
                to=[support],
                outcome=Outcome.QUARANTINED,
                reason="This is not a mail: it has no sender, no date and no text. It was kept as it came.",
            ),
            _delivery(bounce, at=now - timedelta(hours=5), to=[support], outcome=Outcome.BOUNCE),
            _delivery(twice, at=now - timedelta(minutes=5), to=[support], outcome=Outcome.DUPLICATE),
        ]


def _delivery(raw: bytes, *, at: datetime, to: list[str], outcome: Outcome, reason: str = "") -> Delivery:
    return Delivery(
        kind="email",
        source="smtp 127.0.0.1",
        recipients=to,
        body=raw,
        size=len(raw),
        sha256=hashlib.sha256(raw).hexdigest(),
        received_at=at,
        state=DeliveryState.QUARANTINED if outcome == Outcome.QUARANTINED else DeliveryState.DONE,
        outcome=outcome,
        reason=reason,
        attempts=1,
    )


def _mark_seen(told: list[Chronicle], house: House) -> None:
    """Everybody has read everything but what came in last."""
    rows = []
    for one in told:
        unread = one.story.is_unread
        read = [message for message in one.messages if message.direction != Direction.IN] if unread else one.messages
        if not read:
            continue
        for agent in house.agents.values():
            rows.append(
                Seen(conversation=one.conversation, agent=agent, message_id=read[-1].pk, at=one.conversation.updated_at)
            )
    Seen.objects.bulk_create(rows, batch_size=4000)


def _save_ratings(told: list[Chronicle], house: House) -> None:
    asked = [one for one in told if one.story.is_asked]
    invitations = Invitation.objects.bulk_create(
        [
            Invitation(
                conversation=one.conversation,
                customer=one.conversation.customer,
                token_hash=hashlib.sha256(f"{house.scene.key} {one.conversation.number}".encode()).hexdigest(),
                sent_at=one.story.closures[-1][0] + timedelta(minutes=10),
                expires_at=one.story.closures[-1][0] + timedelta(days=60),
            )
            for one in sorted(asked, key=lambda one: one.story.closures[-1][0])
        ]
    )
    by_conversation = {invitation.conversation_id: invitation for invitation in invitations}
    rated = [one for one in asked if one.story.rating and one.story.rated_at]
    Rating.objects.bulk_create(
        [
            Rating(
                invitation=by_conversation[one.conversation.pk],
                conversation=one.conversation,
                customer=one.conversation.customer,
                score=cast(int, one.story.rating),
                comment=one.story.comment,
                at=cast(datetime, one.story.rated_at),
            )
            for one in sorted(rated, key=lambda one: cast(datetime, one.story.rated_at))
        ]
    )
