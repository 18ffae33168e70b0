"""Visitors write from the company's site, and are answered there."""

import base64
import json
from datetime import timedelta

import jwt
import pytest

from rapport.channels import actions
from rapport.channels.guests import Visit, Visitor
from rapport.channels.models import Delivery, Dispatch, ProactiveMessage
from rapport.channels.tests.visiting import SECRET, Page, chat_in
from rapport.channels.visitors import tokens
from rapport.conversations import actions as conversations
from rapport.conversations.models import Conversation, Message
from rapport.customers.actions import also_known_as
from rapport.customers.models import Identity, IdentityKind
from rapport.customers.segments import actions as segments
from rapport.customers.segments.errors import CannotSegment
from rapport.kit import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def channel(inbox):
    return chat_in(inbox)


@pytest.fixture
def page(channel):
    return Page(channel)


def answer(conversation, ada, text="Yes, choose the UK plug.", **said):
    message = actions.reply(conversation, by=ada, text=text, undo_seconds=0, **said)
    actions.send(Dispatch.objects.get(message=message).pk)
    return message


# -- Writing ---------------------------------------------------------------------------------------


def test_what_a_visitor_writes_is_kept_as_it_came_and_is_a_conversation_at_once(page):
    said = page.write()
    assert said.status_code == 200
    delivery = Delivery.objects.get()
    assert json.loads(bytes(delivery.body))["text"] == "Does the Arc work in London?"
    conversation = Conversation.objects.get()
    assert (conversation.channel, conversation.preview) == ("chat", "Does the Arc work in London?")
    assert said.json()["place"] == 1


def test_a_message_that_is_sent_twice_is_one(page):
    page.write()
    page.count -= 1
    assert page.write().status_code == 200
    assert Message.objects.count() == 1


def test_each_exchange_is_a_conversation_of_its_own(page):
    page.write()
    page.write("And one more thing.")
    page.exchange = "e2"
    page.write("Something else.")
    assert [each.message_count for each in Conversation.objects.order_by("id")] == [2, 1]


def test_nobody_writes_without_a_token_or_in_another_visitors_name(page, channel):
    assert page.ask("messages", page.message("Hello")).status_code == 401
    page.begin()
    eve = Page(channel)
    eve.begin()
    assert eve.ask("messages", page.message("It is me, Kim")).status_code == 401
    assert not Delivery.objects.exists()


def test_a_token_of_another_channel_opens_nothing(page, inbox):
    page.begin()
    other = Page(chat_in(inbox))
    other.token, other.visitor = page.token, page.visitor
    assert other.write().status_code == 401


def test_a_file_comes_with_the_message_and_ours_go_back_by_a_link(page, ada):
    page.write("Look", files=[{"name": "a.png", "type": "image/png", "data": base64.b64encode(b"\x89PNG").decode()}])
    attachment = Message.objects.get().attachments.get()
    assert (attachment.name, attachment.size) == ("a.png", 4)
    shown = page.history()["messages"][0]["files"][0]
    got = page.client.get(shown["url"])
    assert (got.headers["Content-Type"], b"".join(got.streaming_content)) == ("image/png", b"\x89PNG")
    assert page.client.get(shown["url"].replace(":", "x")).status_code == 404


def test_whoever_writes_without_end_has_to_wait(page, monkeypatch):
    from rapport.channels.visitors import door
    from rapport.kit.limiting import Limiter

    monkeypatch.setattr(door, "_BY_VISITOR", Limiter(burst=2, a_second=0.01))
    page.begin()
    assert [page.write().status_code for _ in range(4)][-1] == 429


# -- Answering -------------------------------------------------------------------------------------


def test_adas_answer_is_told_to_the_visitors_stream_and_is_in_the_history(page, ada):
    page.write()
    message = answer(Conversation.objects.get(), ada)
    assert Dispatch.objects.get(message=message).state == "sent"
    assert page.told[-1] == ("message", message.external_id)
    last = page.history()["messages"][-1]
    assert (last["me"], last["by"], last["text"], last["id"]) == (
        False, "Ada", "Yes, choose the UK plug.", message.external_id,
    )  # fmt: skip


