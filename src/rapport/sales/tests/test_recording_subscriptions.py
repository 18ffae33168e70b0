"""Every change of a subscription is written down, so that recurring revenue can be read later."""

from datetime import timedelta

import pytest

from rapport.backbone.models import Event
from rapport.sales.errors import NotUnderstood
from rapport.sales.models import Subscription, SubscriptionChange
from rapport.sales.subscriptions.recording import record
from rapport.sales.tests.saying import MARCH, subscription
from rapport.sales.types import Became, Buyer

pytestmark = pytest.mark.django_db


def tell(days, **said):
    return record(subscription(changed_at=MARCH + timedelta(days), **said), source="stripe", by=None).became


def kinds():
    return list(SubscriptionChange.objects.values_list("kind", flat=True))


def test_kim_tries_pays_more_and_leaves(kim):
    assert tell(0, status="trial") == Became.CREATED
    assert tell(14, status="active") == Became.CHANGED
    assert tell(14, status="active") == Became.SAME
    tell(20, amount=3_900)
    tell(30, amount=3_900, current_period_end=MARCH + timedelta(60))
    tell(40, amount=39_000, interval="year", current_period_end=MARCH + timedelta(400))
    tell(45, amount=39_000, interval="year", status="past_due", current_period_end=MARCH + timedelta(400))
    tell(46, amount=39_000, interval="year", current_period_end=MARCH + timedelta(400))
    ended = {"cancelled_at": MARCH + timedelta(50), "cancel_reason": "Too expensive"}
    tell(51, amount=39_000, interval="year", status="cancelled", **ended)
    told = ["started", "converted", "upgraded", "renewed", "downgraded", "overdue", "recovered", "cancelled"]
    assert kinds() == told
    last = SubscriptionChange.objects.last()
    assert (last.at, last.reason, last.status_before) == (MARCH + timedelta(50), "Too expensive", "active")
    names = Event.objects.filter(name__startswith="Subscription").order_by("id").values_list("name", flat=True)
    assert [*names] == ["SubscriptionStarted", *["SubscriptionChanged"] * 6, "SubscriptionCancelled"]
    tell(60, status="active")
    assert kinds()[-1] == "revived"
    assert Subscription.objects.get().cancelled_at is None


def test_an_older_word_changes_nothing(kim):
    tell(5)
    assert tell(4, status="cancelled") == Became.OLDER
    assert Subscription.objects.get().status == "active"
    assert kinds() == ["started"]


def test_one_that_is_told_of_when_it_is_over_has_its_whole_story(kim):
    tell(90, status="cancelled", cancelled_at=MARCH + timedelta(30))
    told = SubscriptionChange.objects.values_list("kind", "at", "status")
    assert [*told] == [("started", MARCH, "active"), ("cancelled", MARCH + timedelta(30), "cancelled")]


def test_somebody_has_to_have_it():
    with pytest.raises(NotUnderstood, match="needs a customer"):
        tell(0, buyer=Buyer())


def test_one_that_ended_some_day_ended_when_it_was_said_first(kim):
    record(subscription(status="cancelled"), source="csv", by=None)
    again = record(subscription(status="cancelled", changed_at=MARCH + timedelta(1)), source="csv", by=None)
    assert (again.became, Subscription.objects.get().cancelled_at) == (Became.SAME, MARCH)
