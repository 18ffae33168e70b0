"""A demo company loaded whole, the school: what it sold, how its customers came along, and who looks after them."""

import re
import time
from collections import Counter
from datetime import UTC, datetime

import pytest
from django.db import transaction
from django.db.models import Q

from rapport.conversations.arrangements import OrderLink
from rapport.conversations.models import Conversation, Message
from rapport.customers.models import Company, StageEntry, Standing
from rapport.sales.deals.models import Deal
from rapport.sales.models import Order, OrderStatus, Subscription
from rapport.site.demo.filling import fill
from rapport.site.demo.scene import scene

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 19, 14, 37, tzinfo=UTC)
# About 5 s on a quiet machine; twice that beside other work.
ENOUGH_SECONDS = 12


@pytest.fixture(scope="module")
def school(django_db_setup, django_db_blocker):
    """The company, filled once and taken back after these tests; its value is the processor time that took."""
    with django_db_blocker.unblock(), transaction.atomic():
        began = time.process_time()
        fill(NOW, scene("education"))
        yield time.process_time() - began
        transaction.set_rollback(True)


def test_it_is_filled_quickly(school):
    print(f"\nfilled in {school:.1f} s of processor time")  # noqa: T201
    assert school < ENOUGH_SECONDS


def test_the_orders_that_mails_speak_of_are_there(school):
    numbers = set(Order.objects.values_list("number", flat=True))
    spoken = re.compile(r"OQ-4\d{4}")
    named = {number for text in Message.objects.values_list("text", flat=True) for number in spoken.findall(text)}
    assert named
    assert named <= numbers
    first = Conversation.objects.filter(messages__text__contains=next(iter(named))).first()
    assert first.customer.orders.filter(placed_at__lt=first.created_at).exists()


def test_the_conversations_are_about_the_orders_that_their_customers_name(school):
    links = OrderLink.objects.select_related("order", "conversation")
    assert links.count() > 100
    for link in links:
        heard = link.conversation.messages.filter(direction="in", customer=link.order.customer)
        assert heard.filter(Q(subject__contains=link.order.number) | Q(text__contains=link.order.number)).exists()


def test_sums_of_orders_are_right(school):
    for order in Order.objects.prefetch_related("lines", "refunds"):
        assert order.total == sum(line.unit_price * line.quantity for line in order.lines.all())
        assert order.refunded == sum(refund.amount for refund in order.refunds.all())
        assert (order.refunded == order.total) == (order.status == OrderStatus.REFUNDED)
        assert order.placed_at <= NOW
    assert 0.02 < Order.objects.exclude(refunded=0).count() / Order.objects.count() < 0.2
    assert Order.objects.count() > 300
    assert (
        Subscription.objects.filter(status="active").count() > Subscription.objects.filter(status="cancelled").count()
    )


def test_customers_came_along_by_the_rules(school):
    stages = Counter(Standing.objects.values_list("stage__name", flat=True))
    assert {"Enrolled", "Learning", "Lost touch"} <= set(stages)
    for entry in StageEntry.objects.select_related("customer"):
        assert entry.since >= entry.customer.created_at
        assert entry.until is None or entry.until > entry.since
        assert entry.conditions, "a rule has moved them, and says why"
    assert not Standing.objects.exclude(entry__until=None).exists()


def test_companies_have_somebody_who_looks_after_them_and_deals(school):
    assert Company.objects.exists()
    assert not Company.objects.filter(owner=None).exists()
    assert set(Deal.objects.values_list("currency", flat=True)) == {"GBP"}
    assert Deal.objects.filter(closed_at=None).count() >= 5
    assert Deal.objects.filter(stage__kind="won").count() >= 8
