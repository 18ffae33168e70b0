"""How promises were kept, as Omar reads it."""

import csv
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rapport.conversations import actions as conversations
from rapport.kit import clock
from rapport.routing import attainment
from rapport.routing.attainment import Chosen, Share
from rapport.routing.models import Promise
from rapport.routing.tests.scene import moment
from rapport.team.models import Team

pytestmark = pytest.mark.django_db
A_WEEK = 7 * 24 * 60


@pytest.fixture
def weeks(policy, day, write, answer):
    """Two weeks ago one was answered in time and one was not; this week one waits too long and one still may."""
    with day.at(-2 * A_WEEK):
        kept, missed = write("In time"), write("Too late")
    with day.at(-2 * A_WEEK + 30):
        answer(kept)
    with day.at(-2 * A_WEEK + 90):
        answer(missed)
    with day.at(0):
        write("Waits")
    with day.at(50):
        write("May wait")
    return kept, missed


@pytest.fixture
def now():
    with clock.frozen(moment(70)):
        yield


def test_shares_by_week_and_policy(weeks, omar, policy, now):
    found = attainment.summary(omar, Chosen(weeks=4))
    assert found.total["first_answer"] == Share(1, 2)
    by_week = [shares["first_answer"] for shares in found.weeks.values()]
    assert by_week == [Share(0, 1), Share(), Share(1, 1)]
    assert found.policies[policy.pk]["first_answer"].share == pytest.approx(1 / 3)
    assert not attainment.summary(omar, Chosen(weeks=4, policy=policy.pk + 1)).total["first_answer"].total


def test_the_numbers_are_those_of_the_rows(weeks, omar, now):
    states = [promise.state for promise in Promise.objects.filter(kind="first_answer")]
    total = attainment.summary(omar, Chosen()).total["first_answer"]
    assert (total.kept, total.missed) == (states.count("kept"), states.count("missed") + states.count("overdue"))


def test_each_number_opens_its_rows(weeks, omar, signed_in, now):
    browser = signed_in(omar)
    page = browser.get("/promises/?weeks=4").content.decode()
    assert "33%" in page
    assert "/promises/list/?weeks=4&amp;kind=first_answer&amp;week=2026-02-16&amp;state=missed" in page
    listed = browser.get("/promises/list/?weeks=4&kind=first_answer&week=2026-02-16&state=missed").content.decode()
    assert f"/inbox/{weeks[1].number}/" in listed
    assert f"/inbox/{weeks[0].number}/" not in listed


def test_ada_leads_nobody_and_does_not_see_it(weeks, ada, signed_in, client):
    for address in ("/promises/", "/promises/list/", "/promises/promises.csv"):
        assert signed_in(ada).get(address).status_code == 403
        assert client.get(address).status_code == 302


def test_only_what_one_may_see_is_counted(weeks, ada, omar, now):
    assert attainment.summary(ada, Chosen()).total["first_answer"].total == 3
    conversations.assign(weeks[1], to=None, team=Team.objects.create(name="Trade"), by=omar)
    assert attainment.summary(ada, Chosen()).total["first_answer"] == Share(1, 1)
    assert attainment.summary(omar, Chosen()).total["first_answer"] == Share(1, 2)


def test_the_spreadsheet_holds_the_rows_and_no_formulas(weeks, omar, signed_in, now):
    conversations.rename(weeks[1], subject="=HYPERLINK(1)", by=omar)
    answer = signed_in(omar).get("/promises/promises.csv?weeks=4&kind=first_answer&state=missed")
    rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
    assert [row["state"] for row in rows] == ["overdue", "missed"]
    assert rows[1]["subject"] == "'=HYPERLINK(1)"
    assert rows[1]["late_minutes"] == "30"


def test_nothing_yet_says_what_to_do(noor, omar, signed_in):
    assert "Nothing to count yet" in signed_in(omar).get("/promises/").content.decode()
    assert "Set up promises" in signed_in(noor).get("/promises/").content.decode()


def test_the_page_costs_the_same_however_much_there_is(weeks, omar, signed_in, now, write, day):
    browser = signed_in(omar)

    def queries(address) -> int:
        browser.get(address)
        with CaptureQueriesContext(connection) as captured:
            assert browser.get(address).status_code == 200
        return len(captured)

    few = queries("/promises/"), queries("/promises/list/")
    conversation = write("More")
    Promise.objects.bulk_create(
        Promise(
            conversation=conversation,
            kind="next_answer",
            message_id=number,
            minutes=5,
            started_at=moment(-number),
            due_at=moment(5 - number),
            met_at=moment(3 - number if number % 2 else 9 - number),
        )
        for number in range(1, 120)
    )
    assert (queries("/promises/"), queries("/promises/list/")) == few


def test_older_rows_are_a_page_away(weeks, omar, signed_in, now, write, monkeypatch):
    monkeypatch.setattr("rapport.routing.views.attainment.PAGE", 2)
    browser = signed_in(omar)
    first = browser.get("/promises/list/?kind=first_answer")
    more = browser.get(f"/promises/list/?{first.context['next']}")
    seen = [row.pk for page in (first, more) for row in page.context["rows"]]
    assert len(seen) == len(set(seen)) == 3
    assert not more.context["next"]


@pytest.mark.parametrize("query", ["weeks=9", "weeks=x&policy=99999999&kind=moon&state=x", "week=never", "before=12"])
def test_strange_choices_are_as_none(weeks, omar, signed_in, query):
    assert signed_in(omar).get(f"/promises/list/?{query}").status_code == 200
    assert signed_in(omar).get(f"/promises/?{query}").status_code == 200
