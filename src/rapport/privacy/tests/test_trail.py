"""Whoever changes a setting, a role or a customer is written down, and nobody can change that."""

import json

import pytest
from django.db import connection, transaction
from django.test import Client

from rapport.backbone.models import Event
from rapport.conversations import actions
from rapport.conversations.models import Inbox
from rapport.privacy import queries, searching
from rapport.privacy.actions import first_gap, record
from rapport.privacy.models import AuditError, Entry
from rapport.privacy.searching import Asked
from rapport.team.acting import Actor, acting
from rapport.team.models import Team

pytestmark = pytest.mark.django_db


@pytest.fixture
def noors(noor):
    browser = Client()
    browser.force_login(noor, backend="allauth.account.auth_backends.AuthenticationBackend")
    return browser


@pytest.fixture
def as_noor(noor):
    with acting(Actor(noor.pk, noor.name, "page", "10.0.0.7")):
        yield


def test_what_noor_changes_is_written_with_old_and_new(as_noor, noor):
    inbox = Inbox.objects.create(name="Support")
    inbox.name = "Help"
    inbox.save()
    inbox.delete()
    added, changed, removed = Entry.objects.order_by("id")
    assert (added.action, added.kind, added.label, added.agent, added.address) == (
        "added", "conversations.inbox", "Support", noor.pk, "10.0.0.7",
    )  # fmt: skip
    assert (changed.action, changed.changes) == ("changed", {"name": ["Support", "Help"]})
    assert (removed.action, removed.label) == ("removed", "Help")


def test_a_change_that_is_none_is_not_written(as_noor):
    inbox = Inbox.objects.create(name="Support")
    inbox.save()
    assert [entry.action for entry in Entry.objects.all()] == ["added"]


def test_what_is_undone_was_never_done(as_noor):
    with transaction.atomic():
        Inbox.objects.create(name="Support")
        transaction.set_rollback(True)
    assert not Entry.objects.exists()
    assert first_gap() is None


def test_secrets_are_only_said_to_be_other_ones(ada, as_noor):
    ada.set_password("a new secret")
    ada.role = "lead"
    ada.save()
    assert Entry.objects.get().changes == {"role": ["agent", "lead"], "password": ["•••", "•••"]}


def test_who_is_put_into_a_team_is_named(ada, as_noor):
    team = Team.objects.create(name="Billing")
    team.members.add(ada)
    team.members.remove(ada)
    assert [entry.changes for entry in Entry.objects.order_by("id")][1:] == [
        {"agent": [[], ["Ada Lindqvist"]]},
        {"agent": [["Ada Lindqvist"], []]},
    ]


def test_what_the_system_does_is_not_written(db):
    Inbox.objects.create(name="Support")
    assert not Entry.objects.exists()


def test_nothing_that_is_written_can_be_changed(as_noor):
    entry = record("added", "conversations.inbox", label="Support")
    for change in (entry.save, entry.delete, Entry.objects.all().delete, lambda: Entry.objects.update(label="x")):
        with pytest.raises(AuditError):
            change()


def test_whoever_changes_it_in_the_database_is_found_out(as_noor):
    first, second, third = (record("added", "conversations.inbox", label=name) for name in ("one", "two", "three"))
    assert first_gap() is None
    with connection.cursor() as cursor:
        cursor.execute("UPDATE privacy_entry SET label = 'other' WHERE id = %s", [second.pk])
        assert first_gap() == second.pk
        cursor.execute("UPDATE privacy_entry SET label = 'two' WHERE id = %s", [second.pk])
        assert first_gap() is None
        cursor.execute("DELETE FROM privacy_entry WHERE id = %s", [third.pk])
    assert first_gap() == second.pk
    assert first.digest != second.digest


def test_signing_in_and_being_refused_are_written(noor):
    noor.set_password("correct horse battery")
    noor.save()
    browser = Client()
    browser.post("/accounts/login/", {"login": noor.email, "password": "wrong"})
    browser.post("/accounts/login/", {"login": noor.email, "password": "correct horse battery"})
    assert [entry.action for entry in Entry.objects.order_by("id")] == ["refused", "signed_in"]
    assert "wrong" not in json.dumps(list(Entry.objects.values("changes", "label")))


def test_the_page_tells_settings_and_conversations_together(noors, noor, write_in, kim):
    message = write_in(kim, "It flickers")
    actions.close(message.conversation, by=noor)
    noors.post("/settings/teams/", {"name": "Billing"})
    shown = noors.get("/settings/audit/").content.decode()
    assert "Team added" in shown
    assert "Conversation closed" in shown
    assert f"#{message.conversation.number}" in shown
    only = noors.get("/settings/audit/?area=conversations").content.decode()
    assert "Team added" not in only
    assert "Conversation closed" in noors.get(f"/settings/audit/?q=%23{message.conversation.number}").content.decode()
    assert "Conversation closed" not in noors.get("/settings/audit/?q=%23999").content.decode()


