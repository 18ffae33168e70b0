"""Ada's reply is held once when others were faster, and nothing of it is lost."""

import pytest

from rapport.channels.models import Channel
from rapport.conversations import actions
from rapport.conversations.actions.colliding import MovedOn
from rapport.conversations.models import Draft, Message
from rapport.conversations.types import Sight

pytestmark = pytest.mark.django_db


@pytest.fixture
def lamp(write, inbox):
    Channel.objects.create(kind="email", inbox=inbox, name="Support", address="support@lampwright.example")
    return write()


@pytest.fixture
def send(signed_in):
    def sent(agent, conversation, after, *, text="Hold the button.", as_composer=True, **said):
        headers = {"X-Requested-With": "composer"} if as_composer else {}
        body = {"text": text, "mode": "reply", "after": after, "closed": "0", **said}
        return signed_in(agent).post(f"/conversations/{conversation.pk}/messages", body, headers=headers)

    return sent


def last(conversation):
    return conversation.messages.latest("id").pk


def ours(conversation):
    return [message.text for message in conversation.messages.filter(direction="out")]


def test_a_reply_to_what_she_has_seen_goes(ada, lamp, send):
    assert send(ada, lamp, last(lamp)).status_code == 201


def test_a_reply_is_held_while_kim_wrote_once_more_and_goes_after_it_was_shown(ada, lamp, write, send):
    seen = last(lamp)
    write("It works again, forget it.", into=lamp)
    held = send(ada, lamp, seen)
    assert held.status_code == 409
    page = held.content.decode()
    assert "It works again, forget it." in page
    assert "A message came while you wrote" in page
    assert ours(lamp) == []
    assert f'data-after="{last(lamp)}"' in page
    assert send(ada, lamp, last(lamp)).status_code == 201


def test_of_two_who_answer_at_once_one_passes(ada, omar, lamp, send):
    seen = last(lamp)
    assert send(omar, lamp, seen, text="From Omar").status_code == 201
    held = send(ada, lamp, seen, text="From Ada")
    assert held.status_code == 409
    assert "From Omar" in held.content.decode()
    assert ours(lamp) == ["From Omar"]


def test_a_note_holds_a_reply_and_a_reply_holds_a_note(ada, omar, lamp, send):
    seen = last(lamp)
    assert send(omar, lamp, seen, text="Do not answer yet.", mode="note").status_code == 201
    assert send(ada, lamp, seen).status_code == 409
    assert send(ada, lamp, last(lamp)).status_code == 201
    assert send(omar, lamp, seen, text="Late note", mode="note").status_code == 409


def test_what_she_wrote_herself_and_what_machines_wrote_holds_nothing(ada, lamp, write, send):
    seen = last(lamp)
    actions.write_note(lamp, text="Asked the workshop.", by=ada)
    actions.write_note(lamp, text="The mailbox says so.", by=None)
    write("I am out of the office.", into=lamp, is_automatic=True)
    assert send(ada, lamp, seen).status_code == 201


def test_a_reply_is_held_when_omar_closed_it_meanwhile(ada, omar, lamp, send):
    actions.close(lamp, by=omar)
    held = send(ada, lamp, last(lamp))
    assert held.status_code == 409
    assert "Omar Haddad closed this conversation" in held.content.decode()
    assert send(ada, lamp, last(lamp), closed="1").status_code == 201
    actions.reopen(lamp, by=ada)
    actions.close(lamp, by=ada)
    assert send(ada, lamp, last(lamp)).status_code == 201


def test_a_reply_to_what_was_deleted_is_not_lost_without_a_word(ada, omar, lamp, send):
    seen, number = last(lamp), lamp.pk
    actions.delete(lamp, by=omar)
    lamp.pk = number
    held = send(ada, lamp, seen)
    assert held.status_code == 409
    assert "This conversation is gone" in held.content.decode()
    assert send(ada, lamp, seen, as_composer=False).status_code == 404


def test_without_scripts_the_draft_is_kept_and_knows_what_was_seen(ada, lamp, write, send, signed_in):
    seen = last(lamp)
    write("One more thing.", into=lamp)
    assert send(ada, lamp, seen, as_composer=False).status_code == 302
    draft = Draft.objects.get(agent=ada)
    assert (draft.text, draft.after) == ("Hold the button.", last(lamp))
    page = signed_in(ada).get(f"/inbox/{lamp.number}/").content.decode()
    assert f"&quot;after&quot;: {last(lamp)}" in page


def test_scripts_are_held_too_when_they_say_what_they_have_seen(ada, omar, lamp, write, client):
    from rapport.team.actions import create_token

    token = create_token(ada, scope="write", name="script", days=1)
    headers = {"Authorization": f"Bearer {token}"}
    url, seen = f"/api/v1/conversations/{lamp.pk}", last(lamp)
    write("One more thing.", into=lamp)
    ask = {"content_type": "application/json", "headers": headers}
    for path in ("messages", "notes"):
        held = client.post(f"{url}/{path}", {"text": "Done.", "after": seen}, **ask)
        assert (held.status_code, held["Content-Type"]) == (409, "application/problem+json")
        assert str(last(lamp)) in held.json()["detail"]
    assert client.post(f"{url}/messages", {"text": "Done.", "after": last(lamp)}, **ask).status_code == 201
    assert client.post(f"{url}/notes", {"text": "Done."}, **ask).status_code == 201


@pytest.mark.django_db(transaction=True)
def test_two_who_press_send_at_the_same_moment(ada, omar, lamp):
    from concurrent.futures import ThreadPoolExecutor
    from threading import Barrier

    from django.db import connection

    seen, start = Sight(last(lamp)), Barrier(2)

    def write_as(agent):
        start.wait(5)
        try:
            actions.write_note(lamp, text=f"By {agent.name}", by=agent, seen=seen)
        except MovedOn:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as both:
        assert sorted(both.map(write_as, [ada, omar])) == [False, True]
    assert Message.objects.filter(direction="note").count() == 1


def test_what_was_merged_meanwhile_is_answered_where_it_went(ada, omar, lamp, write, send):
    other, seen = write("Three lamps", subject="All of them"), last(lamp)
    actions.merge(lamp, into=other, by=omar)
    held = send(ada, lamp, seen)
    assert held.status_code == 409
    page = held.content.decode()
    assert f"It went on as No. {other.number} while you wrote" in page
    assert f'data-action="/conversations/{other.pk}/messages"' in page
    assert send(ada, other, last(other)).status_code == 201
