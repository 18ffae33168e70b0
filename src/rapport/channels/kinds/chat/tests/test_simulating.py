"""A visitor played on this machine, at the desk's own door for visitors: over real sockets, but for the stream."""

import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from urllib.parse import urlsplit

import httpx
import pytest

from rapport.channels.guests import Visitor
from rapport.channels.kinds.chat.page import _events
from rapport.channels.kinds.chat.simulator import ChatSimulator
from rapport.channels.models import Channel, Delivery
from rapport.channels.simulating import CannotSay, SentFile, Stage
from rapport.conversations.models import Message

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def stage(live_server, inbox):
    with ChatSimulator().stage() as stage:
        made = dict(stage.simulator.settings(stage.api))
        channel = Channel.objects.create(kind="chat", inbox=inbox, name="Chat", settings=made, simulated_at=stage.api)
        stage.simulator.push_url = f"{live_server.url}/in/chat/{channel.key}/"
        yield stage


@pytest.fixture
def kim(stage):
    """Known to the desk, and not listening."""
    assert [said.status_code for said in Stage.arrive(stage)] == [200, 200]
    return stage.simulator


@contextmanager
def tunnel(port, *, loses):
    """A way to this port on which so many answers are lost after the question got through."""
    left = [loses]
    door = socket.create_server(("127.0.0.1", 0))

    def carry():
        while True:
            try:
                near, _ = door.accept()
            except OSError:
                return
            with near, socket.create_connection(("127.0.0.1", port)) as far:
                threading.Thread(target=_pump, args=(near, far), daemon=True).start()
                answer = far.recv(65536)
                if left[0]:
                    left[0] -= 1
                    near.shutdown(socket.SHUT_RDWR)
                    continue
                while answer:
                    near.sendall(answer)
                    answer = far.recv(65536)

    thread = threading.Thread(target=carry, daemon=True)
    thread.start()
    try:
        yield door.getsockname()[1]
    finally:
        door.shutdown(socket.SHUT_RDWR)
        door.close()
        thread.join(5)


def _pump(near, far):
    try:
        while said := near.recv(65536):
            far.sendall(said)
    except OSError:
        return


def test_kim_writes_with_a_picture_and_is_the_same_visitor_the_next_time(stage, kim):
    picture = SentFile("lamp.png", "image/png", b"\x89PNG" + bytes(range(256)))
    assert [said.status_code for said in stage.say("Does it come in green?", [picture])] == [200]
    message = Message.objects.get()
    assert (message.text, message.author_name) == ("Does it come in green?", "Kim Park")
    assert [each.size for each in message.attachments.all()] == [260]
    assert Visitor.objects.get().typing == "Does it come in green?"
    again = ChatSimulator()
    again.api, again.push_url = kim.api, kim.push_url
    stage.simulator = again
    Stage.arrive(stage)
    assert (again.visitor, again.exchange) == (kim.visitor, kim.exchange)
    stage.say("Or in blue?")
    assert Message.objects.order_by("id").last().conversation == message.conversation
    stage.say("/new And do you ship to Oslo?")
    assert Message.objects.order_by("id").last().conversation != message.conversation


def test_another_site_another_key_and_nobodys_session_are_refused_and_nothing_is_stored(stage, kim):
    (message,) = kim.says("Let me in")
    forged = {**message.headers, "Authorization": message.headers["Authorization"][:-3] + "AAA"}
    strangers = {
        "another site": (replace(message, headers={**message.headers, "Origin": "https://evil.example"}), 403),
        "another key": (replace(message, path="/chat/nobodys-key/messages"), 404),
        "a forged session": (replace(message, headers=forged), 401),
        "another's name": (replace(message, body=message.body.replace(kim.visitor.encode(), b"visitor-9")), 401),
    }
    for who, (push, status) in strangers.items():
        assert stage.push(push).status_code == status, who
    assert not Delivery.objects.exists()


