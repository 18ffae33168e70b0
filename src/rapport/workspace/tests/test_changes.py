"""Changing a conversation, and taking the change back."""

import json
from datetime import timedelta

import pytest

from rapport.conversations import actions
from rapport.conversations.models import Conversation
from rapport.conversations.types import Status
from rapport.kit import clock
from rapport.team.models import Team

HTMX = {"HX-Request": "true"}


def toast(response) -> dict:
    return json.loads(response["HX-Trigger"])["rapport:toast"]


@pytest.fixture
def change(signed_in):
    """A change as the inbox makes it: (agent, method, noun, conversation, values)."""

    def changed(agent, method, noun, conversation, /, **values):
        browser = signed_in(agent)
        address = f"/conversations/{conversation.pk}/{noun}"
        if method == "DELETE":
            return browser.delete(address, query_params=values, headers=HTMX)
        return browser.post(address, values, headers=HTMX)

    return changed


@pytest.fixture
def undo(signed_in):
    """Press Undo in the toast of a change."""

    def undone(agent, response):
        answer = signed_in(agent).post(toast(response)["undo"], headers=HTMX)
        assert answer.status_code == 200
        assert "HX-Trigger" not in answer
        return answer

    return undone


def now(conversation) -> Conversation:
    return Conversation.objects.get(pk=conversation.pk)


def test_closing_and_taking_it_back(ada, change, undo, write):
    conversation = write()
    response = change(ada, "POST", "closure", conversation)
    assert now(conversation).status == Status.CLOSED
    assert toast(response)["text"] == "Closed."
    assert "Reopen" in response.content.decode()
    undo(ada, response)
    assert now(conversation).status == Status.OPEN
    assert now(conversation).waiting_since == conversation.waiting_since


def test_reopening_and_taking_it_back(ada, change, undo, write):
    conversation = write()
    actions.close(conversation, by=ada)
    response = change(ada, "DELETE", "closure", conversation)
    assert now(conversation).status == Status.OPEN
    undo(ada, response)
    assert now(conversation).status == Status.CLOSED


def test_taking_it_and_giving_it_back(ada, omar, change, undo, write):
    conversation = write()
    actions.assign(conversation, to=omar, by=omar)
    response = change(ada, "POST", "assignment", conversation, agent="me")
    assert now(conversation).assignee == ada
    undo(ada, response)
    assert now(conversation).assignee == omar


def test_giving_it_to_someone_to_nobody_and_back(ada, omar, change, undo, write):
    conversation = write()
    change(ada, "POST", "assignment", conversation, agent=omar.pk)
    assert now(conversation).assignee == omar
    response = change(ada, "POST", "assignment", conversation, agent="nobody")
    assert now(conversation).assignee is None
    undo(ada, response)
    assert now(conversation).assignee == omar


def test_giving_it_to_a_team_and_back_to_everyone(ada, omar, change, undo, write):
    conversation, team = write(), Team.objects.create(name="Repairs")
    actions.assign(conversation, to=omar, by=omar)
    response = change(omar, "POST", "assignment", conversation, team=team.pk)
    assert (now(conversation).assignee, now(conversation).team) == (None, team)
    undo(omar, response)
    assert (now(conversation).assignee, now(conversation).team) == (omar, None)
    change(omar, "POST", "assignment", conversation, team=team.pk)
    change(omar, "POST", "assignment", conversation, team="everyone")
    assert now(conversation).team is None


def test_ada_gives_it_away_out_of_her_own_sight(ada, change, write):
    conversation, team = write(), Team.objects.create(name="Legal")
    response = change(ada, "POST", "assignment", conversation, team=team.pk)
    assert response.status_code == 200
    assert response.content == b""
    assert toast(response)["text"] == "Given to Legal."


@pytest.mark.parametrize("whom", [{"agent": "999999"}, {"team": "999999"}, {"agent": "9" * 40}])
def test_it_cannot_be_given_to_whom_there_is_not(ada, change, write, whom):
    assert change(ada, "POST", "assignment", write(), **whom).status_code == 404


