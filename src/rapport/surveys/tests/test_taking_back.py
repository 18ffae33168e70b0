"""Noor takes a file of ratings back."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rapport.customers.models import Customer
from rapport.kit import clock
from rapport.surveys.models import Rating
from rapport.surveys.queries import answers_visible_to
from tests.tables import bring

pytestmark = pytest.mark.django_db

FILE = """\
Email,Rating,Comment,Rated at,NPS,id
kim@studio.example,4,Kind,2026-09-01T10:00:00Z,,a
lee@hotel.example,5,,2026-09-02 09:30,9,b
"""


def of_talk(talk, *scores):
    return "conversation,rating,date,id\n" + "".join(
        f"{talk.number},{score},2026-09-0{day}T10:00:00Z,{day}-{score}\n" for day, score in enumerate(scores, start=1)
    )


def test_nothing_of_a_file_of_ratings_is_left(kim, rated, noor):
    mine = rated(3)
    came = bring("ratings", FILE)
    assert [len(each.made) for each in came.outcomes] == [1, 2]
    assert came.take_back() == 3
    assert (Rating.objects.get(), Customer.objects.get()) == (mine, kim)
    assert answers_visible_to(noor).count() == 1
    assert came.take_back() == 0


def test_only_new_ratings_are_named_and_one_that_a_later_file_changed_stays(kim):
    first = bring("ratings", FILE)
    assert bring("ratings", FILE).made == []
    assert bring("ratings", FILE.replace("example,5", "example,1")).words == ["same", "changed"]
    assert first.take_back() == 2
    rating = Rating.objects.get()
    assert (rating.score, rating.customer.email) == (1, "lee@hotel.example")


def test_a_conversation_is_no_longer_rated(talk, kim):
    spoken = talk()
    came = bring("ratings", of_talk(spoken, 2, 5))
    spoken.refresh_from_db()
    assert spoken.satisfaction == 5
    assert came.take_back() == 2
    spoken.refresh_from_db()
    assert (spoken.satisfaction, spoken.customer) == (None, kim)


def test_a_conversation_shows_what_is_left_of_its_ratings(talk):
    spoken = talk()
    first = bring("ratings", of_talk(spoken, 2))
    second = bring("ratings", of_talk(spoken, 4).replace("2026-09-01", "2026-09-20"))
    spoken.refresh_from_db()
    assert spoken.satisfaction == 2
    assert first.take_back() == 1
    spoken.refresh_from_db()
    assert spoken.satisfaction == 4
    assert second.take_back() == 1
    spoken.refresh_from_db()
    assert spoken.satisfaction is None


def test_a_conversation_goes_on_showing_what_another_file_says_too(talk):
    spoken, elsewhere = talk(), talk(satisfaction=3)
    first = bring("ratings", of_talk(spoken, 2) + f"{elsewhere.number},5,2026-09-01,e\n")
    bring("ratings", of_talk(spoken, 2, 4).replace("10:00:00Z,", "10:00:00Z,other "))
    assert first.take_back() == 2
    spoken.refresh_from_db()
    elsewhere.refresh_from_db()
    assert (spoken.ratings.count(), spoken.satisfaction, elsewhere.satisfaction) == (2, 2, 3)


def test_what_kim_answered_here_stays(invited, talk):
    from rapport.surveys import actions

    spoken = talk()
    came = bring("ratings", of_talk(spoken, 2))
    invitation, _token = invited(conversation=spoken, at=clock.now())
    actions.answer(invitation, score=5)
    assert came.take_back() == 1
    spoken.refresh_from_db()
    assert (spoken.satisfaction, Rating.objects.get().score) == (5, 5)


def test_many_are_taken_back_with_as_few_questions_as_two(kim, talk):
    def queries(count):
        talks = [talk() for _ in range(count)]
        rows = "".join(f"{each.number},,4,2026-09-01,{each.number}\n" for each in talks)
        rows += "".join(f",new{n}@mail.example,4,2026-09-01,n{n}\n" for n in range(count))
        came = bring("ratings", "conversation,email,rating,date,id\n" + rows)
        with CaptureQueriesContext(connection) as asked:
            assert came.take_back() == 2 * count
        return len(asked)

    assert queries(2) == queries(30) < 70
    assert Customer.objects.get() == kim
