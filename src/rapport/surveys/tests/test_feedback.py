"""What the feedback page counts, to whom it shows what, and what leaves it as a spreadsheet."""

import csv
import io
import random
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from rapport.kit import clock
from rapport.surveys import queries
from rapport.surveys.models import Rating
from rapport.surveys.types import Chosen, Week
from rapport.team.models import Team

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)  # a Wednesday
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today():
    with clock.frozen(NOON):
        yield


def ago(days, hours=0):
    return NOON - timedelta(days=days, hours=hours)


def test_the_index_is_the_mean_of_all_answers(ada, rated):
    for score in (5, 5, 4, 1):
        rated(score)
    found = queries.summary(ada, Chosen(days=30)).now
    assert found.index == 3.75
    assert found.counts == (1, 0, 0, 1, 2)
    assert found.satisfied.value == 0.75
    assert found.satisfied.lower < 0.75 < found.satisfied.upper


def test_the_period_is_compared_with_the_one_before_it(ada, rated):
    rated(5, at=ago(3), comment="Quick")
    rated(2, at=ago(29))
    rated(1, at=ago(30))
    rated(3, at=ago(59))
    rated(5, at=ago(60))
    found = queries.summary(ada, Chosen(days=30))
    assert (found.now.index, found.before.index) == (3.5, 2)
    assert (found.now.comments, found.before.comments) == (1, 0)


def test_the_response_rate_is_of_those_who_were_asked(ada, rated, invited):
    rated(5, at=ago(2))
    for days in (1, 5, 40):
        invited(at=ago(days))
    found = queries.summary(ada, Chosen(days=30))
    assert (found.now.invited, found.now.answered) == (3, 1)
    assert found.now.response_rate == pytest.approx(1 / 3)
    assert found.before.response_rate == 0


def test_without_answers_there_is_no_number(ada):
    found = queries.summary(ada, Chosen())
    assert (found.now.index, found.now.satisfied, found.now.response_rate) == (None, None, None)
    assert all(week == Week(week.start, 0, None) for week in found.weeks)


@pytest.mark.parametrize("zone", ["UTC", "Asia/Shanghai", "America/Los_Angeles"])
@pytest.mark.parametrize("days", [30, 90, 365])
def test_weekly_numbers_equal_a_plain_count(ada, rated, zone, days):
    chance = random.Random(days)
    for _ in range(60):
        rated(chance.randint(1, 5), at=ago(chance.uniform(0, days * 1.5)))
    with timezone.override(ZoneInfo(zone)):
        weeks = queries.weekly(ada, Chosen(days=days))
        assert weeks == plain_weeks(ZoneInfo(zone), days)
        found = queries.summary(ada, Chosen(days=days))
        assert found.weeks == weeks
        assert len(found.weeks_before) == len(weeks)
        assert found.weeks_before[-1].start + timedelta(days=7) == weeks[0].start


def plain_weeks(zone, days) -> tuple[Week, ...]:
    """The same by going through every rating, one by one."""
    today = NOON.astimezone(zone).date()
    scores: dict[date, list[int]] = {}
    for offset in range(days):
        day = today - timedelta(days=offset)
        scores.setdefault(day - timedelta(days=day.weekday()), [])
    for rating in Rating.objects.all():
        day = rating.at.astimezone(zone).date()
        monday = day - timedelta(days=day.weekday())
        if monday in scores:
            scores[monday].append(rating.score)
    return tuple(
        Week(monday, len(found), pytest.approx(sum(found) / len(found)) if found else None)
        for monday, found in sorted(scores.items())
    )


def test_the_number_of_queries_does_not_grow(ada, rated, django_assert_num_queries):
    for days in range(0, 50, 2):
        rated(4, at=ago(days))
    ada.teams.exists()
    with django_assert_num_queries(3):
        queries.summary(ada, Chosen(days=365))
    with django_assert_num_queries(1):
        queries.weekly(ada, Chosen(days=365))


def test_ada_sees_only_what_customers_said_of_conversations_she_may_see(ada, omar, rated, client):
    elsewhere = Team.objects.create(name="Trade")
    rated(1, comment="Secret of the trade team", team=elsewhere)
    rated(5, comment="For everyone")
    assert queries.summary(ada, Chosen()).now.counts == (0, 0, 0, 0, 1)
    assert queries.summary(omar, Chosen()).now.counts == (1, 0, 0, 0, 1)
    client.force_login(ada)
    for path in ("/feedback/", "/feedback/?score=1", "/feedback/ratings.csv"):
        answer = client.get(path)
        assert b"Secret" not in answer.getvalue()


