"""A person who fills in the form, played on this machine, at the desk's own public page, over real sockets."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import httpx
import pytest
from click.testing import CliRunner

from rapport.channels.contact import doubting, stamping
from rapport.channels.kinds.form import page as playing_page
from rapport.channels.kinds.form.simulator import EMAIL, FormSimulator
from rapport.channels.models import Channel, Delivery
from rapport.channels.playing import channel as command
from rapport.channels.simulating import CannotSay, SentFile
from rapport.conversations.models import Conversation, Message

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _nobody_has_asked_yet():
    for limit in (doubting._BY_PLACE, doubting._BY_PERSON, doubting._BY_DOMAIN):
        limit.forget()


@pytest.fixture
def quick(monkeypatch):
    """People are as fast as machines."""
    monkeypatch.setattr(stamping, "SHORTEST", 0)
    monkeypatch.setattr(playing_page, "_MARGIN", 0)


@pytest.fixture
def form(inbox):
    return Channel.objects.create(kind="form", inbox=inbox, name="Contact")


@pytest.fixture
def stage(live_server, form):
    with FormSimulator().stage() as stage:
        form.settings, form.simulated_at = dict(stage.simulator.settings(stage.api)), stage.api
        form.save()
        stage.simulator.push_url = f"{live_server.url}/in/form/{form.key}/"
        yield stage


@pytest.fixture
def kim(stage, quick):
    """Has opened the page."""
    assert [said.status_code for said in stage.arrive()] == [200]
    return stage.simulator


def ask(form, **settings):
    form.settings = {**form.settings, **settings}
    form.save()


def shown(kim):
    found = []
    while not kim.heard.empty():
        found.append(kim.heard.get_nowait())
    return found


def test_kim_opens_the_page_writes_and_is_thanked_with_a_reference(stage, kim):
    picture = SentFile('the "lamp".png', "image/png", b"\x89PNG\r\n--" + bytes(range(256)))
    assert [said.status_code for said in stage.say("The lamp flickers.\nOnly at night.", [picture])] == [200]
    message = Message.objects.get()
    assert (message.author_name, message.author_address) == ("Kim Park", EMAIL)
    assert message.text.splitlines() == ["The lamp flickers.", "Only at night."]
    assert [each.size for each in message.attachments.all()] == [len(picture.body)]
    asked, thanks = shown(kim)
    assert (asked.sign, "Your email [email]" in asked.text, "website" in asked.text) == ("form", True, False)
    assert (thanks.sign, f"#{Conversation.objects.get().number}" in thanks.text) == ("thanks", True)
    assert "We have your message, and answer by mail." in thanks.text


def test_each_message_is_one_of_its_own_though_the_page_was_left_open(stage, kim):
    for text in ("The lamp flickers.", "And it hums."):
        stage.say(text)
    assert Conversation.objects.count() == 2


def test_kim_waits_for_as_long_as_people_write_and_who_does_not_is_refused(stage):
    stage.arrive()
    (message,) = stage.simulator.says("Faster than people")
    refused = httpx.post(
        *(f"{stage.simulator.push_url.partition('/in/')[0]}{message.path}?embed",),
        content=message.body,
        headers=dict(message.headers),
        trust_env=False,
    )
    assert (refused.status_code, "faster than people write" in refused.text) == (422, True)
    stage.say("The lamp flickers.")
    assert [each.text for each in Message.objects.all()] == ["The lamp flickers."]


def test_which_fields_are_refused_is_said_in_the_words_of_the_page_and_then_it_is_sent_again(stage, kim):
    stage.say("/fill email nobody")
    stage.say("/fill subject")
    with pytest.raises(CannotSay) as refused:
        stage.say("The lamp flickers.")
    assert "Your email [email]: Enter a valid email address." in str(refused.value)
    assert "Subject [subject]: This field is required." in str(refused.value)
    assert not Delivery.objects.exists()
    stage.say("/fill email wren@studio.example")
    stage.say("/fill subject My Arc")
    stage.say("The lamp flickers.")
    assert Message.objects.get().author_address == "wren@studio.example"
    assert Conversation.objects.get().subject == "My Arc"


def test_a_choice_that_has_to_be_made_is_made_and_another_where_somebody_says_so(stage, form, quick):
    topic = {"label": "Topic", "key": "", "is_required": True, "choices": ["An order", "A repair"]}
    ask(form, questions=[topic])
    stage.say("One lamp")
    stage.say("/fill q0 A repair")
    stage.say("Two lamps")
    said = [message.text for message in Message.objects.order_by("id")]
    assert said == ["One lamp\n\nTopic: An order", "Two lamps\n\nTopic: A repair"]


def test_what_the_form_does_not_ask_cannot_be_filled_in(stage, kim):
    for typed in ("/fill", "/fill age 40", "/fill stamp x", "/fill website x", "/fill message Hello"):
        with pytest.raises(CannotSay):
            stage.say(typed)
    with pytest.raises(CannotSay, match="no words"):
        stage.say("", [SentFile("a.txt", "text/plain", b"a")])
    assert not Delivery.objects.exists()


def test_a_form_that_takes_no_files_and_asks_no_name_is_filled_in_as_it_is(stage, form, quick):
    ask(form, takes_files=False, ask_name="no", ask_subject="no", questions=[])
    stage.arrive()
    with pytest.raises(CannotSay, match="takes no files"):
        stage.say("Look", [SentFile("a.txt", "text/plain", b"a")])
    stage.say("The lamp flickers.")
    assert (Message.objects.get().text, Message.objects.get().author_name) == ("The lamp flickers.", "")


def test_files_that_are_too_large_are_refused_in_the_words_of_the_page(stage, form, quick):
    ask(form, megabytes=1)
    for size in (1_200_000, 2_200_000):
        with pytest.raises(CannotSay, match="larger than 1 MB"):
            stage.say("Look", [SentFile("a.bin", "application/octet-stream", b"a" * size)])
    assert not Delivery.objects.exists()


def test_the_sixth_message_of_an_hour_has_to_wait(stage, kim):
    for number in range(5):
        stage.say(f"Number {number}")
    with pytest.raises(CannotSay, match="Too much was sent from here just now"):
        stage.say("Number 6")
    assert Message.objects.count() == 5


def test_one_page_that_is_sent_again_and_again_at_once_is_there_once(stage, kim):
    (message,) = kim.says("The lamp flickers.")
    with ThreadPoolExecutor(4) as at_once:
        said = list(at_once.map(stage.push, [message] * 5))
    assert {each.status_code for each in said} == {200}
    assert Message.objects.count() == 1


def test_a_machine_that_fills_in_every_field_lands_in_the_junk(stage, kim):
    (message,) = kim.says("Cheap lamps")
    trapped = re.sub(rb'(name="website"\r\n\r\n)', rb"\1https://lamps.example", message.body)
    assert stage.push(replace(message, body=trapped)).status_code == 200
    assert Conversation.objects.get().junk_reason == "suspect"


def test_another_forms_stamp_is_none_here(stage, kim, form, inbox, live_server):
    (message,) = kim.says("Let me in")
    other = Channel.objects.create(kind="form", inbox=inbox, name="Other", settings=form.settings)
    said = stage.push(replace(message, path=message.path.replace(form.key, other.key)))
    assert said.status_code == 422
    assert not Delivery.objects.exists()


def test_a_form_that_is_closed_or_gone_says_so(stage, kim, form):
    form.paused_at = form.created_at
    form.save()
    with pytest.raises(CannotSay, match="This form is closed"):
        stage.say("Hello")
    form.delete()
    with pytest.raises(CannotSay, match="There is no form here"):
        stage.say("Hello")


def test_the_page_with_the_form_is_there_for_a_browser(stage, live_server, form):
    page = httpx.get(f"{stage.api}/", trust_env=False)
    assert page.headers["Content-Type"].startswith("text/html")
    address = f"{live_server.url}/forms/{form.key}/?embed"
    assert f'src="{address}"' in page.text
    framed = httpx.get(address, trust_env=False).headers["Content-Security-Policy"]
    assert stage.api in framed[framed.index("frame-ancestors") :]
    assert httpx.get(f"{stage.api}/other", trust_env=False).status_code == 404


def test_from_a_terminal_it_says_that_answers_leave_by_mail_and_shows_the_thanks(live_server, inbox, quick):
    typed = "/fill email nobody\nHello\n/fill email kim@studio.example\nThe lamp flickers.\n"
    done = CliRunner().invoke(command, ["simulate", "form", "--at", live_server.url], input=typed)
    assert done.exit_code == 0, done.output
    for words in ("A form carries no answers: they leave by mail", "Enter a valid email address", "· Thank you"):
        assert words in done.output
    assert Message.objects.get().text == "The lamp flickers."


def test_where_nothing_runs_it_says_what_to_do(db):
    done = CliRunner().invoke(command, ["simulate", "form", "--at", "http://127.0.0.1:1", "--say", "Hello"])
    assert (done.exit_code, "Start it with `rapport up`" in done.output) == (1, True)
