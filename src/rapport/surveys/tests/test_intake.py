"""Ratings that were given elsewhere come in from a file, each once."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from rapport.backbone.models import Event
from rapport.conversations import actions
from rapport.customers import merging, timeline
from rapport.customers.models import Customer
from rapport.kit import clock
from rapport.site.commands.data import data
from rapport.surveys.models import Rating
from rapport.surveys.queries import answers_visible_to, visible_to
from rapport.team.models import Agent, CustomRole, Team

pytestmark = pytest.mark.django_db

FILE = """\
Email,Rating,Comment,Rated at,NPS
kim@studio.example,4,"Quick, and kind",2026-09-01T10:00:00Z,
lee@hotel.example,5,,2026-09-02 09:30,9
"""


@pytest.fixture
def bring(tmp_path):
    """Import a text as a file: answers what the command prints as JSON."""

    def brought(text, *options, code=0):
        path = tmp_path / "ratings.csv"
        path.write_text(text)
        done = CliRunner().invoke(data, ["import", "ratings", str(path), "--json", *options])
        assert done.exit_code == code, (done.output, done.exception)
        return json.loads(done.stdout)

    return brought


def counts(report):
    return [report[word] for word in ("created", "changed", "same", "wrong")]


def test_a_file_comes_in_once_however_often_it_is_read(bring, kim):
    assert counts(bring(FILE, "--dry-run")) == [2, 0, 0, 0]
    assert not Rating.objects.exists()
    assert counts(bring(FILE)) == [2, 0, 0, 0]
    assert counts(bring(FILE)) == [0, 0, 2, 0]
    lee = Customer.objects.get(email="lee@hotel.example")
    assert sorted(Rating.objects.values_list("customer", "scale", "score", "comment")) == [
        (kim.pk, "csat", 4, "Quick, and kind"), (lee.pk, "csat", 5, ""), (lee.pk, "nps", 9, ""),
    ]  # fmt: skip
    assert kim.ratings.get().at == datetime(2026, 9, 1, 10, tzinfo=UTC)
    told = Event.objects.get(name="RatingsImported")
    assert (told.payload["created"], told.payload["changed"]) == (3, 0)


def test_heads_in_chinese_are_understood(bring):
    text = "邮箱,满意度评分,评价内容,评价时间,评价编号\nli@shop.example,3,还可以,2026年9月1日,R-1\n"
    report = bring(text)
    assert counts(report) == [1, 0, 0, 0]
    rating = Rating.objects.get()
    assert (rating.score, rating.comment, rating.external_id) == (3, "还可以", "csat:R-1")
    assert counts(bring(text.replace(",3,", ",2,"))) == [0, 1, 0, 0]
    rating.refresh_from_db()
    assert rating.score == 2


@pytest.mark.parametrize(
    ("scale", "said", "kept"),
    [
        ("csat", "5/5", ("csat", 5)),
        ("csat", "4.0", ("csat", 4)),
        ("", "★★★☆☆", ("csat", 3)),
        ("NPS", "0", ("nps", 0)),
        ("推荐度", "10", ("nps", 10)),
        ("ces", "2 of 7", ("ces", 2)),
        ("ease", "7", ("ces", 1)),
    ],
)
def test_a_score_stands_in_its_own_scale(bring, scale, said, kept):
    bring(f"email,score,scale,date\nkim@studio.example,{said},{scale},2026-09-01\n")
    rating = Rating.objects.get()
    assert (rating.scale, rating.score) == kept


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("kim@studio.example,9,,2026-09-01,", "Is it another scale?"),
        ("kim@studio.example,9,csat,2026-09-01,", "no whole number from 1 to 5."),
        ("kim@studio.example,11,nps,2026-09-01,", "no whole number from 0 to 10."),
        ("kim@studio.example,4/10,,2026-09-01,", "Is it another scale?"),
        ("kim@studio.example,3.5,,2026-09-01,", "Is it another scale?"),
        ("kim@studio.example,good,,2026-09-01,", "Is it another scale?"),
        ("kim@studio.example,4,thumbs,2026-09-01,", "is no scale"),
        ("kim@studio.example,,,2026-09-01,", "A rating needs its score."),
        ("kim@studio.example,4,,,", "needs the day"),
        ("kim@studio.example,4,,tomorrow,", "is no day"),
        ("kim@studio.example,4,,2199-01-01,", "still to come"),
        (",4,,2026-09-01,", "of who gave it"),
        ("no address,4,,2026-09-01,", "This is not a mail address."),
        ("kim@studio.example,4,,2026-09-01,99999", "There is no conversation No. 99999."),
        ("kim@studio.example,4,,2026-09-01,twelve", "is no number of a conversation"),
    ],
)
def test_what_is_wrong_is_said_plainly(bring, kim, row, problem):
    report = bring(f"email,score,scale,date,conversation\n{row}\n", code=1)
    assert counts(report) == [0, 0, 0, 1]
    assert problem in json.dumps(report, ensure_ascii=False)
    assert not Rating.objects.exists()


def test_two_scores_in_one_scale_are_refused_and_a_row_said_twice_is_written_once(bring):
    assert counts(bring("email,score,scale,nps,date\na@x.example,9,nps,8,2026-09-01\n", code=1)) == [0, 0, 0, 1]
    line = "a@x.example,4,2026-09-01\n"
    assert counts(bring(f"email,score,date\n{line}{line}")) == [1, 0, 1, 0]


def test_the_conversation_is_known_by_its_number_and_is_its_customers(bring, kim, talk, ada):
    one, other = talk(), talk()
    report = bring(
        "conversation,email,score,date\n"
        f"#{one.number},,2,2026-09-01\n{one.number},kim@studio.example,4,2026-09-02\n"
        f"{other.number},unknown@x.example,5,2026-09-02\n"
    )
    assert counts(report) == [3, 0, 0, 0]
    assert set(Rating.objects.values_list("customer", flat=True)) == {kim.pk}
    assert not Customer.objects.filter(email="unknown@x.example").exists()
    one.refresh_from_db()
    assert one.satisfaction == 4
    assert not Event.objects.filter(name="ConversationRated").exists()
    bring("email,score,date\neve@elsewhere.example,5,2026-09-01\n")
    report = bring(f"conversation,email,score,date\n{one.number},eve@elsewhere.example,1,2026-09-03\n", code=1)
    assert "is another customer’s" in json.dumps(report, ensure_ascii=False)


def test_what_kim_told_us_herself_stays(bring, talk, ada):
    conversation = talk()
    actions.rate(conversation, score=5)
    bring(f"conversation,score,date\n{conversation.number},1,2026-01-01\n")
    conversation.refresh_from_db()
    assert conversation.satisfaction == 5


def test_ratings_stand_on_kims_timeline_in_words(bring, kim, ada):
    bring("email,score,nps,ces,date\nkim@studio.example,4,9,2,2026-09-01\n")
    entries = timeline.read(kim, viewer=ada, kinds=["ratings"]).entries
    assert sorted(entry.title for entry in entries) == [
        "Effort it took: 2 of 7", "Rated us 4 of 5", "Would recommend us: 9 of 10",
    ]  # fmt: skip
    assert {entry.tone for entry in entries} == {"good"}


def test_the_feedback_page_never_mixes_scales(bring, kim, omar, signed_in):
    day = (clock.now() - timedelta(days=2)).date()
    bring(f"email,score,nps,ces,date,comment\nkim@studio.example,4,10,3,{day},Quick\nlee@x.example,2,0,5,{day},Slow\n")
    page = signed_in(omar).get("/feedback/").text
    for said in ("Net promoter score", "Effort", "of 7, less is better", "Quick", "Slow"):
        assert said in page
    figures = page.split("Satisfaction index")[1]
    assert "3.00" in figures.split("</div>")[0]
    assert visible_to(omar).count() == 2
    assert answers_visible_to(omar).count() == 6
    assert page.count("Slow") == 1
    table = b"".join(signed_in(omar).get("/feedback/ratings.csv").streaming_content).decode()
    assert table.count("nps") == 2


def test_what_is_about_no_conversation_is_no_teams(bring, kim, omar, ada, talk):
    freelancer = CustomRole.objects.create(name="Freelancer", words=" read reply ", visibility="own")
    tove = Agent.objects.create_user("tove@x.example", name="Tove", role="viewer", custom_role=freelancer)
    bring(f"conversation,score,date\n{talk(assignee=tove).number},1,2026-09-01\n")
    hidden = talk(team=Team.objects.create(name="Engineering"))
    bring(f"email,conversation,score,date\nkim@studio.example,,4,2026-09-01\n,{hidden.number},5,2026-09-01\n")
    seen = {who: sorted(answers_visible_to(who).values_list("score", flat=True)) for who in (omar, ada, tove)}
    assert seen == {omar: [1, 4, 5], ada: [1, 4], tove: [1]}


def test_two_records_of_kim_share_what_they_rated(bring, kim, ada):
    bring("email,score,date\nother@x.example,4,2026-09-01\n")
    other = Customer.objects.get(email="other@x.example")
    merging.merge(other, into=kim, by=ada)
    assert kim.ratings.get().score == 4
    assert counts(bring("email,score,date\nother@x.example,4,2026-09-01\n")) == [0, 0, 1, 0]
