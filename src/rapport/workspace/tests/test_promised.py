"""What was promised, as the inbox shows it."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rapport.conversations import actions
from rapport.conversations.models import Conversation
from rapport.conversations.queries import visible_to
from rapport.conversations.types import Writing
from rapport.kit import clock
from rapport.routing.actions import look, reckon
from rapport.routing.models import ServicePolicy
from rapport.team.models import Team
from rapport.workspace.tests.test_inbox import rows

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)


def moment(minutes: float) -> datetime:
    return NINE + timedelta(minutes=minutes)


@pytest.fixture
def policy(db, inbox):
    with clock.frozen(moment(-600)):
        return ServicePolicy.objects.create(
            name="Everyone",
            conditions={"inbox": [str(inbox.pk)]},
            targets={"first_answer": {"minutes": 60}, "resolution": {"minutes": 300}},
        )


@pytest.fixture
def promised(policy, write):
    with clock.frozen(NINE):
        conversation = write()
        reckon(conversation.pk)
    return conversation


def row_at(minutes, browser, conversation) -> str:
    with clock.frozen(moment(minutes)):
        return browser.get(f"/inbox/rows/{conversation.pk}?view=open").content.decode()


def test_a_row_says_how_long_there_is_left(ada, signed_in, promised):
    browser = signed_in(ada)
    assert re.search(r'<time-left class="pill plain".*?<span>1 h</span>', row_at(0, browser, promised))
    assert re.search(r'<time-left class="pill warn".*?<span>25 min</span>', row_at(35, browser, promised))
    assert re.search(r'<time-left class="pill bad".*?<span>Late by 1 h 05</span>', row_at(125, browser, promised))


def test_the_thread_says_what_is_due_and_the_panel_says_why(ada, signed_in, promised):
    with clock.frozen(moment(35)):
        page = signed_in(ada).get(f"/inbox/{promised.number}/").content.decode()
    assert "Reply due in 25 min" in page
    assert "within 1 h" in page
    assert "within 5 h" in page
    assert "Everyone. Inbox: Support" in page


def test_the_panel_says_what_was_kept_and_what_is_paused(ada, signed_in, promised):
    with clock.frozen(moment(75)):
        actions.write(promised, writing=Writing(text="Try this."), by=ada)
        reckon(promised.pk)
        page = signed_in(ada).get(f"/inbox/{promised.number}/").content.decode()
    assert "Late by 15 min" in page
    assert "Paused, 3 h 45 left" in page
    assert "Reply due" not in page


def test_a_missed_promise_is_a_line_of_the_thread(ada, signed_in, promised):
    with clock.frozen(moment(61)):
        look()
        page = signed_in(ada).get(f"/inbox/{promised.number}/news?message=0&event=0").content.decode()
    assert "A reply was due by" in page
    assert "Reply overdue by 1 min" in page


def test_without_a_promise_nothing_is_said(ada, signed_in, write):
    conversation = write()
    page = signed_in(ada).get(f"/inbox/{conversation.number}/").content.decode()
    assert "<time-left" not in page
    assert ">Promises" not in page


@pytest.fixture
def many(kim, inbox):
    """A hundred and twenty, a minute apart; every other one falls due, the newest first."""
    made = []
    for number in range(1, 121):
        due = moment(1000 - number) if number % 2 else None
        made.append(Conversation(number=1000 + number, customer=kim, inbox=inbox, last_at=moment(number), due_at=due))
    return Conversation.objects.bulk_create(made)


def test_sorted_by_due_everything_is_shown_once(ada, signed_in, many):
    browser = signed_in(ada)
    page = browser.get("/inbox/", {"view": "open", "sort": "due"})
    seen = rows(page)
    while found := re.search(r'hx-get="(/inbox/rows\?[^"]*cursor=[^"]*)"', page.content.decode()):
        page = browser.get(found[1].replace("&amp;", "&"))
        seen += rows(page)
    due = [each.pk for each in many if each.due_at][::-1]
    others = [each.pk for each in many if not each.due_at][::-1]
    assert seen == due + others


def test_what_is_due_is_read_from_its_index(ada, omar, kim, inbox):
    team = Team.objects.create(name="Trade")
    Conversation.objects.bulk_create(
        Conversation(
            number=number,
            customer=kim,
            inbox=inbox,
            team=team if number % 2 else None,
            status="open" if number % 3 else "closed",
            due_at=moment(number) if number % 3 and number % 4 else None,
        )
        for number in range(1, 3000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    for agent in (ada, omar):
        listed = visible_to(agent).promised().order_by("due_at", "id").due_after(moment(500), 3)
        plan = listed[:51].explain()
        assert "conv_due" in plan
        assert "TEMP B-TREE" not in plan


def test_a_promise_costs_a_row_no_query_and_a_thread_one(ada, signed_in, policy, promised, write):
    browser = signed_in(ada)
    plain = write()

    def queries(address) -> int:
        browser.get(address)
        with CaptureQueriesContext(connection) as captured:
            assert browser.get(address).status_code == 200
        return len(captured)

    assert queries("/inbox/rows?view=open&sort=due") == queries("/inbox/rows?view=open&sort=waiting")
    assert queries(f"/inbox/{promised.number}/") <= queries(f"/inbox/{plain.number}/") + 1
