"""A mailbox, and letters that arrive in it."""

import pytest

from rapport.channels.tests.letters import letter


@pytest.fixture
def mailbox(inbox):
    """support@lampwright.example, which sends by whatever the test sets up."""
    from rapport.channels.models import Channel

    return Channel.objects.create(
        kind="email",
        inbox=inbox,
        name="Support",
        address="support@lampwright.example",
        settings={
            "address": "support@lampwright.example",
            "display_name": "Lampwright",
            "incoming": "none",
            "outgoing": "installation",
            "push_secret": "whistle",
        },
    )


@pytest.fixture
def arrive(db):
    """Deliver a letter as a transport does; answers the delivery as it is afterwards."""
    from rapport.channels import actions
    from rapport.channels.models import Delivery
    from rapport.channels.types import Incoming

    def arrived(said="The lamp flickers.", *, recipients=(), channel=None, **headers):
        """`said` is the text of a letter, or a whole mail as bytes."""
        body = said if isinstance(said, bytes) else letter(said, **headers)
        stored = actions.accept(Incoming(body, "test", tuple(recipients)), kind="email", channel=channel)
        actions.process_all([stored])
        return Delivery.objects.get(pk=stored.pk)

    return arrived


@pytest.fixture
def post(mailbox):
    """A mail server that the mailbox sends by."""
    from rapport.channels.tests.post_office import post_office

    with post_office() as office:
        mailbox.settings = {
            **mailbox.settings,
            "outgoing": "smtp",
            "smtp_host": "127.0.0.1",
            "smtp_port": office.port,
            "smtp_security": "plain",
        }
        mailbox.save()
        yield office
