"""The audit trail over a long event log, on either database: the page without a question, and with each kind of one."""

import os
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

from bench.mailbag import SENTENCES, SUBJECTS
from bench.measuring import Figure, percentile, timed
from bench.pages import get
from bench.serving import crew, running, set_up, sign_in

GOAL_MS = 100
BATCH = 20_000
YEARS = 2
LONG_AGO = f"{datetime.now(UTC) - timedelta(days=660):%Y-%m-%d}"
ASKED = {
    "everything": {},
    "a common word": {"q": "lamp"},
    "a rare word": {"q": "wreath"},
    "a word that is nowhere": {"q": "zeppelinfahrt"},
    "a customer": {"q": "Person 77"},
    "a colleague's name": {"q": "Priya"},
    "a conversation's number": {"q": "#12345"},
    "a colleague": {"agent": "3"},
    "a colleague who did one thing": {"agent": "5"},
    "customers only": {"area": "customers"},
    "settings only": {"area": "settings"},
    "long ago": {"until": LONG_AGO},
    "a common word long ago": {"q": "lamp", "until": LONG_AGO},
    "the page after one long ago": {"before": f"{LONG_AGO}T00:00:00+00:00"},
}


def measure(data: Path, *, events: int, times: int = 20, on_postgresql: bool = False) -> list[Figure]:
    if on_postgresql:
        from tests.database import start_postgresql

        os.environ["DATABASE_URL"] = start_postgresql()
    set_up(data)
    agents = crew()
    fill(events, agents)
    cookie = sign_in(agents[0])
    at = f"{events:,} events, {'PostgreSQL' if on_postgresql else 'SQLite'}"
    figures = []
    with running(data) as server:
        for name, asked in ASKED.items():
            path = f"/settings/audit/?{urlencode(asked)}"
            taken = timed(lambda path=path: get(server, path, cookie), times)
            beside = f"half of the pages within {percentile(taken, 0.5):.0f} ms"
            name = f"Audit trail, {name}, p95 at {at}"
            figures.append(Figure(name, percentile(taken, 0.95), "ms", rival_name=beside, goal=GOAL_MS))
    return figures


def fill(events: int, agents: list, *, seed: int = 5) -> None:
    """An eighth as many conversations, a quarter of them customers, and what was done in two years, oldest first."""
    from django.db import connection

    from rapport.backbone.models import Event
    from rapport.conversations.models import Conversation
    from rapport.kit import clock
    from rapport.privacy.models import Entry

    dice = random.Random(seed)
    ids = _conversations(max(1, events // 8), dice)
    customers = sorted(Conversation.objects.values_list("customer", flat=True).distinct())
    now, step = clock.now(), timedelta(days=365 * YEARS) / events
    for start in range(0, events, BATCH):
        rows = [
            _event(dice, number, now - step * (events - number), ids, customers, agents[:-1], events)
            for number in range(start, min(events, start + BATCH))
        ]
        Event.objects.bulk_create(rows, batch_size=2000)
    last = Event(name="ConversationClosed", subject=f"conversation:{ids[0]}", at=now - timedelta(days=700))
    last.payload = {"conversation": ids[0], "by": agents[-1].pk}
    last.by = agents[-1].pk
    last.save()
    kinds = ("conversations.inbox", "team.agent", "automation.rule", "customers.customer")
    entries = max(1, events // 20)
    Entry.objects.bulk_create(
        [
            Entry(
                at=now - timedelta(days=365 * YEARS) / entries * (entries - number),
                agent=dice.choice(agents[:-1]).pk,
                agent_name="Mia",
                via="page",
                action="changed",
                kind=dice.choice(kinds),
                label=f"Setting {number}",
            )
            for number in range(entries)
        ],
        batch_size=2000,
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


_NAMES = ("MessageWritten", "ConversationClosed", "ConversationAssigned", "NoteWritten", "ConversationTagged")


def _event(dice, number, at, ids, customers, agents, events):
    """Two fifths are done by machines and customers; one in a hundred is about a customer."""
    from rapport.backbone.models import Event

    by = dice.choice(agents).pk if dice.random() < 0.6 else None
    if number % 100 == 0:
        customer = dice.choice(customers)
        about, name = f"customer:{customer}", "CustomerChanged"
        payload = {"customer": customer, "by": by}
    else:
        # What happens is mostly in conversations of about that time.
        near = int(number / events * len(ids)) + dice.randrange(-50, 50)
        pk = ids[min(len(ids) - 1, max(0, near))]
        about, name = f"conversation:{pk}", dice.choice(_NAMES) if by else "MessageArrived"
        payload = {"conversation": pk, "by": by} if by else {"conversation": pk, "message": number}
    return Event(name=name, subject=about, payload=payload, at=at, by=by)


def _conversations(count: int, dice) -> list[int]:
    from rapport.conversations.models import Conversation, Inbox
    from rapport.customers.models import Customer

    inbox = Inbox.objects.create(name="Support")
    people = Customer.objects.bulk_create(
        [Customer(name=f"Person {n}", email=f"person{n}@customers.example") for n in range(max(1, count // 4))],
        batch_size=2000,
    )
    for start in range(0, count, BATCH):
        Conversation.objects.bulk_create(
            [
                Conversation(
                    number=n + 1,
                    subject=("A wreath " if n % 5000 == 77 else "")
                    + dice.choice(SUBJECTS).format(n=dice.randrange(10_000, 99_999)),
                    customer=dice.choice(people),
                    inbox=inbox,
                    status="closed",
                    preview=dice.choice(SENTENCES),
                )
                for n in range(start, min(count, start + BATCH))
            ],
            batch_size=2000,
        )
    return list(Conversation.objects.order_by("pk").values_list("pk", flat=True))