def test_what_no_person_did_rapport_did_itself(noors, write_in, kim):
    actions.close(write_in(kim, "It flickers").conversation, by=None)
    shown = noors.get("/settings/audit/?area=conversations").content.decode()
    assert "Rapport itself" in shown
    assert "Somebody not signed in" not in shown


def test_a_role_is_called_by_its_name(noors, noor, ada):
    from rapport.team.models import CustomRole

    role = CustomRole.objects.create(name="Repairs", words=" read reply see_feedback ")
    noors.post(f"/settings/people/{ada.pk}/role", {"role": f"own-{role.pk}"})
    ada.refresh_from_db()
    assert ada.custom_role == role
    role.agents.update(custom_role=None)
    role.delete()
    shown = noors.get("/settings/audit/?q=Ada").content.decode()
    assert "own role: Repairs" in " ".join(shown.split())


def test_who_gets_what_is_a_setting_too(as_noor):
    from rapport.routing.actions import change_scheme, make_scheme

    change_scheme(make_scheme(name="Support"), is_on=False)
    added, changed = Entry.objects.order_by("id")
    assert (added.kind, added.label) == ("routing.scheme", "Support")
    assert changed.changes == {"is_on": [True, False]}


def test_a_longer_trail_asks_the_database_no_more_often(noors, as_noor, django_assert_max_num_queries):
    for number in range(120):
        record("added", "conversations.inbox", label=f"Inbox {number}")
    with django_assert_max_num_queries(25):
        page = noors.get("/settings/audit/").content.decode()
    assert "Inbox 119" in page
    assert "Inbox 60" not in page
    assert "Older" in page


def test_the_file_is_safe_in_a_spreadsheet_and_is_itself_written_down(noors, as_noor):
    record("added", "conversations.inbox", label="=HYPERLINK(1)")
    said = b"".join(noors.get("/settings/audit/file")).decode()
    assert "'=HYPERLINK(1)" in said
    assert Entry.objects.order_by("id").last().action == "exported"
    lines = [json.loads(line) for line in b"".join(noors.get("/settings/audit/file?format=jsonl")).splitlines()]
    assert "=HYPERLINK(1)" in [line["label"] for line in lines]


def test_ada_may_not_read_it(ada):
    browser = Client()
    browser.force_login(ada, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert browser.get("/settings/audit/").status_code == 403
    assert browser.get("/settings/audit/file").status_code == 403


def test_a_script_is_named_with_whoever_it_acts_for(noor, script):
    answer = script(noor, "admin").post("/companies", {"name": "Studio"})
    assert answer.status_code == 201, answer.content
    entry = Entry.objects.get(kind="customers.company")
    assert (entry.via, entry.agent) == ("api", noor.pk)


@pytest.fixture
def busy(noor, write_in, kim):
    """Four conversations that Noor closed and reopened, one of them about a wreath."""
    for subject in ("A lamp", "A wreath", "Another lamp", "A lamp again"):
        conversation = write_in(kim, "It flickers").conversation
        actions.rename(conversation, subject=subject, by=noor)
        actions.close(conversation, by=noor)
        actions.reopen(conversation, by=noor)
    return conversation


@pytest.mark.parametrize("most_named", [300, 0])
def test_words_find_the_same_by_name_and_by_walking(noors, busy, monkeypatch, most_named):
    monkeypatch.setattr(searching, "MOST_NAMED", most_named)
    monkeypatch.setattr(searching, "WALKING_S", 60)
    monkeypatch.setattr(searching, "STEP", 2)
    for words, count in (("wreath", 3), ("LAMP", 9), ("noor", 12), ("kim", 0), ("zeppelin", 0)):
        found = queries.page(Asked(words=words, area="conversations"))
        assert (words, len(found.lines), found.is_cut) == (words, count, False)


def test_a_long_log_is_searched_piece_by_piece(noors, busy, monkeypatch):
    monkeypatch.setattr(searching, "MOST_NAMED", 0)
    monkeypatch.setattr(searching, "WALKING_S", 0)
    monkeypatch.setattr(searching, "STEP", 4)
    page = noors.get("/settings/audit/?q=wreath&area=conversations").content.decode()
    assert "Nothing found so far" in page
    assert "Search further back" in page
    found, before, pages = [], None, 0
    while pages == 0 or before:
        part = queries.page(Asked(words="wreath", area="conversations"), before=before)
        found, before, pages = [*found, *part.lines], part.following, pages + 1
    assert (len(found), pages) == (3, 3)
    assert len(list(queries.every(Asked(words="wreath", area="conversations")))) == 3


def test_the_log_knows_whose_doing_an_event_was(busy, noor):
    assert {event.by for event in Event.objects.filter(name="ConversationClosed")} == {noor.pk}
    assert {event.by for event in Event.objects.filter(name="MessageArrived")} == {None}