def test_work_is_not_given_to_a_viewer(ada, viewer, change, write):
    assert change(ada, "POST", "assignment", write(), agent=viewer.pk).status_code == 404


def test_the_menu_of_people_offers_everyone_else(ada, omar, viewer, signed_in, write):
    conversation = write()
    actions.assign(conversation, to=ada, by=omar)
    menu = signed_in(ada).get(f"/conversations/{conversation.pk}/assignment").content.decode()
    assert "Omar Haddad" in menu
    assert "Nobody" in menu
    assert "Vera Viewer" not in menu
    assert ">Me<" not in menu


def test_snoozing_and_waking(ada, change, undo, write):
    conversation = write()
    until = clock.now() + timedelta(hours=20)
    response = change(ada, "POST", "snooze", conversation, until=until.isoformat())
    assert now(conversation).snoozed_until == until
    undo(ada, response)
    assert now(conversation).status == Status.OPEN
    change(ada, "POST", "snooze", conversation, until=until.isoformat())
    response = change(ada, "DELETE", "snooze", conversation)
    assert now(conversation).status == Status.OPEN
    undo(ada, response)
    assert now(conversation).snoozed_until == until


def test_a_moment_without_a_zone_is_the_readers_own(ada, change, write):
    ada.time_zone = "Asia/Shanghai"
    ada.save()
    conversation = write()
    year = clock.now().year + 1
    change(ada, "POST", "snooze", conversation, until=f"{year}-03-02T09:00")
    assert now(conversation).snoozed_until.isoformat() == f"{year}-03-02T01:00:00+00:00"


@pytest.mark.parametrize("until", ["", "some day", "2001-01-01T09:00", "2026-99-99T09:00"])
def test_a_moment_that_is_none_is_refused_in_words(ada, change, write, until):
    conversation = write()
    response = change(ada, "POST", "snooze", conversation, until=until)
    assert response.status_code == 422
    said = response.content.decode()
    assert said.startswith(("This is no moment that we know.", "Choose a day and a time in the future"))
    assert now(conversation).status == Status.OPEN


def test_tagging_and_taking_it_back(ada, change, undo, write):
    conversation = write()
    response = change(ada, "POST", "tags", conversation, name=" Refund & <more> ")
    assert [tag.name for tag in now(conversation).tags.all()] == ["Refund & <more>"]
    assert "Refund &amp; &lt;more&gt;" in response.content.decode()
    undo(ada, response)
    assert not now(conversation).tags.exists()
    change(ada, "POST", "tags", conversation, name="Refund & <more>")
    response = change(ada, "DELETE", "tags", conversation, name="Refund & <more>")
    assert not now(conversation).tags.exists()
    undo(ada, response)
    assert now(conversation).tags.exists()


def test_the_tag_menu_shows_which_are_on(ada, signed_in, change, write):
    conversation, other = write(), write("Other")
    change(ada, "POST", "tags", conversation, name="Refund")
    change(ada, "POST", "tags", other, name="Billing")
    menu = signed_in(ada).get(f"/conversations/{conversation.pk}/tags").content.decode()
    assert menu.count('aria-pressed="true"') == menu.count('aria-pressed="false"') == 1
    assert change(ada, "POST", "tags", conversation, name="  ").status_code == 422


def test_priority_and_subject_and_back(ada, change, undo, write):
    conversation = write()
    response = change(ada, "POST", "priority", conversation, priority="4")
    assert now(conversation).priority == 4
    undo(ada, response)
    assert now(conversation).priority == 2
    assert change(ada, "POST", "priority", conversation, priority="9").status_code == 422
    response = change(ada, "POST", "subject", conversation, subject="Another")
    assert now(conversation).subject == "Another"
    undo(ada, response)
    assert now(conversation).subject == "Flickering lamp"


