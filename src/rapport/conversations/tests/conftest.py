"""Kim's conversations."""

import pytest


@pytest.fixture
def write(inbox, kim):
    """Kim writes: a function that begins a conversation, or goes on in one."""
    from rapport.conversations.actions import receive
    from rapport.conversations.models import Conversation
    from rapport.conversations.types import Writing

    def written(text="The lamp flickers.", *, into=None, **said):
        arrival = receive(
            Writing(text=text, subject="Flickering lamp", **said),
            customer=kim,
            inbox=inbox,
            channel="email",
            author_name=kim.name,
            author_address=kim.email,
            into=into,
        )
        return Conversation.objects.get(pk=arrival.message.conversation_id)

    return written


@pytest.fixture
def engineers(db):
    from rapport.team.models import Team

    return Team.objects.create(name="Engineering")


@pytest.fixture
def viewer(db):
    from rapport.team.models import Agent

    return Agent.objects.create_user("vera@lampwright.example", name="Vera", role="viewer")
