"""The pages of segments, and the API."""

import json

import pytest
from django.urls import reverse

from rapport.customers.models import Customer, Segment
from rapport.customers.segments import actions, scoring
from rapport.team.actions import create_agent


def asks(*lines):
    return {"match": "all", "conditions": [{"field": field, "op": op, "value": value} for field, op, value in lines]}


@pytest.fixture
def crowd(db):
    people = [Customer.objects.create(name=f"Person {number}", location="Oslo") for number in range(12)]
    scoring.score("worth", {each.pk: scoring.Scored(place) for place, each in enumerate(people)})
    return people


def test_omar_builds_a_segment_and_sees_how_many_it_means(crowd, omar, signed_in):
    page = signed_in(omar)
    counted = page.post(reverse("segment_count"), {"filter": json.dumps(asks(("score.worth", "at_least", 9)))})
    assert "<b>3</b>" in counted.text
    assert "Person 11" in counted.text
    wrong = page.post(reverse("segment_count"), {"filter": "{}x"})
    assert "it is no JSON" in wrong.text
    said = {"name": "Worthy", "filter": json.dumps(asks(("score.worth", "at_least", 9))), "kind": "dynamic"}
    assert page.post(reverse("new_segment"), said).status_code == 302
    shown = page.get(reverse("segments")).text
    assert "Worthy" in shown
    assert "Score: worth is at least 9" in shown
    again = page.post(reverse("new_segment"), said)
    assert (again.status_code, "called Worthy already" in again.text) == (422, True)


def test_a_segment_is_removed_and_comes_back(crowd, omar, signed_in):
    segment = actions.save(None, by=omar, name="Oslo", filter=asks(("location", "has", "Oslo")))
    page = signed_in(omar)
    gone = page.post(reverse("segment_removal", args=[segment.pk]), headers={"HX-Request": "true"})
    undo = json.loads(gone["HX-Trigger"])["rapport:toast"]["undo"]
    assert "No segments yet" in page.get(reverse("segments")).text
    page.post(undo)
    assert "Oslo" in page.get(reverse("segments")).text


@pytest.fixture
def vera(db):
    return create_agent(email="vera@lampwright.example", name="Vera Novak", role="viewer", password=None)


def test_vera_looks_but_changes_nothing(crowd, omar, vera, signed_in):
    segment = actions.save(None, by=omar, name="Oslo", filter=asks(("location", "has", "Oslo")))
    page = signed_in(vera)
    assert "Place has “Oslo”" in page.get(reverse("segment", args=[segment.pk])).text
    assert page.post(reverse("segment", args=[segment.pk]), {"name": "Mine"}).status_code == 403
    assert page.get(reverse("new_segment")).status_code == 403
    assert Segment.objects.get().name == "Oslo"


def test_the_list_of_customers_takes_a_segment(crowd, omar, signed_in):
    segment = actions.save(None, by=omar, name="Worthy", filter=asks(("score.worth", "at_least", 11)))
    shown = signed_in(omar).get(
        reverse("customers"), {"filter": json.dumps(asks(("segment", "is", [str(segment.pk)])))}
    )
    assert "Person 11" in shown.text
    assert "Person 10" not in shown.text
