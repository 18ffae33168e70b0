"""A conversation that never ended, a desk of a hundred thousand of them, and a customer who wrote most of them."""

import gc
import re
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench import seeding
from bench.measuring import percentile
from rapport.conversations.models import Conversation, Message
from rapport.customers.models import Customer
from rapport.kit import clock
from tests.faults.desk import measured

pytestmark = pytest.mark.django_db

GOAL_MS = 500
BATCH = 2_000


@dataclass
class Page:
    """What one address cost each time it was opened."""

    wall: list[float] = field(default_factory=list)
    # Its work and its waiting for the database, without waiting for a core that others had.
    own: list[float] = field(default_factory=list)
    asked: list[int] = field(default_factory=list)
    body: str = ""

    def open(self, browser: Client, address: str) -> None:
        with CaptureQueriesContext(connection) as asked:
            wall, cpu = time.perf_counter(), time.process_time()
            answer = browser.get(address)
            self.wall.append((time.perf_counter() - wall) * 1000)
            self.own.append((time.process_time() - cpu) * 1000)
        if connection.vendor == "postgresql":
            self.own[-1] += sum(float(each["time"]) for each in asked.captured_queries) * 1000
        assert answer.status_code == 200, f"{address}: {answer.status_code}"
        self.asked.append(len(asked))
        self.body = answer.content.decode()

    @property
    def is_quick(self) -> bool:
        """Nineteen times of twenty, as far as the machine was ours."""
        return percentile(self.own, 0.95) < GOAL_MS

    @property
    def queries(self) -> int:
        """Now and then one more notes that somebody is here, or reads again what was kept for a minute."""
        return statistics.mode(self.asked)

    def __str__(self) -> str:
        return (
            f"median {statistics.median(self.wall):.0f} ms, p95 {percentile(self.wall, 0.95):.0f} ms "
            f"({percentile(self.own, 0.95):.0f} ms its own work), {self.queries} queries"
        )


@pytest.fixture
def opened(size) -> Callable[[Client, str], Page]:
    """Open a page a few times and say what it cost."""

    def look(browser: Client, address: str) -> Page:
        browser.get(address)  # what is only slow the first time
        page = Page()
        # What the tests themselves keep in memory would be gone through again in the middle of a page.
        gc.collect()
        gc.freeze()
        for _ in range(size(2, 20)):
            page.open(browser, address)
        gc.unfreeze()
        return page

    return look


def analyse() -> None:
    """As a database does by itself some minutes after it has grown."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def grow(conversation: Conversation, to: int) -> None:
    """Kim and Ada go on writing to each other."""
    kim = conversation.customer
    Message.objects.bulk_create(
        (
            Message(
                conversation=conversation,
                direction="out" if turn % 2 else "in",
                author_kind="agent" if turn % 2 else "customer",
                author_name="Ada" if turn % 2 else kim.name,
                author_address="" if turn % 2 else kim.email,
                to=[kim.email if turn % 2 else "support@lampwright.example"],
                text=f"And another thing, number {turn}. " * 8,
                visible_text=f"And another thing, number {turn}.",
                external_id=f"{turn}@studio.example",
            )
            for turn in range(conversation.message_count, to)
        ),
        batch_size=BATCH,
    )
    Conversation.objects.filter(pk=conversation.pk).update(message_count=to, last_at=clock.now())
    conversation.message_count = to


def test_a_conversation_of_5000_messages_opens_as_one_of_a_page(write, ada, signed_in, opened, size):
    conversation = write("The lamp flickers.")
    look = partial(opened, signed_in(ada))
    address = f"/inbox/{conversation.number}/?view=open"
    grow(conversation, to=120)
    analyse()
    short = look(address)
    grow(conversation, to=size(1_000, 5_000))
    analyse()
    long = look(address)
    earlier = re.search(r"/inbox/\d+/earlier\?before=\d+", long.body)
    assert earlier, "no way to the earlier messages"
    before = look(earlier[0])
    last = Message.objects.latest("id").pk
    news = look(f"/inbox/{conversation.number}/news?message={last - 10}")
    measured(f"{conversation.message_count:,} messages: {long}; the fifty before: {before}; what is new: {news}")
    assert long.queries == short.queries
    assert long.queries <= 60
    assert all(page.is_quick for page in (long, before, news))
    assert f"number {conversation.message_count - 1}." in long.body


PAGES = {
    "the open ones": "/inbox/?view=open",
    "all of them": "/inbox/?view=all",
    "who has waited longest": "/inbox/?view=open&sort=waiting",
    "the oldest first": "/inbox/?view=closed&sort=oldest",
    "a conversation beside the list": "/inbox/{number}/?view=all",
    "everybody": "/customers/",
    "a search for a common word": "/search/?q=update",
    "a search for a number": "/search/?q=54321",
    "a customer": "/customers/{customer}/",
    "what a customer wrote": "/customers/{customer}/?only=conversations",
}


def desk_of(count: int, of_one: int, look: Callable[[str], Page]) -> dict[str, Page]:
    """Every page of a desk with so many conversations, the first of them all of one customer."""
    seeding.fill(count, messages_each=1)
    kim = Customer.objects.order_by("id").first()
    theirs = Conversation.objects.filter(number__lte=of_one)
    theirs.update(customer=kim)
    Message.objects.filter(conversation__in=theirs.values("pk"), direction="in").update(customer=kim)
    analyse()
    return {name: look(path.format(number=of_one, customer=kim.pk)) for name, path in PAGES.items()}


def test_100_000_conversations_10_000_of_them_one_customers_open_as_three_hundred_do(ada, signed_in, opened, size):
    count, of_one = size(1_200, 100_000), size(600, 10_000)
    look = partial(opened, signed_in(ada))
    with transaction.atomic():
        few = desk_of(300, 100, look)
        transaction.set_rollback(True)
    many = desk_of(count, of_one, look)
    for name, page in many.items():
        measured(f"{count:,} conversations, {of_one:,} of one customer, {name}: {page}")
    for name, page in many.items():
        # A search looks further back in steps where little is found, a bounded number of them.
        most = 40 if "search" in name else few[name].queries
        assert page.queries <= most, name
    assert [name for name, page in many.items() if not page.is_quick] == []
