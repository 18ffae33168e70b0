"""An open conversation: what was written, what happened, what is new."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rapport.channels.models import Dispatch
from rapport.conversations import actions
from rapport.conversations.models import Conversation, Message, Seen
from rapport.conversations.types import AuthorKind, Writing
from rapport.kit import clock
from rapport.surveys.models import Invitation, Rating
from rapport.team.models import Team

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def open_page(signed_in):
    """What this agent sees of a conversation."""

    def opened(agent, conversation, **headers):
        return signed_in(agent).get(f"/inbox/{conversation.number}/", headers=headers).content.decode()

    return opened


def test_opening_it_is_reading_it(ada, open_page, write):
    conversation = write()
    open_page(ada, conversation)
    assert Seen.objects.get(agent=ada).message_id == conversation.messages.get().pk


def test_htmx_gets_the_two_panes_and_the_browser_the_whole_page(ada, open_page, write):
    conversation = write()
    part, whole = open_page(ada, conversation, **{"HX-Request": "true"}), open_page(ada, conversation)
    assert part.startswith("<title>Flickering lamp</title>")
    assert "<html" not in part
    assert 'id="rows"' not in part
    assert "<html" in whole
    assert 'aria-current="true"' in whole


def test_going_back_restores_the_panes_only(ada, signed_in, write):
    write()
    answer = signed_in(ada).get(
        "/inbox/?view=mine", headers={"HX-Request": "true", "HX-History-Restore-Request": "true"}
    )
    assert "No conversation is open" in answer.content.decode()
    assert "<html" not in answer.content.decode()


def test_it_opens_beside_the_list_it_belongs_to(ada, open_page, write):
    conversation = write()
    assert 'data-view="unassigned"' in open_page(ada, conversation)
    actions.assign(conversation, to=ada, by=ada)
    assert 'data-view="mine"' in open_page(ada, conversation)
    actions.close(conversation, by=ada)
    assert 'data-view="closed"' in open_page(ada, conversation)


def test_the_address_may_name_the_view_and_the_number(ada, signed_in, write):
    conversation = write()
    page = signed_in(ada).get("/inbox/", {"view": "open", "c": conversation.number}).content.decode()
    assert 'data-view="open"' in page
    assert f'id="message-{conversation.messages.get().pk}"' in page


def test_what_kim_wrote_is_text_and_nothing_else(ada, open_page, write):
    page = open_page(
        ada, write("<script>alert(1)</script> see https://lampwright.example/a?b=1&c=2 or kim@studio.example")
    )
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert (
        '<a target="_blank" href="https://lampwright.example/a?b=1&amp;c=2" rel="nofollow noopener noreferrer">' in page
    )


def test_an_address_cannot_be_a_script(ada, open_page, write):
    page = open_page(ada, write('javascript:alert(1) http://x.example/"onmouseover="alert(1)'))
    assert 'href="javascript' not in page
    assert 'onmouseover="alert' not in page


def test_quoted_text_is_closed(ada, open_page, write):
    conversation = write(
        "It still flickers.\n\nOn Monday Ada wrote:\n> Keep it above 35%.", visible_text="It still flickers."
    )
    page = open_page(ada, conversation)
    assert re.search(r'<div class="text">It still flickers.</div><details class="quoted">', page)
    assert "On Monday Ada wrote:" in page


def test_a_text_as_long_as_a_book_is_cut_with_a_way_to_the_rest(ada, signed_in, open_page, write):
    conversation = write("word " * 10_000)
    page = open_page(ada, conversation)
    assert page.count("word ") < 5000
    message = conversation.messages.get()
    whole = signed_in(ada).get(f"/messages/{message.pk}/text")
    assert whole.content.decode().count("word") == 10_000
    assert whole["Content-Type"].startswith("text/plain")


def test_a_letter_waits_in_a_frame_without_scripts(ada, open_page, write):
    page = open_page(ada, write("Hello", html="<p>Hello</p>"))
    frame = re.search(r"<iframe[^>]*>", page)[0]
    assert 'sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox"' in frame
    assert "allow-scripts" not in page


def test_notes_say_who_sees_them(ada, omar, open_page, write):
    conversation = write()
    actions.write_note(conversation, text="Trade customer", by=omar)
    page = open_page(ada, conversation)
    assert "note, only your team sees this" in page
    assert "Omar Haddad" in page


def test_what_happened_is_said_in_words(ada, omar, open_page, write):
    conversation = write()
    actions.assign(conversation, to=ada, by=omar)
    actions.assign(conversation, to=omar, by=omar)
    actions.tag(conversation, name="<Refund>", by=ada)
    actions.untag(conversation, name="<Refund>", by=omar)
    actions.prioritise(conversation, priority=3, by=ada)
    actions.rename(conversation, subject="Lamp", by=ada)
    actions.snooze(conversation, until=clock.now() + timedelta(days=1), by=ada)
    actions.close(conversation, by=ada)
    actions.rate(conversation, score=4)
    write("Again", into=conversation)
    actions.assign(conversation, to=None, by=omar)
    actions.assign(conversation, to=None, team=Team.objects.create(name="Repairs"), by=omar)
    page = open_page(omar, conversation)
    said = [
        re.sub(r"<[^>]+>", "", line)
        for line in re.findall(r'<div class="event".*?<span class="truncate">(.*?)</span>', page)
    ]
    assert said[:2] == ["You assigned this to Ada Lindqvist", "You took this conversation"]
    assert said[2:6] == [
        "Ada Lindqvist added the tag &lt;Refund&gt;",
        "You removed the tag &lt;Refund&gt;",
        "Ada Lindqvist set the priority to High",
        "Ada Lindqvist changed the subject to Lamp",
    ]
    assert said[6].startswith("Ada Lindqvist snoozed this until")
    assert said[7:] == [
        "Ada Lindqvist closed this conversation",
        "Kim Park rated this 4 of 5",
        "Reopened, because Kim Park wrote again",
        "You left this unassigned",
        "You left this to Repairs",
    ]


def test_each_day_has_its_line(ada, open_page, write):
    with clock.frozen(clock.now() - timedelta(days=40)):
        conversation = write()
    with clock.frozen(clock.now() - timedelta(days=1)):
        write("More", into=conversation)
    write("Now", into=conversation)
    write("And again", into=conversation)
    page = open_page(ada, conversation)
    days = re.findall(r'<div class="day">(.*?)</div>', page)
    assert days[1:] == ["Yesterday", "Today"]


def test_a_letter_dated_in_the_future_is_shown_when_it_came(ada, open_page, write):
    conversation = write(
        "From tomorrow",
    )
    conversation.messages.update(sent_at=clock.now() + timedelta(days=300))
    assert open_page(ada, conversation).count('<div class="day">Today</div>') == 1


@pytest.fixture
def long(write, kim):
    """A hundred and thirty messages."""
    conversation = write("Message 0")
    Message.objects.bulk_create(
        Message(
            conversation=conversation,
            direction="in",
            author_kind="customer",
            customer=kim,
            text=f"Message {number}",
            to=["support@lampwright.example"],
        )
        for number in range(1, 130)
    )
    return conversation


def test_a_long_thread_opens_at_its_end_and_shows_earlier_ones_when_asked(ada, signed_in, long):
    browser, seen = signed_in(ada), []
    page = browser.get(f"/inbox/{long.number}/").content.decode()
    while True:
        seen = re.findall(r'<div class="text">Message (\d+)<', page) + seen
        earlier = re.search(r'hx-get="(/inbox/\d+/earlier\?before=\d+)"', page)
        if not earlier:
            break
        page = browser.get(earlier[1]).content.decode()
    assert seen == [str(number) for number in range(130)]


def test_a_long_thread_costs_no_more_queries_than_a_short_one(ada, signed_in, write, long):
    browser = signed_in(ada)
    short = write()
    actions.close(short, by=ada)
    actions.close(long, by=ada)
    for number in range(20):
        actions.tag(long, name=f"Tag {number}", by=ada)
    headers = {"HX-Request": "true"}
    counted = []
    for conversation in (short, long, short, long):  # opened twice: the first time is remembered as read
        with CaptureQueriesContext(connection) as captured:
            assert browser.get(f"/inbox/{conversation.number}/", headers=headers).status_code == 200
        counted.append(len(captured))
    assert counted[2] == counted[3]


def test_what_is_new_is_what_came_after(ada, omar, signed_in, write):
    conversation = write("Old")
    browser = signed_in(ada)
    page = browser.get(f"/inbox/{conversation.number}/").content.decode()
    message = re.search(r'data-last-message="(\d+)"', page)[1]
    event = re.search(r'data-last-event="(\d+)"', page)[1]
    actions.assign(conversation, to=ada, by=omar)
    write("New", into=conversation)
    news = browser.get(f"/inbox/{conversation.number}/news", {"message": message, "event": event, "day": "nonsense"})
    said = news.content.decode()
    assert ">New<" in said
    assert ">Old<" not in said
    assert said.count('class="event"') == 1
    assert 'id="thread-head"' in said


def test_a_day_that_is_on_the_page_is_not_said_again(ada, signed_in, write):
    conversation = write("Old")
    news = f"/inbox/{conversation.number}/news"
    today = clock.now().date().isoformat()
    browser = signed_in(ada)
    assert 'class="day"' not in browser.get(news, {"message": 0, "event": 0, "day": today}).content.decode()
    assert 'class="day"' in browser.get(news, {"message": 0, "event": 0, "day": "2020-01-01"}).content.decode()


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ({"state": "queued"}, "Sending in"),
        ({"state": "queued", "due_at": NINE}, "Sending"),
        ({"state": "queued", "due_at": clock.now() + timedelta(hours=2)}, "Will be sent:"),
        ({"state": "queued", "is_held": True, "error": "20 an hour."}, "Waits its turn. 20 an hour."),
        ({"state": "queued", "attempts": 2, "error": "Busy."}, "Not sent yet, it will be tried again. Busy."),
        ({"state": "sent"}, "Sent"),
        ({"state": "failed", "error": "No such <person>."}, "Not sent. No such &lt;person&gt;."),
    ],
)
def test_a_reply_says_where_it_is_on_its_way(ada, open_page, write, state, said):
    conversation = write()
    message = actions.write(conversation, writing=Writing(text="On it."), by=ada)
    Dispatch.objects.create(message=message, **{"due_at": clock.now() + timedelta(seconds=10), **state})
    page = open_page(ada, conversation)
    footer = re.search(rf'id="message-{message.pk}".*?<footer.*?</footer>', page, re.DOTALL)[0]
    assert said in footer
    assert ("data-take-back" in footer) == (said not in ("Sending", "Sent"))
    assert ("Try again" in footer) == (state["state"] == "failed")


def test_a_message_of_a_rule_is_not_a_persons(ada, open_page, write):
    conversation = write()
    actions.write(conversation, writing=Writing(text="How did we do?"), by=None, kind=AuthorKind.RULE)
    assert "Automatic message" in open_page(ada, conversation)


def test_the_panel_shows_who_kim_is_and_how_it_went(ada, open_page, write, kim):
    earlier, conversation = write("Earlier", subject="Hub <drops>"), write()
    invitation = Invitation.objects.create(
        conversation=earlier, customer=kim, token_hash="a", expires_at=clock.now() + timedelta(days=1)
    )
    Rating.objects.create(
        invitation=invitation, conversation=earlier, customer=kim, score=2, comment='<img src="x"> slow'
    )
    page = open_page(ada, conversation)
    panel = page[page.index('id="customer"') :]
    assert "kim@studio.example" in panel
    assert "Hub &lt;drops&gt;" in panel
    assert "2.0" in panel
    assert "&lt;img src=&quot;x&quot;&gt; slow" in panel


def test_the_panel_keeps_what_ada_may_not_see(ada, omar, open_page, write, kim):
    secret, conversation = write("Secret", subject="Secret matter"), write()
    actions.assign(secret, to=None, team=Team.objects.create(name="Legal"), by=omar)
    invitation = Invitation.objects.create(
        conversation=secret, customer=kim, token_hash="a", expires_at=clock.now() + timedelta(days=1)
    )
    Rating.objects.create(invitation=invitation, conversation=secret, customer=kim, score=1, comment="Sealed words")
    seen, unseen = open_page(omar, conversation), open_page(ada, conversation)
    for word in ("Secret matter", "Sealed words"):
        assert word in seen
        assert word not in unseen


def test_a_reply_goes_to_whoever_wrote_last_and_whom_they_copied(ada, open_page, write):
    conversation = write(cc=("boss@studio.example", "SUPPORT@lampwright.example"))
    from rapport.channels.models import Channel

    Channel.objects.create(kind="email", inbox=conversation.inbox, name="Support", address="support@lampwright.example")
    page = open_page(ada, conversation)
    assert 'name="to" value="kim@studio.example"' in page
    assert 'name="cc" value="boss@studio.example"' in page


def test_a_draft_is_there_again(ada, omar, open_page, write):
    conversation = write()
    actions.keep_draft(conversation, by=ada, text="Dear </textarea> Kim", mode="note")
    assert "Dear &lt;/textarea&gt; Kim</textarea>" in open_page(ada, conversation)
    assert 'data-mode="note"' in open_page(ada, conversation)
    assert "Dear" not in open_page(omar, conversation).split("<textarea")[1].split("</textarea>")[0]


def test_someone_who_left_is_still_named(ada, omar, open_page, write):
    conversation = write()
    actions.assign(conversation, to=omar, by=omar)
    Conversation.objects.update(assignee=None)
    omar.delete()
    assert "someone who left" in open_page(ada, conversation)
