"""What a customer is told of the team: open or not, how fast, how many wait before them."""

from datetime import UTC, datetime, timedelta

import pytest

from rapport.channels.office import office
from rapport.conversations import actions
from rapport.conversations.models import Conversation, Message
from rapport.conversations.types import Writing
from rapport.kit import clock
from rapport.routing.models import Calendar
from rapport.routing.office import RoutingOffice
from rapport.team.models import Agent

MONDAY_NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
NINE_TO_FIVE = [[[540, 1020]]] * 5 + [[], []]

pytestmark = pytest.mark.django_db


@pytest.fixture
def nine_to_five():
    return Calendar.objects.create(name="Usual", is_default=True, week=NINE_TO_FIVE)


def test_the_one_who_answers_is_routing():
    assert isinstance(office(), RoutingOffice)


def test_it_is_open_at_noon_and_says_when_it_opens_at_night(inbox, nine_to_five):
    with clock.frozen(MONDAY_NOON):
        assert RoutingOffice().is_open(inbox)
        assert RoutingOffice().opens_at(inbox) is None
    with clock.frozen(MONDAY_NOON + timedelta(hours=9)):
        assert not RoutingOffice().is_open(inbox)
        assert RoutingOffice().opens_at(inbox) == datetime(2026, 11, 3, 9, tzinfo=UTC)


def test_an_inbox_with_hours_of_its_own_keeps_those(inbox, nine_to_five):
    own = Calendar.objects.create(name="Around the clock", is_always_open=True)
    own.inboxes.add(inbox)
    with clock.frozen(MONDAY_NOON + timedelta(hours=9)):
        assert RoutingOffice().is_open(inbox)


def test_without_hours_it_is_always_open(inbox):
    assert RoutingOffice().is_open(inbox)
    assert RoutingOffice().opens_at(inbox) is None


def test_nothing_is_said_of_answers_before_ten_were_given(inbox, write, ada):
    for _ in range(9):
        actions.write(write(), writing=Writing(text="Try the switch."), by=ada)
    assert RoutingOffice().answers_within(inbox) is None


def test_three_in_four_waited_no_longer_than_it_says(inbox, write, ada):
    now = clock.now()
    for minutes in (1, 2, 3, 4, 5, 6, 7, 8, 60, 90, 120, 180):
        conversation = write()
        actions.write(conversation, writing=Writing(text="Try the switch."), by=ada)
        Conversation.objects.filter(pk=conversation.pk).update(created_at=now - timedelta(days=1))
        Message.objects.filter(conversation=conversation, direction="out").update(
            created_at=now - timedelta(days=1) + timedelta(minutes=minutes)
        )
    assert RoutingOffice().answers_within(inbox) == timedelta(minutes=90)


def test_a_night_between_question_and_answer_is_no_wait(inbox, write, ada, nine_to_five):
    evening, morning = datetime(2026, 11, 2, 16, 50, tzinfo=UTC), datetime(2026, 11, 3, 9, 5, tzinfo=UTC)
    for _ in range(10):
        conversation = write()
        actions.write(conversation, writing=Writing(text="Try the switch."), by=ada)
        Conversation.objects.filter(pk=conversation.pk).update(created_at=evening)
        Message.objects.filter(conversation=conversation, direction="out").update(created_at=morning)
    with clock.frozen(morning + timedelta(hours=1)):
        assert RoutingOffice().answers_within(inbox) == timedelta(minutes=15)


def test_who_came_first_is_next_and_whoever_has_somebody_waits_no_more(write, ada):
    first, second, third = write(), write(), write()
    assert [RoutingOffice().place_in_queue(each) for each in (first, second, third)] == [1, 2, 3]
    actions.assign(first, to=ada, team=None, by=ada)
    first.refresh_from_db()
    assert RoutingOffice().place_in_queue(first) is None
    assert RoutingOffice().place_in_queue(second) == 1


def test_ada_is_free_until_she_goes_away(inbox, ada):
    assert RoutingOffice().free_agents(inbox) == 0
    Agent.objects.filter(pk=ada.pk).update(last_seen_at=clock.now())
    assert RoutingOffice().free_agents(inbox) == 1
    Agent.objects.filter(pk=ada.pk).update(away_since=clock.now())
    assert RoutingOffice().free_agents(inbox) == 0