def test_nobody_says_without_the_sites_signature_that_they_are_kim(stage):
    (session,) = stage.simulator.arrives()
    body = session.body.replace(b'"id": "kim-17"', b'"id": "kim-18"')
    assert stage.push(replace(session, body=body)).status_code == 401
    assert not Visitor.objects.exists()


def test_a_message_that_is_posted_again_and_again_at_once_is_there_once(stage, kim):
    (message,) = kim.says("The lamp flickers")
    with ThreadPoolExecutor(4) as at_once:
        said = list(at_once.map(stage.push, [message] * 8))
    assert {each.status_code for each in said} == {200}
    assert [each.text for each in Message.objects.all()] == ["The lamp flickers"]


def test_what_got_through_while_its_answer_was_lost_is_sent_again_and_is_there_once(stage, kim, live_server):
    port = urlsplit(live_server.url).port
    (message,) = kim.says("The lamp flickers")
    with tunnel(port, loses=2) as way:
        kim.push_url = kim.push_url.replace(str(port), str(way))
        assert stage.push(message).status_code == 200
    assert Delivery.objects.count() == 3
    assert [each.text for each in Message.objects.all()] == ["The lamp flickers"]


@pytest.mark.parametrize("body", [b"", b"\x00\x01", b"\xff" * 1000, b"[]", b"{"])
def test_what_makes_no_sense_is_kept_apart_with_its_bytes(stage, kim, body):
    (message,) = kim.says("Hello")
    assert stage.push(replace(message, body=body)).status_code == 200
    kept = Delivery.objects.get()
    assert (kept.state, bytes(kept.body)) == ("quarantined", body)
    assert not Message.objects.exists()


def test_what_makes_no_message_is_told_to_whoever_typed_it(stage, kim):
    for typed in ("/rate 5", "/new"):
        with pytest.raises(CannotSay):
            stage.say(typed)
    assert not Delivery.objects.exists()


def test_a_rating_that_is_none_is_refused_in_words(stage, kim):
    stage.say("Hello")
    (said,) = stage.say("/rate 9")
    assert (said.status_code, "score from 1 to 5" in said.text) == (400, True)


def test_the_desk_is_asked_again_for_some_seconds_and_then_it_is_said(stage, kim):
    kim.push_url = "http://127.0.0.1:1/in/chat/key/"
    with pytest.raises(httpx.TransportError):
        stage.say("Is anybody there?")


def test_the_page_with_the_chat_is_there_for_a_browser(stage, live_server):
    page = httpx.get(f"{stage.api}/", trust_env=False)
    assert page.headers["Content-Type"].startswith("text/html")
    assert f'src="{live_server.url}/widget.js" data-key="{Channel.objects.get().key}"' in page.text
    assert httpx.get(f"{stage.api}/other", trust_env=False).status_code == 404


def told(**said):
    return {"id": "m1", "exchange": "e1", "me": False, "by": "Ada", "text": "Yes.", "gone": False, "files": []} | said


def test_an_answer_is_shown_once_however_often_it_is_told(stage):
    kim = stage.simulator
    assert [push.path.rpartition("/")[2] for push in kim.hears("message", told())] == ["messages"] * 2
    assert kim.hears("message", told()) == ()
    assert kim.hears("message", told(id="m2", me=True)) == ()
    assert (kim.heard.get_nowait().text, kim.heard.empty()) == ("Yes.", True)


def test_kim_sees_what_is_changed_and_what_is_taken_back(stage):
    kim = stage.simulator
    for said in (told(), told(text="Yes, since May."), told(text="", gone=True)):
        kim.hears("changed", said)
    shown = [kim.heard.get_nowait() for _ in range(3)]
    assert [each.text for each in shown] == ["Yes.", "It was changed: Yes, since May.", "It was taken back"]
    assert [each.sign for each in shown] == ["", "changed", "changed"]


def test_a_stream_that_breaks_off_in_an_event_tells_nothing_of_it():
    lines = ["retry: 1000", "", ": still here", "", "id: 7", "event: state", 'data: {"word": "closed"}', "", "id: 8"]
    assert list(_events(lines)) == [(7, "state", {"word": "closed"})]
