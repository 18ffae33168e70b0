from datetime import UTC, datetime, timedelta

import pytest

from rapport.conversations import actions
from rapport.conversations.models import Conversation
from rapport.conversations.queries import (
    COUNT_CAP,
    attachments_visible_to,
    capped_counts,
    messages_visible_to,
    visible_to,
)
from rapport.kit import clock
from rapport.team.models import Agent

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def many(write):
    """Five conversations, an hour apart, oldest first."""
    made = []
    for hour in range(5):
        with clock.frozen(NINE + timedelta(hours=hour)):
            made.append(write(f"Message {hour}"))
    return made


def test_a_stranger_sees_nothing(write, ada):
    write()
    ada.deactivated_at = clock.now()
    assert not visible_to(ada).exists()
    assert not messages_visible_to(ada).exists()
    assert not attachments_visible_to(ada).exists()


def test_ada_sees_her_own_in_another_team_and_omar_sees_all(write, ada, omar, engineers):
    hers, theirs = write(), write("Other")
    actions.assign(hers, to=ada, team=engineers, by=omar)
    actions.assign(theirs, to=None, team=engineers, by=omar)
    assert list(visible_to(ada)) == [hers]
    assert visible_to(omar).count() == 2
    assert list(messages_visible_to(ada)) == [hers.messages.get()]


def test_pages_follow_one_another_without_gap_or_repeat(many):
    newest = Conversation.objects.order_by("-last_at", "-id")
    seen, page = [], list(newest[:2])
    while page:
        seen += page
        page = list(newest.before(page[-1].last_at, page[-1].pk)[:2])
    assert seen == many[::-1]


def test_pages_hold_still_among_rows_of_the_same_moment(write):
    with clock.frozen(NINE):
        made = [write() for _ in range(4)]
    newest = Conversation.objects.order_by("-last_at", "-id")
    assert list(newest.before(made[2].last_at, made[2].pk)) == [made[1], made[0]]
    oldest = Conversation.objects.order_by("last_at", "id")
    assert list(oldest.after(made[1].last_at, made[1].pk)) == [made[2], made[3]]


def test_the_waiting_are_paged_from_the_longest(many):
    waiting = Conversation.objects.order_by("waiting_since", "id")
    assert list(waiting.waiting_after(many[1].waiting_since, many[1].pk)) == many[2:]
    with clock.frozen(NINE + timedelta(hours=5)):
        assert Conversation.objects.waiting_longer_than(hours=3.5).count() == 2


def test_counts_come_in_one_query(many, ada, omar, django_assert_num_queries):
    actions.assign(many[0], to=ada, by=omar)
    actions.close(many[1], by=omar)
    mine, all_ = visible_to(omar).assigned_to(ada), visible_to(omar)
    with django_assert_num_queries(1):
        counts = capped_counts(
            {"mine": mine.open(), "open": all_.open(), "closed": all_.closed(), "none": all_.snoozed()}
        )
    assert counts == {"mine": 1, "open": 4, "closed": 1, "none": 0}
    assert capped_counts({}) == {}


def test_a_count_stops_at_its_cap(kim, inbox, omar):
    Conversation.objects.bulk_create(
        Conversation(number=number, customer=kim, inbox=inbox) for number in range(1, COUNT_CAP + 20)
    )
    assert capped_counts({"open": visible_to(omar).open()}) == {"open": COUNT_CAP}


def test_a_viewer_sees_what_an_agent_sees(write, viewer):
    write()
    assert visible_to(viewer).count() == 1
    assert Agent.objects.get(pk=viewer.pk).role == "viewer"