def test_notes_and_what_may_be_undone_are_never_shown(page, ada):
    page.write()
    conversation = Conversation.objects.get()
    conversations.write_note(conversation, text="A difficult one", by=ada)
    actions.reply(conversation, by=ada, text="Wait, I", undo_seconds=60)
    assert len(page.history()["messages"]) == 1


def test_another_visitor_sees_nothing_of_it(page, channel, ada):
    page.write()
    eve = Page(channel)
    eve.begin()
    assert "messages" not in eve.history()
    eve.exchange = page.exchange
    eve.write("Hello")
    assert [each["text"] for each in eve.history()["messages"]] == ["Hello"]


def test_that_it_was_read_comes_back(page, ada):
    page.write()
    message = answer(Conversation.objects.get(), ada)
    mark = {"type": "read", "id": "r1", "visitor": page.visitor, "about": [message.external_id]}
    assert page.ask("messages", mark).status_code == 200
    assert Dispatch.objects.get(message=message).read_at is not None


def test_a_visitor_is_told_who_has_it_and_that_it_is_closed(page, ada, django_capture_on_commit_callbacks):
    from rapport.channels import subscribers
    from rapport.conversations.announcements import ConversationAssigned, ConversationClosed

    page.write()
    conversation = Conversation.objects.get()
    conversations.assign(conversation, to=ada, team=None, by=ada)
    subscribers.say_who_has_it(ConversationAssigned(conversation.pk, ada.pk, None, ada.pk))
    conversations.close(conversation, by=ada)
    subscribers.say_that_it_is_closed(ConversationClosed(conversation.pk, ada.pk))
    assert page.told[-2:] == [("agent", "Ada"), ("state", "closed")]
    assert page.history()["closed"]


# -- Who it is -------------------------------------------------------------------------------------


def test_a_signed_user_is_themselves_in_every_browser(page, channel):
    user = {"id": "4711", "name": "Kim Park", "hash": tokens.user_hash("4711", SECRET)}
    page.begin(user=user)
    page.write()
    phone = Page(channel)
    phone.begin(user=user)
    assert phone.visitor == page.visitor
    assert phone.history()["messages"]
    assert Identity.objects.filter(kind="external", value="4711").exclude(verified_at=None).exists()


def test_a_token_of_the_shops_own_vouches_for_the_address_too(page, kim):
    token = jwt.encode(
        {"sub": "4711", "email": "kim@studio.example", "exp": clock.now() + timedelta(minutes=5)}, SECRET, "HS256"
    )
    assert page.begin(user={"token": token}).json()["known"]
    page.write()
    assert Conversation.objects.get().customer_id == kim.pk


@pytest.mark.parametrize(
    "user",
    [
        {"id": "4711", "hash": "0" * 64},
        {"id": "4711", "hash": tokens.user_hash("4712", SECRET)},
        {"token": "not.a.token"},
        {"token": jwt.encode({"sub": "4711", "exp": 1}, SECRET, "HS256")},
        {"token": jwt.encode({"sub": "4711"}, SECRET, "HS256")},
        {"token": jwt.encode({"sub": "4711", "exp": 4102444800}, "another secret that is long enough", "HS256")},
    ],
)
def test_a_wrong_signature_is_refused(page, user):
    assert page.begin(user=user).status_code == 401
    assert not Visitor.objects.exists()


def test_what_is_only_said_proves_nothing(page, kim):
    page.begin(user={"email": "kim@studio.example", "name": "Not Kim"})
    page.write()
    assert Conversation.objects.get().customer_id != kim.pk
    assert Visitor.objects.get().email == "kim@studio.example"
    assert not Visitor.objects.get().is_email_proven


def test_whoever_signs_out_is_nobody_we_know(page):
    page.begin(user={"id": "4711", "hash": tokens.user_hash("4711", SECRET)})
    known = page.visitor
    page.begin()
    assert page.visitor != known


