"""Who gets it: Ada, Omar and Mia, and a question about them. No database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from rapport.routing.choosing import Candidate, Need, Nobody, Question, Reason, Way, choose, verdicts
from rapport.routing.types import Demand, Strategy

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)
ADA, OMAR, MIA = 1, 2, 3
FRENCH, LAMPS = Need(7, "French"), Need(8, "Lamps", least=2)
ada, omar, mia = (Candidate(pk, capacity=20) for pk in (ADA, OMAR, MIA))
LEAST_BUSY = Question(Strategy.LEAST_BUSY)
IN_TURN = Question(Strategy.ROUND_ROBIN)


def reasons(question, people):
    choice = choose(question, people)
    return {one.agent: one.reason for one in verdicts(question, people, choice)}


def test_whoever_has_the_fewest_gets_it():
    people = [replace(ada, load=6), replace(omar, load=4), replace(mia, load=5)]
    choice = choose(LEAST_BUSY, people)
    assert (choice.agent, choice.why) == (OMAR, Way.LEAST_BUSY)
    assert reasons(LEAST_BUSY, people) == {OMAR: Reason.CHOSEN, MIA: Reason.BUSIER, ADA: Reason.BUSIER}


def test_three_of_four_is_busier_than_five_of_twenty():
    assert choose(LEAST_BUSY, [replace(ada, load=3, capacity=4), replace(omar, load=5)]).agent == OMAR


def test_who_has_as_much_is_asked_whose_turn_is_longest_ago():
    people = [replace(ada, last_turn=NINE), replace(omar, last_turn=NINE - timedelta(hours=1))]
    assert choose(LEAST_BUSY, people).agent == OMAR
    assert choose(LEAST_BUSY, [*people, mia]).agent == MIA
    assert reasons(LEAST_BUSY, people) == {OMAR: Reason.CHOSEN, ADA: Reason.LATER}


def test_everyone_in_turn_does_not_look_at_how_much_they_have():
    people = [replace(ada, last_turn=NINE), replace(omar, load=9, last_turn=NINE - timedelta(hours=1))]
    assert choose(IN_TURN, people).agent == OMAR
    assert choose(IN_TURN, [replace(omar, load=20), people[0]]).agent == ADA


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"is_away": True}, Reason.AWAY),
        ({"is_seen": False}, Reason.NOT_SEEN),
        ({"load": 19.5}, Reason.FULL),
        ({"capacity": 0}, Reason.FULL),
    ],
)
def test_who_cannot_take_it_is_left_out_and_it_is_said_why(change, reason):
    people = [replace(ada, **change), replace(omar, load=10)]
    assert choose(LEAST_BUSY, people).agent == OMAR
    assert reasons(LEAST_BUSY, people)[ADA] == reason


def test_half_a_conversation_leaves_room_for_one_more():
    assert choose(LEAST_BUSY, [replace(ada, load=18.5)]).agent == ADA
    assert choose(LEAST_BUSY, [replace(ada, load=400, capacity=None)]).agent == ADA


def test_whoever_wrote_last_comes_first_while_there_is_room_and_they_are_here():
    sticky = replace(LEAST_BUSY, last=ADA)
    people = [replace(ada, load=19), omar]
    choice = choose(sticky, people)
    assert (choice.agent, choice.why) == (ADA, Way.STICKY)
    assert reasons(sticky, people)[OMAR] == Reason.NOT_ASKED
    assert choose(sticky, [replace(ada, load=20), omar]).agent == OMAR
    assert choose(sticky, [replace(ada, is_away=True), omar]).agent == OMAR
    assert choose(replace(LEAST_BUSY, last=99), people).agent == OMAR


def test_a_skill_that_is_required_is_waited_for():
    asks = replace(LEAST_BUSY, needs=(FRENCH,), demand=Demand.REQUIRED)
    speaks = replace(mia, levels={FRENCH.skill: 1}, load=12)
    assert choose(asks, [ada, omar, speaks]).agent == MIA
    assert reasons(asks, [ada, speaks])[ADA] == Reason.LACKS
    assert choose(asks, [ada, omar]).why == Nobody.UNSKILLED
    assert choose(asks, [ada, replace(speaks, is_away=True)]).why == Nobody.NOT_HERE
    assert choose(asks, [ada, replace(speaks, load=20)]).why == Nobody.FULL


def test_a_skill_that_is_preferred_comes_before_being_least_busy_and_stops_nothing():
    asks = replace(LEAST_BUSY, needs=(FRENCH, LAMPS), demand=Demand.PREFERRED)
    both = replace(mia, levels={FRENCH.skill: 1, LAMPS.skill: 2}, load=12)
    one = replace(omar, levels={FRENCH.skill: 3, LAMPS.skill: 1})
    assert choose(asks, [ada, one, both]).agent == MIA
    assert reasons(asks, [ada, one, both])[OMAR] == Reason.KNOWS_LESS
    assert choose(asks, [ada, replace(both, load=20)]).agent == ADA
    assert choose(replace(asks, demand=Demand.IGNORED), [ada, both]).agent == ADA


def test_whoever_knows_it_better_gets_it_of_two_who_are_as_busy():
    asks = replace(LEAST_BUSY, needs=(FRENCH,))
    people = [replace(ada, levels={FRENCH.skill: 1}), replace(omar, levels={FRENCH.skill: 3})]
    assert choose(asks, people).agent == OMAR


def test_knowing_a_little_is_not_enough_where_more_is_asked():
    asks = replace(LEAST_BUSY, needs=(LAMPS,))
    assert choose(asks, [replace(ada, levels={LAMPS.skill: 1})]).why == Nobody.UNSKILLED


def test_nobody_gets_it_after_hours_or_where_nobody_is():
    assert choose(replace(LEAST_BUSY, is_open=False), [ada]).why == Nobody.CLOSED
    assert choose(LEAST_BUSY, []).why == Nobody.NO_PEOPLE
    assert choose(LEAST_BUSY, [replace(ada, is_away=True), replace(omar, is_seen=False)]).why == Nobody.NOT_HERE
    assert choose(LEAST_BUSY, [replace(ada, is_away=True), replace(omar, load=20)]).why == Nobody.FULL


def test_a_decision_names_the_chosen_one_first_and_says_what_each_knows():
    asks = replace(LEAST_BUSY, needs=(FRENCH,))
    people = [replace(ada, is_away=True), replace(omar, load=2.5), replace(mia, levels={FRENCH.skill: 2}, load=4)]
    said = [one.as_json() for one in verdicts(asks, people, choose(asks, people))]
    assert [one["agent"] for one in said] == [MIA, ADA, OMAR]
    assert said[0] == {
        "agent": MIA, "reason": "chosen", "load": 4, "capacity": 20, "knows": ["French"], "lacks": [],
    }  # fmt: skip
    assert said[2]["lacks"] == ["French"]


@pytest.mark.parametrize("question", [LEAST_BUSY, IN_TURN])
def test_a_hundred_conversations_come_out_even(question):
    people = {pk: Candidate(pk, capacity=40) for pk in range(5)}
    for turn in range(100):
        chosen = people[choose(question, list(people.values())).agent]
        people[chosen.agent] = replace(chosen, load=chosen.load + 1, last_turn=NINE + timedelta(seconds=turn))
    assert {one.load for one in people.values()} == {20}
