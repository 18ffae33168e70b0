"""Kim fills in a form on the company's site, and is answered by mail."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile

from rapport.backbone.custom_fields.defining import Definition, define
from rapport.backbone.jobs import run_pending
from rapport.channels import actions
from rapport.channels.contact import doubting, questions
from rapport.channels.contact.drawing import ContactForm as Form
from rapport.channels.errors import CannotDeliver
from rapport.channels.kinds.form.kind import ContactForm
from rapport.channels.models import Channel, Delivery, Dispatch
from rapport.conversations.fields import FIELDS
from rapport.conversations.models import Conversation
from rapport.kit import clock

HERE = Path(__file__).parent
SETTINGS = {"ask_name": "optional", "ask_subject": "required", "takes_files": True, "megabytes": 1, "most_links": 2}
kind = ContactForm()


@pytest.fixture(autouse=True)
def _nobody_has_asked_yet():
    for limit in (doubting._BY_PLACE, doubting._BY_PERSON, doubting._BY_DOMAIN):
        limit.forget()


@pytest.fixture
def form(inbox):
    return Channel.objects.create(kind="form", inbox=inbox, name="Contact", settings=SETTINGS)


@pytest.fixture
def send(client, form):
    """Open the page, write for a while, and send it: answers what the page says then."""

    def sent(*, after=30, stamp=None, query="", **said):
        page = client.get(f"/forms/{form.key}/{query}").content.decode()
        given = re.search(r'name="stamp" value="([^"]+)"', page)[1] if stamp is None else stamp
        filled = {"name": "Kim Park", "email": "kim@studio.example", "subject": "Order", "message": "Where is it?"}
        with clock.frozen(clock.now() + timedelta(seconds=after)):
            return client.post(f"/forms/{form.key}/{query}", {**filled, "stamp": given, **said})

    return sent


def words(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


# -- What is sent ----------------------------------------------------------------------------------


def test_kim_sends_the_form_and_gets_a_reference(client, form, send):
    answer = send()
    assert answer.status_code == 303
    thanks = client.get(answer["Location"])
    conversation = Conversation.objects.get()
    assert f"#{conversation.number}" in words(thanks)
    assert (conversation.subject, conversation.customer.email) == ("Order", "kim@studio.example")
    delivery = Delivery.objects.get()
    assert (delivery.channel, delivery.outcome, delivery.message.text) == (form, "created", "Where is it?")


def test_what_is_sent_twice_by_one_page_counts_once(client, form, send):
    page = client.get(f"/forms/{form.key}/").content.decode()
    stamp = re.search(r'name="stamp" value="([^"]+)"', page)[1]
    first, second = send(stamp=stamp), send(stamp=stamp)
    assert Conversation.objects.count() == 1
    number = Conversation.objects.get().number
    assert all(f"#{number}" in words(client.get(each["Location"])) for each in (first, second))


def test_files_come_along_up_to_a_limit(client, send):
    photo = SimpleUploadedFile("lamp.jpg", b"\xff\xd8" + b"x" * 2000, "image/jpeg")
    note = SimpleUploadedFile("a/b.txt", b"note", "text/plain")
    assert send(files=[photo, note]).status_code == 303
    found = Conversation.objects.get().messages.get().attachments.order_by("id")
    assert [(each.name, each.content_type, each.size) for each in found] == [
        ("lamp.jpg", "image/jpeg", 2002),
        ("b.txt", "text/plain", 4),
    ]
    large = SimpleUploadedFile("large.bin", b"x" * (1024 * 1024 + 1), "application/octet-stream")
    refused = send(files=[large])
    assert refused.status_code == 422
    assert "larger than 1 MB" in words(refused)
    assert "Choose the files once more" in words(refused)
    huge = SimpleUploadedFile("huge.bin", b"x" * (3 * 1024 * 1024), "application/octet-stream")
    assert send(files=[huge]).status_code == 413
    assert Conversation.objects.count() == 1


def test_what_is_missing_is_said_beside_it_and_nothing_typed_is_lost(send):
    answer = send(email="kim@", subject="")
    assert answer.status_code == 422
    assert "Enter a valid email address" in words(answer)
    assert "Where is it?" in answer.content.decode()
    assert not Delivery.objects.exists()


def test_questions_stand_below_and_fields_of_ours_are_filled_in(form, send):
    define(FIELDS, Definition("Order number", "text", key="order_number", help="On the bill."))
    define(FIELDS, Definition("Model", "choice", key="model", choices=("Arc", "Bow")))
    asked = questions.parse("Topic*: Order | Returns\nWhere did you buy it?\n[order_number]*\n[model]")
    form.settings = {**SETTINGS, "questions": asked}
    form.save()
    assert send(q0="Fax", q2="4711").status_code == 422
    assert send(q0="Order", q1="Gothenburg", q2="4711", q3="Bow").status_code == 303
    conversation = Conversation.objects.get()
    assert conversation.messages.get().text == "Where is it?\n\nTopic: Order\nWhere did you buy it?: Gothenburg"
    assert FIELDS.plainly(conversation) == {"order_number": "4711", "model": "Bow"}


@pytest.mark.parametrize(
    ("kind_of_field", "good", "bad"),
    [
        ("number", "7.5", "many"),
        ("date", "2026-11-30", "soon"),
        ("link", "https://a.example", "x y"),
        ("yes_no", "yes", "?"),
    ],
)
def test_every_kind_of_field_can_be_asked_for(db, kind_of_field, good, bad):
    define(FIELDS, Definition("Thing", kind_of_field, key="thing"))
    settings = {"ask_subject": "no", "questions": questions.parse("[thing]*")}
    filled = {"email": "kim@studio.example", "message": "Hello"}
    assert not Form(settings, {**filled, "q0": bad}).is_valid()
    form = Form(settings, {**filled, "q0": good})
    assert form.is_valid(), form.errors
    said = form.said(name="n", trap="", language="en")
    conversation_field = FIELDS.present.get()
    assert said.fields == {conversation_field.key: good}


# -- Spam ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "said",
    [
        {"website": "https://pills.example"},
        {"name": "Win now https://pills.example"},
        {"subject": "www.pills.example"},
        {"message": "[url=https://pills.example]pills[/url]"},
        {"message": "http://a.example http://b.example www.c.example"},
    ],
)
def test_what_looks_like_a_machines_is_kept_as_junk_and_says_thank_you_all_the_same(send, said):
    assert send(**said).status_code == 303
    conversation = Conversation.objects.get()
    assert (conversation.junk_reason, bool(conversation.junk_at)) == ("suspect", True)
    assert Delivery.objects.get().reason


@pytest.mark.parametrize(
    ("said", "words_of_it"),
    [
        ({"after": 1}, "faster than people write"),
        ({"after": 25 * 3600}, "open for long"),
        ({"stamp": ""}, "open for long"),
        ({"stamp": "made:up"}, "open for long"),
    ],
)
def test_without_a_good_stamp_it_has_to_be_sent_again(send, said, words_of_it):
    answer = send(**said)
    assert answer.status_code == 422
    assert words_of_it in words(answer)
    assert "Where is it?" in answer.content.decode()
    assert not Delivery.objects.exists()


def test_the_stamp_of_one_form_is_none_for_another(client, form, send, inbox):
    other = Channel.objects.create(kind="form", inbox=inbox, name="Other", settings=SETTINGS)
    page = client.get(f"/forms/{other.key}/").content.decode()
    assert send(stamp=re.search(r'name="stamp" value="([^"]+)"', page)[1]).status_code == 422


def test_nobody_sends_message_after_message(send):
    assert [send().status_code for _ in range(6)] == [303] * 5 + [429]
    assert send(email="lee@other.example").status_code == 303


def test_an_address_of_ours_is_none_to_answer_to(mailbox, send):
    answer = send(email="support+x@lampwright.example")
    assert answer.status_code == 422
    assert "address of ours" in words(answer)


def test_the_confirmation_holds_nothing_that_was_typed(inbox, post, send):
    cache.clear()
    inbox.acknowledgement = "We have it as {{ number }}."
    inbox.save()
    for _ in range(3):
        send(name="Cheap pills", subject="Cheap pills", message="Cheap pills", email="lee@bombed.example")
    with clock.frozen(clock.now() + timedelta(minutes=1)):
        run_pending(strict=True)
    (mail,) = post.received
    assert mail["To"] == "lee@bombed.example"
    assert b"pills" not in post.raw[0]


# -- Answers ---------------------------------------------------------------------------------------


def test_ada_answers_by_mail_and_kims_answer_comes_back(ada, post, send, arrive):
    send()
    conversation = Conversation.objects.get()
    actions.reply(conversation, by=ada, text="On Friday.", undo_seconds=0)
    run_pending(strict=True)
    (mail,) = post.received
    assert (mail["To"], mail["Subject"]) == ("Kim Park <kim@studio.example>", "Re: Order")
    assert Dispatch.objects.get().channel.kind == "email"
    back = arrive("Thank you, on Friday then. Who brings it?", answers=mail["Message-ID"].strip("<>"))
    assert back.message.conversation == conversation


def test_without_a_mailbox_ada_reads_whose_turn_it_is(ada, send):
    send()
    actions.reply(Conversation.objects.get(), by=ada, text="On Friday.", undo_seconds=0)
    run_pending(strict=False)
    assert Dispatch.objects.get().state in ("failed", "queued")
    with pytest.raises(CannotDeliver, match="administrator connects"):
        kind.send(None, {})


# -- The page --------------------------------------------------------------------------------------


def test_the_page_speaks_the_visitors_language_and_the_companys_words(client, form):
    form.settings = {
        **SETTINGS,
        "heading": "Ask us\nzh-hans: 写信给我们",
        "privacy_url": "https://shop.example/privacy",
    }
    form.save()
    english = client.get(f"/forms/{form.key}/").content.decode()
    assert "<h1>Ask us</h1>" in english
    assert "https://shop.example/privacy" in english
    chinese = client.get(f"/forms/{form.key}/", headers={"Accept-Language": "zh-CN,zh;q=0.9"}).content.decode()
    assert "<h1>写信给我们</h1>" in chinese
    assert 'lang="zh-hans"' in chinese


def test_only_the_sites_of_the_settings_may_frame_it(client, form, send):
    assert "frame-ancestors *" in client.get(f"/forms/{form.key}/?embed")["Content-Security-Policy"]
    form.settings = {**SETTINGS, "origins": ["https://shop.example"]}
    form.save()
    page = client.get(f"/forms/{form.key}/?embed")
    assert "frame-ancestors 'self' https://shop.example" in page["Content-Security-Policy"]
    assert "X-Frame-Options" not in page
    assert b"form-frame" in page.content
    thanks = client.get(send(query="?embed")["Location"])
    assert b"form-frame" in thanks.content
    assert "frame-ancestors 'self' https://shop.example" in thanks["Content-Security-Policy"]


def test_a_form_that_is_closed_or_gone_says_so(client, form, mailbox):
    Channel.objects.filter(pk=form.pk).update(paused_at=clock.now())
    assert client.get(f"/forms/{form.key}/").status_code == 410
    assert client.post(f"/forms/{form.key}/", {}).status_code == 410
    for key in ("nothing", mailbox.key):
        assert client.get(f"/forms/{key}/").status_code == 404
        assert client.get(f"/forms/{key}/thanks/").status_code == 404


def test_nobody_reads_a_reference_by_counting(client, form):
    for ref in ("", "7", "7:abc:def"):
        assert "#" not in words(client.get(f"/forms/{form.key}/thanks/", {"ref": ref}))


def test_the_script_of_a_frame_may_be_kept_by_browsers(client):
    script = client.get("/forms/embed.js")
    assert script["Content-Type"].startswith("text/javascript")
    assert b"data-rapport-form" in script.content