def test_what_is_said_to_a_segment_is_said_to_those_who_are_surely_in_it(page, channel, kim, omar):
    also_known_as(kim, kind=IdentityKind.EXTERNAL, value="4711", verified=True)
    called_kim = {"conditions": [{"field": "name", "op": "has", "value": "Kim"}]}
    segment = segments.save(None, by=omar, name="Kims", filter=called_kim)
    said = ProactiveMessage.objects.create(channel=channel, text="Your lamps are ready.", segment=segment)
    asked = page.ask("config").json()
    assert (asked["rules"], asked["few"]) == ([], True), "what it says is in nobody else's page"

    def told(**who):
        return [rule["id"] for rule in page.ask("mine", who).json()["rules"]]

    assert told() == told(user={"email": "kim@studio.example", "name": "Kim"}) == []
    assert page.ask("mine", {"user": {"id": "4711", "hash": "0" * 64}}).status_code == 401
    assert told(user={"id": "4711", "hash": tokens.user_hash("4711", SECRET)}) == [said.pk]
    assert not Visitor.objects.exists(), "nothing is kept of the asking"
    page.begin(user={"name": "Kim Stranger"})
    assert told() == []
    page.write()
    assert told() == [said.pk], "who wrote from here is somebody we know"
    with pytest.raises(CannotSegment, match="Your lamps"):
        segments.remove(segment, by=omar)


# -- What the page is told -------------------------------------------------------------------------


def test_the_page_is_told_its_words_in_the_visitors_language(inbox):
    page = Page(chat_in(inbox, greeting="Hello!\nde: Hallo!", ask_email="no"))
    german = page.ask("config?lang=de-AT,en").json()
    assert (german["greeting"], german["words"]["send"], german["rtl"]) == ("Hallo!", "Senden", False)
    arabic = page.ask("config?lang=ar").json()
    assert (arabic["greeting"], arabic["rtl"]) == ("Hello!", True)
    assert page.ask("config?lang=zh-CN").json()["language"] == "zh-Hans"
    assert page.ask("config?lang=tlh").json()["language"] == "en"


def test_only_the_sites_on_the_list_may_use_it(inbox):
    channel = chat_in(inbox, origins=["https://shop.example", "https://*.lampwright.example"])
    for origin, status in (
        ("https://shop.example", 200),
        ("https://www.lampwright.example", 200),
        ("https://lampwright.example", 403),
        ("https://evil.example", 403),
        ("https://shop.example.evil.example", 403),
    ):
        answer = Page(channel, origin=origin).ask("config")
        assert answer.status_code == status, origin
        assert answer.headers["Access-Control-Allow-Origin"] == origin
        assert "Access-Control-Allow-Credentials" not in answer.headers


def test_a_browser_may_ask_beforehand(page):
    answer = page.client.options(f"/chat/{page.channel.key}/messages", headers={"Origin": page.origin})
    assert (answer.status_code, answer.headers["Access-Control-Allow-Methods"]) == (204, "GET, POST")


def test_a_mailbox_is_no_chat(mailbox):
    assert Page(mailbox).ask("config").status_code == 404


def test_pages_are_noted_newest_two_hundred_and_shown_where_they_are(page, monkeypatch):
    monkeypatch.setattr(Visit, "MOST", 3)
    page.begin(url="https://shop.example/", title="Shop")
    for number in range(5):
        page.ask("here", {"url": f"https://shop.example/{number}", "title": f"Page {number}"})
    page.ask("here", {"url": "https://shop.example/4", "title": "Page 4", "did": "order.placed"})
    visitor = Visitor.objects.get()
    assert (visitor.page_url, visitor.visits.count()) == ("https://shop.example/4", 3)
    assert visitor.visits.first().did == "order.placed"
    page.ask("here", {"url": "javascript:alert(1)"})
    assert Visitor.objects.get().page_url == "https://shop.example/4"


def test_what_is_said_unasked_is_counted(page):
    rule = ProactiveMessage.objects.create(channel=page.channel, text="Need ten?", pages="/pricing*")
    assert page.ask("config").json()["rules"][0]["pages"] == ["/pricing*"]
    for did in ("shown", "shown", "answered"):
        page.ask("prompts", {"id": rule.pk, "did": did})
    rule.refresh_from_db()
    assert (rule.shown, rule.answered) == (2, 1)
    assert page.ask("prompts", {"id": rule.pk, "did": "danced"}).status_code == 400


