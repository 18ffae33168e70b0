"""Who writes, and who sets things up, in these tests."""

import pytest


@pytest.fixture
def write(write, inbox):
    """Kim writes to an address that can be answered from."""
    from rapport.channels.models import Channel

    Channel.objects.create(kind="email", inbox=inbox, name="Support", address="support@lampwright.example")
    return write


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
