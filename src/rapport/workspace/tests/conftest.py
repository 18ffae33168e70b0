"""Who writes and answers in these tests."""

import pytest
from django.test import Client


@pytest.fixture
def write(inbox, kim):
    """Kim writes: a function that makes a conversation, or goes on in one."""
    from rapport.conversations.actions import receive
    from rapport.conversations.models import Conversation
    from rapport.conversations.types import Writing
    from rapport.kit import clock

    def written(text="The lamp flickers.", *, subject="Flickering lamp", by=None, into=None, **said):
        person = by or kim
        writing = Writing(text=text, subject=subject, to=("support@lampwright.example",), sent_at=clock.now(), **said)
        arrival = receive(
            writing,
            customer=person,
            inbox=inbox,
            channel="email",
            author_name=person.name,
            author_address=person.email,
            into=into,
        )
        return Conversation.objects.get(pk=arrival.message.conversation_id)

    return written


@pytest.fixture
def signed_in():
    """A browser of this agent's."""

    def client(agent):
        browser = Client()
        browser.force_login(agent, backend="allauth.account.auth_backends.AuthenticationBackend")
        return browser

    return client


@pytest.fixture
def viewer(db):
    from rapport.team.models import Agent

    return Agent.objects.create_user(
        "vera@lampwright.example", "correct horse battery", name="Vera Viewer", role="viewer"
    )
