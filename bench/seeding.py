"""A database with many conversations, written in bulk through the product's own models and search index."""

import random
from datetime import timedelta

from django.db import transaction

from bench.mailbag import SENTENCES, SUBJECTS

BATCH = 2_000


def fill(conversations: int, *, messages_each: int = 3, seed: int = 3) -> None:
    """Add `conversations` conversations of `messages_each` messages, a quarter of them open, to an empty database."""
    from rapport.conversations.models import Inbox
    from rapport.team.models import Agent

    dice = random.Random(seed)
    inbox, _ = Inbox.objects.get_or_create(name="Support")
    agents = list(Agent.objects.all())
    customers = _people(max(50, conversations // 4))
    for start in range(0, conversations, BATCH):
        with transaction.atomic():
            _batch(range(start, min(conversations, start + BATCH)), messages_each, dice, inbox, agents, customers)


def _people(count: int) -> list:
    from rapport.customers.models import Customer, Identity

    people = Customer.objects.bulk_create(
        [Customer(name=f"Person {number}", email=f"person{number}@customers.example") for number in range(count)],
        batch_size=BATCH,
    )
    Identity.objects.bulk_create(
        [Identity(customer=person, kind="email", value=person.email) for person in people], batch_size=BATCH
    )
    return people


def _batch(numbers, messages_each, dice, inbox, agents, customers) -> None:
    from rapport.backbone import search
    from rapport.conversations.models import Conversation, Message
    from rapport.conversations.searching import entries_for
    from rapport.kit import clock

    now = clock.now()
    made = Conversation.objects.bulk_create(
        [
            Conversation(
                number=number + 1,
                subject=dice.choice(SUBJECTS).format(n=dice.randrange(10_000, 99_999)),
                customer=dice.choice(customers),
                inbox=inbox,
                status=dice.choices(["open", "snoozed", "closed"], [25, 5, 70])[0],
                assignee=dice.choice([*agents, None]),
                last_at=(last := now - timedelta(seconds=dice.randrange(90 * 86_400))),
                waiting_since=last if dice.random() < 0.1 else None,
                due_at=last + timedelta(hours=4) if dice.random() < 0.1 else None,
                message_count=messages_each,
                preview=dice.choice(SENTENCES),
            )
            for number in numbers
        ]
    )
    messages = Message.objects.bulk_create(
        [
            Message(
                conversation=conversation,
                direction="in" if turn % 2 == 0 else "out",
                author_kind="customer" if turn % 2 == 0 else "agent",
                author_name=conversation.customer.name,
                text=" ".join(dice.choices(SENTENCES, k=8)),
                visible_text=" ".join(dice.choices(SENTENCES, k=2)),
                subject=conversation.subject,
            )
            for conversation in made
            for turn in range(messages_each)
        ]
    )
    owner = {conversation.pk: conversation for conversation in made}
    search.index(entries_for(messages, owner))
