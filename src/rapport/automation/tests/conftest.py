"""Who writes, and who sets things up, in these tests."""

import pytest
from django.test import Client


@pytest.fixture
def write(inbox, kim):
    """Kim writes: a function that makes a conversation, or goes on in one."""
    from rapport.channels.models import Channel
    from rapport.conversations.actions import receive
    from rapport.conversations.models import Conversation
    from rapport.conversations.types import Writing
    from rapport.kit import clock

    Channel.objects.create(kind="email", inbox=inbox, name="Support", address="support@lampwright.example")

    def written(text="The lamp flickers.", *, subject="Flickering lamp", by=None, into=None, address="", **said):
        person = by or kim
        writing = Writing(text=text, subject=subject, to=("support@lampwright.example",), sent_at=clock.now(), **said)
        arrival = receive(
            writing,
            customer=person,
            inbox=inbox,
            channel="email",
            author_name=person.name,
            author_address=address or person.email,
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
def macro(omar):
    """Omar keeps a macro."""
    from rapport.automation.actions.macros import save_macro

    def kept(name="Refund", *, by=omar, **said):
        return save_macro(None, by=by, name=name, **({"sharing": "everyone"} | said))

    return kept


@pytest.fixture
def fresh():
    """The conversation as it is kept now."""

    def read(conversation):
        return type(conversation).objects.select_related("assignee", "team", "customer").get(pk=conversation.pk)

    return read
