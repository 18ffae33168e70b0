"""Kim writes, Ada answers, and something was promised."""

import pytest
from django.test import Client


@pytest.fixture
def day(db):
    from rapport.routing.tests.scene import Day

    return Day()


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
def policy(db):
    """An hour for the first answer, half of it if urgent, two for each later one, eight to solve it."""
    from rapport.kit import clock
    from rapport.routing.models import ServicePolicy
    from rapport.routing.tests.scene import moment

    with clock.frozen(moment(-600)):
        return ServicePolicy.objects.create(
            name="Everyone",
            targets={
                "first_answer": {"minutes": 60, "by_priority": {"4": 30}},
                "next_answer": {"minutes": 120},
                "resolution": {"minutes": 480},
            },
        )


@pytest.fixture
def answer(ada):
    from rapport.conversations.actions import write
    from rapport.conversations.types import Writing

    return lambda conversation, text="Try the reset button.": write(conversation, writing=Writing(text=text), by=ada)


@pytest.fixture
def signed_in():
    """A browser of this agent's."""

    def client(agent):
        browser = Client()
        browser.force_login(agent, backend="allauth.account.auth_backends.AuthenticationBackend")
        return browser

    return client
