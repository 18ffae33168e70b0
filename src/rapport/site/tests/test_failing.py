"""A full disk is said, not hidden behind "something failed"."""

import pytest
from django.db import OperationalError
from django.test import Client

from rapport.backbone import files
from rapport.conversations import actions
from rapport.conversations.types import Writing
from rapport.customers.actions import meet
from rapport.customers.models import IdentityKind
from rapport.team.actions import create_token
from rapport.team.types import TokenScope

FULL = OperationalError("database or disk is full")


@pytest.fixture
def conversation(inbox):
    kim = meet(kind=IdentityKind.EMAIL, value="kim@studio.example", name="Kim Park")
    arrival = actions.receive(
        Writing(text="x"), customer=kim, inbox=inbox, channel="email", author_name=kim.name, author_address=kim.email
    )
    return arrival.message.conversation


@pytest.fixture
def full(monkeypatch):
    """Whatever is written finds no room."""

    def refused(*_arguments, **_named):
        raise FULL

    monkeypatch.setattr("rapport.conversations.models.Draft.objects.filter", refused)
    monkeypatch.setattr("rapport.conversations.actions.write_note", refused)


def test_a_script_hears_507(full, ada, conversation):
    secret = create_token(ada, scope=TokenScope.WRITE, name="script")
    client = Client(raise_request_exception=False, headers={"Authorization": f"Bearer {secret}"})
    path = f"/api/v1/conversations/{conversation.pk}/notes"
    answer = client.post(path, {"text": "x"}, content_type="application/json")
    assert (answer.status_code, answer.json()["title"]) == (507, "There is no space left")


def test_a_person_reads_what_is_the_matter(full, ada, conversation):
    client = Client(raise_request_exception=False)
    client.force_login(ada)
    answer = client.get(f"/inbox/{conversation.number}/")
    assert answer.status_code == 507
    assert "There is no space left" in answer.content.decode()


@pytest.mark.parametrize(
    ("error", "is_full"),
    [(FULL, True), (files.NoSpace(), True), (OSError(28, "No space left on device"), True), (OSError(13, "x"), False)],
)
def test_what_says_that_there_is_no_room(error, is_full):
    assert files.is_full(error) is is_full
