"""Kim reads, answers, closes and begins; she sees what is hers, and nobody else does."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from rapport.backbone import files
from rapport.backbone.jobs import run_pending
from rapport.channels import actions as channels
from rapport.channels.models import Channel, Delivery, Dispatch
from rapport.channels.types import DispatchState
from rapport.conversations import actions as conversations
from rapport.conversations.models import Attachment, Conversation, Message
from rapport.conversations.types import IncomingFile
from rapport.customers.actions import meet, said_to_be
from rapport.customers.consent.queries import purposes
from rapport.customers.models import IdentityKind
from rapport.kit import clock


def words(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def stamp_in(answer):
    return re.search(r'name="stamp" value="([^"]+)"', answer.content.decode())[1]


def kept(name="plan.pdf", body=b"%PDF plan"):
    stored = files.keep(body)
    return IncomingFile(stored.pk, name, "application/pdf", stored.size, stored.sha256)


@pytest.fixture
def lamp(write):
    return write("The lamp flickers.")


@pytest.fixture
def say(ada, mailbox):
    """Ada says something, and it has left."""

    def said(conversation, text="On Friday.", **more):
        message = channels.reply(conversation, by=ada, text=text, undo_seconds=0, **more)
        Dispatch.objects.filter(message=message).update(state=DispatchState.SENT, sent_at=clock.now())
        return message

    return said


@pytest.fixture
def answer(enter):
    def answered(conversation, browser=None, **said):
        browser = browser or enter()
        path = f"/portal/conversations/{conversation.number}/"
        stamp = said.pop("stamp", None) or stamp_in(browser.get(path))
        return browser.post(path, {"message": "", "stamp": stamp, **said})

    return answered


# -- Reading ---------------------------------------------------------------------------------------


def test_kim_sees_her_conversations_and_how_they_stand(lamp, write, say, ada, enter):
    solved = write("Thanks for the lamp.", subject="Bulbs")
    conversations.close(solved, by=ada)
    said = words(enter().get("/portal/"))
    assert "Flickering lamp" in said
    assert "With us" in said
    assert "Solved" in said
    say(lamp)
    assert "Answered" in words(enter().get("/portal/"))


def test_kim_reads_what_was_said_with_her_and_never_a_note(lamp, say, ada, enter):
    say(lamp, "It comes on Friday.")
    conversations.write_note(lamp, text="She is difficult.", by=ada)
    say(lamp, "Can you deliver it?", to=["supplier@other.example"], is_forward=True, about=lamp.messages.first())
    say(lamp, "Only for Lee.", to=["lee@other.example"])
    channels.reply(lamp, by=ada, text="Not yet gone.", undo_seconds=600)
    said = words(enter().get(f"/portal/conversations/{lamp.number}/"))
    assert "The lamp flickers." in said
    assert "It comes on Friday." in said
    assert "Ada" in said
    assert "Lindqvist" not in said
    for secret in ("difficult", "Can you deliver it?", "Only for Lee.", "Not yet gone."):
        assert secret not in said


def test_what_a_supplier_answers_is_not_for_kim(lamp, write, inbox, enter):
    supplier = meet(kind=IdentityKind.EMAIL, value="supplier@other.example", name="Sam")
    write("It costs us 3 euros.", by=supplier, into=lamp)
    assert "3 euros" not in words(enter().get(f"/portal/conversations/{lamp.number}/"))


def test_the_page_asks_for_news_and_gets_them_when_there_are_some(lamp, say, enter):
    browser, path = enter(), f"/portal/conversations/{lamp.number}/"
    state = re.search(r"after=([\w-]+)", browser.get(path).content.decode())[1]
    assert browser.get(f"{path}?after={state}", headers={"HX-Request": "true"}).status_code == 204
    say(lamp)
    news = browser.get(f"{path}?after={state}", headers={"HX-Request": "true"})
    assert "On Friday." in words(news)
    assert b"<html" not in news.content


def test_what_was_written_is_text_and_nothing_else(write, enter):
    evil = write("<script>alert(1)</script> https://shop.example/?a=1&b=2", subject="<b>Hi</b>")
    page = enter().get(f"/portal/conversations/{evil.number}/").content.decode()
    assert "<script>alert" not in page
    assert "<b>Hi</b>" not in page
    assert 'href="https://shop.example/?a=1&amp;b=2"' in page


def test_kim_downloads_the_files_that_are_hers(lamp, say, ada, enter):
    say(lamp, files=[kept()])
    note = conversations.write_note(lamp, text="Look", by=ada)
    sent = Attachment.objects.get()
    secret = Attachment.objects.create(
        message=note, file=sent.file, name="secret.pdf", content_type="application/pdf", size=9, sha256=sent.sha256
    )
    browser = enter()
    got = browser.get(f"/portal/conversations/{lamp.number}/files/{sent.pk}/")
    assert b"".join(got.streaming_content) == b"%PDF plan"
    assert got["Content-Disposition"].startswith("attachment")
    assert browser.get(f"/portal/conversations/{lamp.number}/files/{secret.pk}/").status_code == 404
    assert browser.get(f"/portal/conversations/{lamp.number}/files/999999/").status_code == 404


# -- Writing ---------------------------------------------------------------------------------------


def test_kims_answer_is_a_delivery_that_opens_the_conversation_again(lamp, ada, answer):
    conversations.close(lamp, by=ada)
    photo = SimpleUploadedFile("lamp.jpg", b"\xff\xd8photo", "image/jpeg")
    assert answer(lamp, message="It flickers again.", files=[photo]).status_code == 303
    lamp.refresh_from_db()
    assert (lamp.is_closed, lamp.message_count) == (False, 2)
    message = lamp.messages.last()
    assert (message.text, message.author_address, message.threaded_by) == (
        "It flickers again.",
        "kim@studio.example",
        "token",
    )
    assert [each.name for each in message.attachments.all()] == ["lamp.jpg"]
    assert Delivery.objects.get().message == message


def test_sent_twice_it_counts_once(lamp, enter, answer):
    browser = enter()
    stamp = stamp_in(browser.get(f"/portal/conversations/{lamp.number}/"))
    for _ in range(2):
        assert answer(lamp, browser, stamp=stamp, message="Hello?").status_code == 303
    assert lamp.messages.count() == 2


def test_ada_answers_what_kim_wrote_there_by_mail(lamp, ada, answer, post):
    answer(lamp, message="And?")
    channels.reply(Conversation.objects.get(), by=ada, text="On Friday.", undo_seconds=0)
    run_pending(strict=True)
    assert post.received[-1]["To"] == "Kim Park <kim@studio.example>"


def test_an_empty_answer_and_one_too_many_are_refused(lamp, enter, answer):
    browser = enter()
    assert answer(lamp, browser).status_code == 422
    assert answer(lamp, browser, stamp="forged", message="Hi").status_code == 422
    assert lamp.messages.count() == 1
    answers = [answer(lamp, browser, message=f"Hi {n}").status_code for n in range(21)]
    assert answers == [303] * 20 + [429]


def test_kim_begins_a_new_one_by_the_companys_form(kim, portal, inbox, enter):
    asked = [{"label": "Topic", "key": "", "is_required": True, "choices": ["Order", "Returns"]}]
    portal.form = Channel.objects.create(kind="form", inbox=inbox, name="Contact", settings={"questions": asked})
    portal.save()
    browser = enter()
    page = browser.get("/portal/new/")
    assert "Your email" not in words(page)
    given = {"stamp": stamp_in(page), "subject": "Return", "message": "Too bright."}
    assert browser.post("/portal/new/", given).status_code == 422
    done = browser.post("/portal/new/", {**given, "q0": "Returns"})
    conversation = Conversation.objects.get()
    assert done["Location"] == f"/portal/conversations/{conversation.number}/"
    assert (conversation.customer, conversation.inbox, conversation.subject) == (kim, inbox, "Return")
    assert conversation.messages.get().text == "Too bright.\n\nTopic: Returns"


def test_kim_agrees_in_the_portal_too(kim, portal, inbox, enter):
    purposes()
    box = {"consent_purpose": "newsletter", "consent_way": "email", "consent_text": "Yes, write to me."}
    portal.form = Channel.objects.create(kind="form", inbox=inbox, name="Contact", settings=box)
    portal.save()
    browser = enter()
    page = browser.get("/portal/new/")
    assert "Yes, write to me." in words(page)
    shown = re.search(r'name="consent_shown" value="([^"]+)"', page.content.decode())[1]
    given = {"stamp": stamp_in(page), "subject": "News", "message": "Please.", "consent_shown": shown}
    browser.post("/portal/new/", given)
    assert not kim.consents.exists()
    browser.post("/portal/new/", {**given, "stamp": stamp_in(browser.get("/portal/new/")), "consent": "on"})
    agreed = kim.consents.get()
    assert (agreed.text, agreed.where, agreed.address) == ("Yes, write to me.", "Contact", "kim@studio.example")


def test_kim_begins_without_a_form_too(kim, inbox, enter):
    browser = enter()
    given = {"stamp": stamp_in(browser.get("/portal/new/")), "subject": "Hello", "message": "Is anybody there?"}
    assert browser.post("/portal/new/", given).status_code == 303
    assert Conversation.objects.get().inbox == inbox


def test_kim_says_that_it_is_solved(lamp, enter):
    browser = enter()
    for _ in range(2):
        assert browser.post(f"/portal/conversations/{lamp.number}/solution/").status_code == 303
    lamp.refresh_from_db()
    assert lamp.is_closed
    assert lamp.closures.count() == 1
    assert "Write again" in words(browser.get(f"/portal/conversations/{lamp.number}/"))


def test_kim_reads_in_her_language(lamp, enter):
    browser = enter()
    assert browser.post("/portal/preferences/", {"language": "tlh"}).status_code == 422
    assert browser.post("/portal/preferences/", {"language": "zh-hans"}).status_code == 303
    assert 'lang="zh-hans"' in browser.get("/portal/").content.decode()
    assert 'lang="en"' in Client().get("/portal/sign-in/").content.decode()


# -- Strangers -------------------------------------------------------------------------------------

PLACES = [
    ("get", "/portal/conversations/{number}/"),
    ("post", "/portal/conversations/{number}/"),
    ("post", "/portal/conversations/{number}/solution/"),
    ("get", "/portal/conversations/{number}/files/{file}/"),
]


@pytest.mark.parametrize(("method", "path"), PLACES)
def test_eve_finds_nothing_of_kims_and_nobody_finds_anything(lamp, say, inbox, enter, method, path):
    say(lamp, files=[kept()])
    meet(kind=IdentityKind.EMAIL, value="eve@other.example", name="Eve")
    place = path.format(number=lamp.number, file=Attachment.objects.get().pk)
    eve = enter("eve@other.example")
    given = {"message": "Hello", "stamp": stamp_in(eve.get("/portal/new/"))}
    assert getattr(eve, method)(place, given).status_code == 404
    nobody = getattr(Client(), method)(place, given)
    assert (nobody.status_code, nobody["Location"]) == (302, "/portal/sign-in/")
    assert Message.objects.filter(direction="in").count() == 1
    lamp.refresh_from_db()
    assert not lamp.is_closed
    assert "Flickering" not in words(eve.get("/portal/"))


def test_a_file_of_hers_is_not_found_below_another_conversation(lamp, write, say, enter):
    say(lamp, files=[kept()])
    other = write("Another matter.", subject="Other")
    place = f"/portal/conversations/{other.number}/files/{Attachment.objects.get().pk}/"
    assert enter().get(place).status_code == 404


def test_junk_and_what_became_a_part_of_another_are_not_shown(lamp, ada, enter):
    conversations.junk(lamp, by=ada)
    assert enter().get(f"/portal/conversations/{lamp.number}/").status_code == 404


def test_whoever_mistyped_their_address_shows_nothing_to_its_owner(inbox, write, enter):
    wren = meet(kind=IdentityKind.EMAIL, value="wren@studio.example", name="Wren", verified=True)
    private = write("My bill, please.", subject="Bill", by=wren)
    assert said_to_be(wren, kind=IdentityKind.EMAIL, value="lee@studio.example")
    lee = enter("lee@studio.example")
    assert "Bill" not in words(lee.get("/portal/"))
    assert lee.get(f"/portal/conversations/{private.number}/").status_code == 404
    theirs = write("Hello, it is Lee.", subject="Mine", by=wren, address="lee@studio.example")
    assert "Mine" in words(lee.get("/portal/"))
    page = words(lee.get(f"/portal/conversations/{theirs.number}/"))
    assert "it is Lee" in page


def test_a_stamp_of_eves_page_is_none_for_kim(lamp, inbox, enter, answer):
    meet(kind=IdentityKind.EMAIL, value="eve@other.example", name="Eve")
    stamp = stamp_in(enter("eve@other.example").get("/portal/new/"))
    assert answer(lamp, stamp=stamp, message="Hello").status_code == 422


def test_the_list_asks_as_often_for_twenty_as_for_one(lamp, write, enter, django_assert_max_num_queries):
    for number in range(24):
        write("Hello", subject=f"Matter {number}")
    browser = enter()
    with django_assert_max_num_queries(9):
        first = browser.get("/portal/")
    assert words(first).count("Matter") == 20
    assert "Matter 0" in words(browser.get("/portal/?page=2"))