def test_inbox_agent_and_period_narrow_what_is_counted(ada, omar, rated, client):
    from rapport.conversations.models import Inbox

    returns = Inbox.objects.create(name="Returns")
    rated(1, inbox=returns, assignee=ada)
    rated(5, assignee=omar)
    rated(3, at=ago(100))
    assert queries.summary(ada, Chosen(inbox=returns.pk)).now.counts == (1, 0, 0, 0, 0)
    assert queries.summary(ada, Chosen(agent=omar.pk)).now.counts == (0, 0, 0, 0, 1)
    assert queries.summary(ada, Chosen(days=365)).now.answers == 3
    client.force_login(ada)
    page = client.get(f"/feedback/?inbox={returns.pk}&days=365").content.decode()
    assert "Rated 1: 1. Show them." in page
    assert "Rated 5: 0. Show them." in page


@pytest.mark.parametrize(
    "query", ["days=7", "days=x", "inbox=99999999", "agent=-1", "score=9", "before=x", "before=99999"]
)
def test_a_mistyped_filter_is_as_if_it_had_not_been_given(ada, rated, client, query):
    rated(4, comment="Fine by me")
    client.force_login(ada)
    answer = client.get(f"/feedback/?{query}")
    assert answer.status_code == 200
    assert "Fine by me" in answer.content.decode()


def test_what_a_customer_wrote_stays_text(ada, rated, client):
    rated(1, comment="<script>alert(1)</script>", subject="<b>bold</b>")
    client.force_login(ada)
    page = client.get("/feedback/").content.decode()
    assert "<script>alert" not in page
    assert "<b>bold" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_a_score_opens_its_answers_also_without_a_comment(ada, rated, client):
    rated(2)
    rated(5, comment="Lovely")
    client.force_login(ada)
    page = client.get("/feedback/?score=2").content.decode()
    assert "No comment" in page
    assert "Lovely" not in page


def test_comments_come_in_pages(ada, rated, client):
    for n in range(25):
        rated(4, at=ago(0, hours=n), comment=f"comment {n:02}")
    client.force_login(ada)
    page = client.get("/feedback/").content.decode()
    assert "comment 19" in page
    assert "comment 20" not in page
    query = page.split('hx-get="?')[1].split('"')[0].replace("&amp;", "&")
    more = client.get(f"/feedback/?{query}", headers={"HX-Request": "true"}).content.decode()
    assert "comment 20" in more
    assert "comment 24" in more
    assert "comment 19" not in more
    assert "<html" not in more


def test_nobody_rated_yet_is_said_plainly(ada, client):
    client.force_login(ada)
    assert "No ratings yet" in client.get("/feedback/").content.decode()


def test_a_quiet_period_is_not_the_empty_state(ada, rated, client):
    rated(5, at=ago(200), comment="Long ago")
    client.force_login(ada)
    page = client.get("/feedback/?days=30").content.decode()
    assert "No ratings yet" not in page
    assert "Nothing was said in this period" in page


def test_eve_is_sent_to_sign_in(client, db):
    for path in ("/feedback/", "/feedback/ratings.csv"):
        assert client.get(path).status_code == 302


def test_the_chart_has_a_table_and_a_sentence(ada, rated, client):
    rated(4, at=ago(1))
    client.force_login(ada)
    page = client.get("/feedback/?days=30").content.decode()
    assert 'role="img" aria-label="Satisfaction index by week from 19 Oct to 16 Nov, from 1 to 5.' in page
    assert '<th scope="row">16 Nov</th><td class="num">4.00</td><td class="num">1</td>' in page
    assert "Fewer than 5 answers" in page


def test_a_spreadsheet_takes_no_formula_from_a_customer(ada, kim, rated, client):
    kim.name = "@SUM(A1)"
    kim.save()
    rated(1, comment='=HYPERLINK("https://evil.example")', subject="+1 lamp")
    client.force_login(ada)
    answer = client.get("/feedback/ratings.csv")
    text = answer.getvalue().decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text))
    assert row["comment"] == '\'=HYPERLINK("https://evil.example")'
    assert row["customer"] == "'@SUM(A1)"
    assert row["subject"] == "'+1 lamp"
    assert row["score"] == "1"
    assert "attachment" in answer["Content-Disposition"]


def test_a_customers_own_index_and_last_ratings(ada, kim, rated):
    for days, score in ((9, 2), (5, 4), (1, 5)):
        rated(score, at=ago(days))
    assert queries.index_of(kim, viewer=ada) == pytest.approx(11 / 3)
    assert [rating.score for rating in queries.last_ratings(kim, viewer=ada, limit=2)] == [5, 4]


def test_a_customer_who_never_answered_has_no_index(ada, kim):
    assert queries.index_of(kim, viewer=ada) is None
