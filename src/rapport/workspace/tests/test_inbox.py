"""The inbox as a page: views, rows, pages of rows, counts."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from rapport.channels.models import Channel
from rapport.conversations import actions
from rapport.conversations.models import Conversation, Inbox
from rapport.conversations.types import Writing
from rapport.kit import clock
from rapport.team.models import Team
from rapport.workspace.queries.rows import PAGE

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)


def rows(response) -> list[int]:
    """Ids of the rows of a page, in order."""
    return [int(found) for found in re.findall(r'id="row-(\d+)"', response.content.decode())]


def test_the_door_leads_to_the_inbox(ada, signed_in):
    assert signed_in(ada).get("/").url == "/inbox/"


def test_a_stranger_is_asked_to_sign_in(client, write):
    number = write().number
    for address in ("/inbox/", f"/inbox/{number}/", "/inbox/rows", "/inbox/counts", "/customers/", "/search/"):
        assert client.get(address).status_code == 302


def test_ada_sees_hers_under_mine_and_the_rest_under_unassigned(ada, signed_in, write):
    hers, free = write("Hers"), write("Free")
    actions.assign(hers, to=ada, by=ada)
    browser = signed_in(ada)
    assert rows(browser.get("/inbox/")) == [hers.pk]
    assert rows(browser.get("/inbox/?view=unassigned")) == [free.pk]
    assert rows(browser.get("/inbox/?view=open")) == [free.pk, hers.pk]


def test_each_view_holds_what_its_name_says(ada, signed_in, write, inbox):
    is_open, snoozed, closed = write("a"), write("b"), write("c")
    actions.snooze(snoozed, until=clock.now() + timedelta(days=1), by=ada)
    actions.close(closed, by=ada)
    actions.tag(is_open, name="Refund & more", by=ada)
    elsewhere = Inbox.objects.create(name="Sales")
    browser = signed_in(ada)
    held = {
        "open": [is_open.pk],
        "snoozed": [snoozed.pk],
        "closed": [closed.pk],
        "all": [closed.pk, snoozed.pk, is_open.pk],
        f"inbox:{inbox.pk}": [is_open.pk],
        f"inbox:{elsewhere.pk}": [],
        "channel:email": [is_open.pk],
        "channel:pigeon": [],
        "tag:Refund & more": [is_open.pk],
        "tag:Unknown": [],
    }
    assert {key: rows(browser.get("/inbox/rows", {"view": key})) for key in held} == held


@pytest.mark.parametrize("view", ["nonsense", "inbox:", "inbox:999999", "inbox:abc", "tag:", "channel:", "tag:\0"])
def test_a_view_that_is_none_is_not_found(ada, signed_in, view):
    assert signed_in(ada).get("/inbox/", {"view": view}).status_code == 404


def test_ada_does_not_see_what_another_team_keeps(ada, omar, signed_in, write):
    theirs = write("Secret")
    actions.assign(theirs, to=None, team=Team.objects.create(name="Engineering"), by=omar)
    browser = signed_in(ada)
    assert rows(browser.get("/inbox/?view=open")) == []
    for address in (f"/inbox/{theirs.number}/", f"/inbox/{theirs.number}/news", f"/inbox/{theirs.number}/earlier"):
        assert browser.get(address).status_code == 404
    assert browser.get(f"/inbox/rows/{theirs.pk}?view=open").status_code == 204
    assert rows(signed_in(omar).get("/inbox/?view=open")) == [theirs.pk]


@pytest.fixture
def many(write, inbox, kim):
    """A hundred and twenty open conversations, a minute apart; the even ones were answered."""
    made = []
    for number in range(1, 121):
        at = NINE + timedelta(minutes=number)
        made.append(
            Conversation(
                number=1000 + number,
                customer=kim,
                inbox=inbox,
                subject=f"No {number}",
                last_at=at,
                waiting_since=None if number % 2 == 0 else at,
            )
        )
    return Conversation.objects.bulk_create(made)


@pytest.mark.parametrize("sort", ["newest", "oldest", "waiting"])
def test_scrolling_shows_everything_once_and_in_order(ada, signed_in, many, sort):
    browser = signed_in(ada)
    page = browser.get("/inbox/", {"view": "open", "sort": sort})
    seen = rows(page)
    assert len(seen) == PAGE
    while found := re.search(r'hx-get="(/inbox/rows\?[^"]*cursor=[^"]*)"', page.content.decode()):
        page = browser.get(found[1].replace("&amp;", "&"))
        seen += rows(page)
    in_order = [each.pk for each in many]
    waiting = [each.pk for each in many if each.waiting_since]
    answered = [each.pk for each in many if not each.waiting_since]
    expected = {"newest": in_order[::-1], "oldest": in_order, "waiting": waiting + answered[::-1]}
    assert seen == expected[sort]


@pytest.mark.parametrize(
    "cursor", ["nonsense", "2026-03-02T09:00:00~1", "2026-13-02T09:00:00+00:00~1", "~", "w-", "x~y"]
)
def test_a_cursor_nobody_gave_out_is_not_found(ada, signed_in, cursor):
    browser = signed_in(ada)
    assert browser.get("/inbox/rows", {"view": "open", "cursor": cursor}).status_code == 404


def test_without_scripts_the_older_ones_are_a_link_away(ada, signed_in, many):
    page = signed_in(ada).get("/inbox/?view=open").content.decode()
    href = re.search(r'href="(/inbox/\?[^"]*cursor=[^"]*)"', page)[1].replace("&amp;", "&")
    assert len(rows(signed_in(ada).get(href))) == PAGE


def test_fifty_rows_cost_no_more_queries_than_five(ada, signed_in, write, django_assert_num_queries, kim, inbox):
    browser = signed_in(ada)
    write("First")
    browser.get("/inbox/?view=open")  # what is remembered for a minute is remembered now

    def queries() -> int:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert browser.get("/inbox/?view=open").status_code == 200
        return len(captured)

    for number in range(4):
        write(f"More {number}")
    five = queries()
    for number in range(60):
        actions.tag(write(f"Many {number}"), name=f"Tag {number % 9}", by=ada)
    assert queries() == five
    assert five <= 16


def test_counts_are_those_of_the_views(ada, signed_in, write):
    hers, other = write("Hers"), write("Other")
    actions.assign(hers, to=ada, by=ada)
    actions.tag(other, name="Refund", by=ada)
    counts = signed_in(ada).get("/inbox/counts").json()
    others = {"mentions": "", "following": "", "snoozed": ""}
    assert counts == {"mine": "1", "unassigned": "1", "open": "2", "tag:Refund": "1", "inbox": "1", **others}


def test_channels_and_inboxes_appear_when_there_are_several(ada, signed_in, write, inbox):
    write()
    browser = signed_in(ada)
    assert "Inboxes" not in browser.get("/inbox/").content.decode()
    sales = Inbox.objects.create(name="Sales <b>")
    Channel.objects.create(kind="email", inbox=inbox, name="Mail")
    Channel.objects.create(kind="pigeon_post", inbox=sales, name="Coo")
    page = browser.get("/inbox/").content.decode()
    assert "Sales &lt;b&gt;" in page
    assert "Pigeon post" in page


def test_a_row_says_who_wrote_what_and_since_when_they_wait(ada, signed_in, write):
    with clock.frozen(clock.now() - timedelta(hours=2)):
        conversation = write("Is <b>anyone</b> there?")
    row = signed_in(ada).get(f"/inbox/rows/{conversation.pk}?view=open").content.decode()
    assert "Kim Park" in row
    assert "Is &lt;b&gt;anyone&lt;/b&gt; there?" in row
    assert "2 h</waiting-time>" in row
    assert "data-unread" in row


def test_a_row_tells_our_answers_apart(ada, omar, signed_in, write):
    conversation = write()
    actions.write(conversation, writing=Writing(text="On its way."), by=ada)
    address = f"/inbox/rows/{conversation.pk}?view=open"
    assert "You: On its way." in signed_in(ada).get(address).content.decode()
    row = signed_in(omar).get(address).content.decode()
    assert "Reply: On its way." in row
    assert "Waiting" in row


def test_an_unhappy_and_urgent_row_says_so_in_words(ada, signed_in, write):
    conversation = write()
    actions.rate(conversation, score=2)
    actions.prioritise(conversation, priority=4, by=ada)
    row = signed_in(ada).get(f"/inbox/rows/{conversation.pk}?view=open").content.decode()
    assert 'aria-label="Unhappy"' in row
    assert 'aria-label="Urgent"' in row


def test_a_row_that_left_the_view_is_gone(ada, signed_in, write):
    conversation = write()
    actions.close(conversation, by=ada)
    assert signed_in(ada).get(f"/inbox/rows/{conversation.pk}?view=open").status_code == 204


def test_the_badge_counts_what_ada_has_not_opened_of_hers(ada, signed_in, write):
    for text in ("One", "Two"):
        actions.assign(write(text), to=ada, by=ada)
    write("Not hers")
    browser = signed_in(ada)
    assert browser.get("/inbox/counts").json()["inbox"] == "2"
    hers = Conversation.objects.filter(assignee=ada).first()
    browser.get(f"/inbox/{hers.number}/")
    assert browser.get("/inbox/counts").json()["inbox"] == "1"


def test_an_empty_inbox_says_what_is_true(ada, signed_in, write):
    browser = signed_in(ada)
    assert "Nobody has written yet" in browser.get("/inbox/").content.decode()
    write()
    assert "All answered" in browser.get("/inbox/").content.decode()
    assert "Nothing here" in browser.get("/inbox/?view=snoozed").content.decode()


def test_searching_in_the_list_marks_the_words(ada, signed_in, write):
    found, _other = write("The hub light is red."), write("Something else")
    page = signed_in(ada).get("/inbox/?view=mine&q=light")
    assert rows(page) == [found.pk]
    assert "The hub <mark>light</mark> is red." in page.content.decode()
    assert "Nothing found" in signed_in(ada).get("/inbox/?q=zeppelin").content.decode()


def test_a_viewer_has_no_buttons_that_change_anything(viewer, signed_in, write):
    page = signed_in(viewer).get(f"/inbox/{write().number}/").content.decode()
    assert "You can read this conversation, but not change it." in page
    for word in ("hx-post", "hx-delete", "<textarea", "assign-menu"):
        assert word not in page


def test_pages_are_never_kept_by_a_shared_cache(ada, signed_in, write):
    response = signed_in(ada).get(f"/inbox/{write().number}/")
    assert response["Cache-Control"] == "no-store"
    assert "HX-Request" in response["Vary"]