def test_the_script_is_small_whole_and_kept_a_while(client):
    packed = client.get("/widget.js", headers={"Accept-Encoding": "gzip, br"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(packed.content) < 20_000
    plain = client.get("/widget.js", headers={"Accept-Encoding": ""})
    assert plain.content.startswith(b'(()=>{"use strict"')
    again = client.get("/widget.js", headers={"If-None-Match": packed.headers["ETag"]})
    assert again.status_code == 304


# -- Afterwards ------------------------------------------------------------------------------------


def test_a_visitor_is_asked_on_the_page_how_it_was_and_their_answer_counts(page, ada):
    from rapport.channels.announcements import RatingGiven
    from rapport.surveys import actions as surveys
    from rapport.surveys.models import Rating
    from rapport.surveys.subscribers import keep_what_they_said

    page.write()
    conversation = Conversation.objects.get()
    answer(conversation, ada)
    conversations.close(conversation, by=ada)
    assert surveys.invite(conversation) is not None
    assert page.told[-1][0] == "rate"
    assert page.history()["rate"]
    assert page.ask("rating", {"exchange": "e1", "score": 9}).status_code == 400
    assert page.ask("rating", {"exchange": "e1", "score": 5, "comment": "Quick"}).status_code == 204
    assert not page.history()["rate"]
    keep_what_they_said(RatingGiven(conversation.pk, 5, "Quick"))
    assert (Rating.objects.get().score, Rating.objects.get().comment) == (5, "Quick")


def test_an_unread_answer_goes_by_mail_once_and_its_answer_comes_back(page, ada, mailbox, post, arrive):
    from rapport.channels.visitors import handing

    mailbox.settings = {**mailbox.settings, "sub_addresses": True}
    mailbox.save()
    page.begin(email="wren@studio.example", language="de")
    page.write()
    conversation = Conversation.objects.get()
    first, second = answer(conversation, ada), answer(conversation, ada, "And the 3 m cable fits.")
    handing.hand_over(second.pk)
    handing.hand_over(first.pk)
    actions.send(Dispatch.objects.get(message__channel="email").pk)
    mail = post.received[-1]
    assert "Ihr Chat mit" in mail["Subject"]
    text = mail.get_body(("plain",)).get_content()
    assert "choose the UK plug" in text
    assert "3 m cable" in text
    assert Message.objects.filter(channel="email").count() == 1
    back = arrive("Thank you!", sender="Wren <wren@studio.example>", to=mail["Reply-To"], recipients=[mail["Reply-To"]])
    assert back.message.conversation_id == conversation.pk
    assert page.history()["messages"][-1]["text"].startswith("Thank you!")


def test_nobody_gets_a_mail_who_read_it_or_is_still_there(page, ada, post):
    from rapport.channels.visitors import handing

    page.begin(email="wren@studio.example")
    page.write()
    message = answer(Conversation.objects.get(), ada)
    Visitor.objects.update(here_until=clock.now() + timedelta(minutes=1))
    handing.hand_over(message.pk)
    Visitor.objects.update(here_until=None)
    Dispatch.objects.filter(message=message).update(read_at=clock.now())
    handing.hand_over(message.pk)
    assert not Message.objects.filter(channel="email").exists()


def test_who_never_wrote_and_where_they_looked_is_forgotten(page, channel):
    from rapport.channels.visitors.meeting import forget_old

    page.begin(url="https://shop.example/")
    page.write()
    silent = Page(channel)
    silent.begin(url="https://shop.example/")
    silent.ask("here", {"exchange": "e1", "typing": "I never sent th"})
    forget_old()
    assert Visitor.objects.count() == 2
    long_ago = clock.now() - timedelta(days=100)
    Visitor.objects.update(created_at=long_ago, changed_at=long_ago, typing_until=long_ago)
    Visit.objects.update(at=long_ago)
    forget_old()
    assert Visitor.objects.get().handle == page.visitor
    assert not Visit.objects.exists()
