"""`rapport channel`: what somebody sees who tries a channel from a terminal."""

import json
from email import message_from_bytes

import pytest
from click.testing import CliRunner

from rapport.channels.models import Channel, Delivery
from rapport.channels.playing import channel


@pytest.fixture
def run():
    return lambda *words: CliRunner().invoke(channel, words)


@pytest.mark.django_db(transaction=True)
def test_what_is_said_on_the_command_line_arrives_signed_at_the_running_product(run, live_server, inbox):
    for _ in range(2):
        done = run("simulate", "telegram", "--at", live_server.url, "--say", "The lamp flickers")
        assert done.exit_code == 0, done.output
    assert Delivery.objects.count() == 2
    assert b"The lamp flickers" in bytes(Delivery.objects.first().body)
    made = Channel.objects.get()
    assert (made.kind, made.inbox) == ("telegram", inbox)
    assert made.simulated_at.startswith("http://127.0.0.1:")
    told = json.loads(run("list", "--json").output)
    assert (told["kind"], told["state"]) == ("telegram", "ok")


def test_where_nothing_runs_it_says_what_to_do(run, db):
    done = run("simulate", "telegram", "--at", "http://127.0.0.1:1", "--say", "Hello")
    assert done.exit_code == 1
    assert "Start it with `rapport up`" in done.output


def test_a_kind_that_cannot_be_played_is_told_with_those_that_can(run, db):
    done = run("simulate", "pigeon", "--say", "Hello")
    assert done.exit_code == 1
    assert "pigeon cannot be simulated. These can:" in done.output
    assert "telegram" in done.output


@pytest.mark.parametrize(("kind", "at"), [("email", "smtp://127.0.0.1:1"), ("chat", "http://127.0.0.1:1")])
def test_where_no_letter_and_no_visitor_gets_in_it_says_what_to_do(run, db, kind, at):
    done = run("simulate", kind, "--at", at, "--say", "Hello")
    assert done.exit_code == 1
    assert "Start it with `rapport up`, or say where it is by --at." in done.output


@pytest.mark.django_db(transaction=True)
def test_letters_are_pushed_signed_where_nobody_listens_for_mail_and_the_next_run_goes_on(run, live_server, inbox):
    ids = []
    for text in ("The lamp flickers", "It is the Arc", "/new Do you ship to Oslo?"):
        done = run("simulate", "email", "--at", live_server.url, "--say", text)
        assert done.exit_code == 0, done.output
        assert "pushed over HTTP, signed" in done.output
        letter = message_from_bytes(Delivery.objects.order_by("id").last().body)
        ids.append((letter["Message-ID"], letter["In-Reply-To"]))
    assert [answered for _id, answered in ids] == [None, ids[0][0], None]


@pytest.mark.django_db(transaction=True)
def test_what_makes_no_letter_is_said_and_typing_goes_on(live_server, inbox):
    typed = "/from Wren Hello\nThe lamp flickers\n"
    done = CliRunner().invoke(channel, ["simulate", "email", "--at", live_server.url], input=typed)
    assert done.exit_code == 0, done.output
    assert "“Wren” is no address." in done.output
    assert Delivery.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_what_is_refused_is_said_in_the_desks_own_words(run, live_server, inbox):
    done = run("simulate", "chat", "--at", live_server.url, "--say", "Hello", "--say", "/rate 9")
    assert done.exit_code == 1
    assert "Rapport refused it with 400" in done.output
