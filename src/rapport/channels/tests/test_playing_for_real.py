"""Somebody played at the other side of a running Rapport: by the command, and by hand where the line breaks."""

import json
import queue
import socket
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import expect

from rapport.channels.kinds.chat.simulator import ChatSimulator
from rapport.channels.tests import playing_scene

pytestmark = pytest.mark.on_both_databases


def wait_until(true, seconds=30):
    deadline = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)
    return found


@pytest.fixture(scope="module")
def desk(live_rapport):
    wait_until(lambda: is_open(live_rapport.smtp))
    return live_rapport


def is_open(address):
    try:
        socket.create_connection(address, timeout=1).close()
    except OSError:
        return False
    return True


@pytest.fixture
def kim(desk):
    """On a page with a chat of its own."""
    with ChatSimulator().stage() as stage:
        made = dict(stage.simulator.settings(stage.api))
        stage.simulator.push_url = desk.call(playing_scene.connect, kind="chat", settings=made)
        stage.arrive()
        yield stage


@pytest.fixture
def talk(desk, kim, request):
    text = f"Does it come in green? ({request.node.name})"
    kim.say(text)
    return desk.call(playing_scene.find, text=text)


def hear(stage, wanted, seconds=30):
    """What is wanted of what Kim sees, and all that came before it."""
    seen = []
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            seen.append(stage.simulator.heard.get(timeout=0.5))
        except queue.Empty:
            continue
        if wanted(seen[-1]):
            return seen
    raise AssertionError(f"only {seen}")


def test_kims_letter_and_adas_answer_by_the_command(desk):
    words = ("channel", "simulate", "email", "--json", "--wait", "30")

    def ada_answers():
        found = wait_until(lambda: desk.call(playing_scene.find, text="The lamp flickers"))
        desk.call(playing_scene.answer, conversation=found, text="Turn it off and on.")
        return found

    with ThreadPoolExecutor(1) as beside:
        answered = beside.submit(ada_answers)
        done = desk.run(*words, "--say", "The lamp flickers", "--say", "It is the Arc")
    (heard,) = [json.loads(line) for line in done.stdout.splitlines()]
    desk.run(*words[:-3], "--say", "That helped")
    assert "Re: The lamp flickers\nTurn it off and on." in heard["text"]

    def heard_by_ada():
        told = desk.call(playing_scene.said, conversation=answered.result())
        return [text for way, text in told if way == "in"]

    wait_until(lambda: len(heard_by_ada()) == 3)
    assert heard_by_ada() == ["The lamp flickers", "It is the Arc", "That helped"]
    assert desk.call(playing_scene.states, conversation=answered.result())[0][0] == "sent"


def test_ada_types_answers_and_reads_and_kim_sees_it(desk, kim, talk):
    desk.call(playing_scene.type_in, conversation=talk)
    hear(kim, lambda each: (each.sign, each.text) == ("typing", "Ada is typing"))
    desk.call(playing_scene.answer, conversation=talk, text="Yes, since May.")
    hear(kim, lambda each: (each.sign, each.text) == ("", "Yes, since May."))
    wait_until(lambda: desk.call(playing_scene.states, conversation=talk)[-1] == ["sent", True, True])
    desk.call(playing_scene.read, conversation=talk)
    hear(kim, lambda each: each.sign == "read")


def test_what_ada_says_while_the_line_is_cut_is_heard_once(desk, kim, talk):
    for number in range(3):
        kim.hang_up()
        desk.call(playing_scene.answer, conversation=talk, text=f"Line {number}")
    # Each leaves by a job of its own, and the jobs of one second run beside each other.
    missing = {"Line 0", "Line 1", "Line 2"}
    hear(kim, lambda each: missing.discard(each.text) or not missing)
    kim.hang_up()
    desk.call(playing_scene.answer, conversation=talk, text="Still there?")
    seen = hear(kim, lambda each: each.text == "Still there?")
    assert not [each for each in seen if each.text.startswith("Line")]
    kim.say("Yes, in a tunnel")
    told = desk.call(playing_scene.said, conversation=talk)
    assert told[-1] == ["in", "Yes, in a tunnel"]
    assert [text for way, text in told if way == "out"][-4:] == ["Line 0", "Line 1", "Line 2", "Still there?"]


def test_the_same_chat_is_in_the_corner_of_kims_page_for_a_browser(kim, page):
    page.goto(f"{kim.api}/")
    page.get_by_role("button", name="Chat with us").click()
    expect(page.get_by_role("button", name="Start a conversation")).to_be_visible()


def test_kim_is_asked_how_it_went_and_says_so(desk, kim, talk):
    desk.call(playing_scene.close, conversation=talk)
    hear(kim, lambda each: each.sign == "rate")
    assert [said.status_code for said in kim.say("/rate 5 Fast help")] == [204]
    assert [talk, 5, "Fast help"] in desk.call(playing_scene.ratings)


def test_kim_hears_by_the_next_run_of_the_command_what_was_said_meanwhile(desk):
    words = ("channel", "simulate", "chat", "--json")
    desk.run(*words, "--say", "/new Do you ship to Oslo?")
    found = desk.call(playing_scene.find, text="Do you ship to Oslo?")
    assert desk.call(playing_scene.said, conversation=found) == [["in", "Do you ship to Oslo?"]]
    desk.call(playing_scene.answer, conversation=found, text="We do.")
    wait_until(lambda: desk.call(playing_scene.states, conversation=found)[0][0] == "sent")
    done = desk.run(*words, "--say", "Good", "--wait", "5")
    assert [json.loads(line)["text"] for line in done.stdout.splitlines()] == ["We do."]
    assert desk.call(playing_scene.said, conversation=found)[-1] == ["in", "Good"]