def test_a_character_that_no_database_takes_does_no_harm(ada, change, write):
    conversation = write()
    change(ada, "POST", "tags", conversation, name="Re\0fund")
    change(ada, "POST", "subject", conversation, subject="La\0mp")
    change(ada, "POST", "messages", conversation, mode="note", text="No\0te")
    change(ada, "POST", "draft", conversation, text="Dra\0ft")
    assert change(ada, "DELETE", "tags", conversation, name="Re\0fund").status_code == 200
    assert now(conversation).subject == "Lamp"
    assert not now(conversation).tags.exists()
    assert conversation.messages.filter(text="Note").exists()
    assert conversation.drafts.get().text == "Draft"


def test_unread_again_and_back(ada, change, undo, write):
    conversation = write()
    assert change(ada, "POST", "seen", conversation).status_code == 204
    response = change(ada, "DELETE", "seen", conversation)
    assert conversation.seen.count() == 0
    address = toast(response)["undo"]
    assert address.startswith(f"/conversations/{conversation.pk}/seen?")


def test_without_scripts_a_change_leads_back_to_the_page(ada, signed_in, write):
    conversation = write()
    response = signed_in(ada).post(f"/conversations/{conversation.pk}/closure")
    assert response.url == f"/inbox/{conversation.number}/"
    assert now(conversation).is_closed


NOUNS = ("closure", "assignment", "snooze", "tags", "priority", "subject", "messages", "draft")


@pytest.mark.parametrize("noun", NOUNS)
def test_a_viewer_changes_nothing(viewer, signed_in, write, noun):
    conversation = write()
    browser = signed_in(viewer)
    for method in (browser.post, browser.delete):
        assert method(f"/conversations/{conversation.pk}/{noun}").status_code in (403, 405)
    before, after = conversation, now(conversation)
    assert (before.status, before.updated_at) == (after.status, after.updated_at)


@pytest.mark.parametrize("noun", [*NOUNS, "seen"])
def test_what_ada_cannot_see_she_cannot_change(ada, omar, signed_in, write, noun):
    conversation = write()
    actions.assign(conversation, to=None, team=Team.objects.create(name="Legal"), by=omar)
    answer = signed_in(ada).post(f"/conversations/{conversation.pk}/{noun}", {"agent": "me", "text": "x"})
    assert answer.status_code == 404


@pytest.mark.parametrize("noun", [*NOUNS, "seen"])
def test_a_stranger_changes_nothing(client, write, noun):
    conversation = write()
    assert client.post(f"/conversations/{conversation.pk}/{noun}").status_code == 302
    assert now(conversation).updated_at == conversation.updated_at


def test_a_change_needs_the_pages_own_token(ada, write):
    from django.test import Client

    browser = Client(enforce_csrf_checks=True)
    browser.force_login(ada, backend="allauth.account.auth_backends.AuthenticationBackend")
    conversation = write()
    assert browser.post(f"/conversations/{conversation.pk}/closure").status_code == 403
    assert not now(conversation).is_closed


@pytest.mark.parametrize(
    ("day", "hour", "offered"),
    [
        (2, 9, ["2026-03-02 12:00", "2026-03-03 09:00", "2026-03-09 09:00"]),  # Monday morning
        (8, 20, ["2026-03-08 23:00", "2026-03-09 09:00", "2026-03-16 09:00"]),  # Sunday evening
        (3, 22, ["2026-03-04 09:00", "2026-03-09 09:00"]),  # too late for later today
    ],
)
def test_the_moments_offered_are_those_people_mean(day, hour, offered):
    from datetime import UTC, datetime

    from django.utils import timezone

    from rapport.workspace.views.showing import snooze_moments

    with clock.frozen(datetime(2026, 3, day, hour, 10, tzinfo=UTC)), timezone.override(UTC):
        assert [f"{moment.at:%Y-%m-%d %H:%M}" for moment in snooze_moments()] == offered
