"""The recipes of CONTRIBUTING name real files, and what they show is what the code asks for."""

import inspect
import re
import sys

import pytest

from rapport.channels import actions, seam
from rapport.channels.errors import CannotRead
from rapport.channels.models import Channel
from rapport.channels.seam import Kind
from rapport.channels.types import Incoming, MessageReceived
from rapport.conversations.models import Conversation
from tests import house
from tests.docs.test_pages import blocks

CONTRIBUTING = house.ROOT / "CONTRIBUTING.md"
PATH = re.compile(r"`((?:src|tests|docs|tools)/[^`\s]+)`")


@pytest.fixture(scope="module")
def fax_code() -> str:
    """The channel kind that the first recipe writes down."""
    found = (body for language, marks, body in blocks(CONTRIBUTING) if language == "python" and "runnable" in marks)
    return next(found)


@pytest.fixture
def fax(fax_code, tmp_path, monkeypatch, settings) -> Kind:
    """It, as a developer adds it: one folder, and one line of the settings."""
    folder = tmp_path / "fax_machine"
    folder.mkdir()
    (folder / "__init__.py").write_text('"""Fax."""\n')
    (folder / "kind.py").write_text(fax_code)
    monkeypatch.syspath_prepend(tmp_path)
    settings.CHANNEL_KINDS = [*settings.CHANNEL_KINDS, "fax_machine.kind.Fax"]
    seam.kinds.cache_clear()
    yield seam.kind_of("fax")
    seam.kinds.cache_clear()
    for name in ("fax_machine", "fax_machine.kind"):
        sys.modules.pop(name, None)


def test_every_file_a_recipe_names_is_there():
    named = PATH.findall(CONTRIBUTING.read_text())
    missing = [path for path in named if not list(house.ROOT.glob(re.sub(r"<\w+>", "*", path).rstrip("/")))]
    assert named
    assert not missing


def test_the_channel_of_the_recipe_reads_what_came_in(fax):
    [event] = fax.read(b"7 +49 30 1234\nThe lamp hums.")
    assert isinstance(event, MessageReceived)
    assert (event.author.address, event.text) == ("+49 30 1234", "The lamp hums.")


def test_the_channel_of_the_recipe_refuses_what_it_cannot_read(fax):
    with pytest.raises(CannotRead):
        fax.read(b"")


def test_a_folder_and_a_line_make_a_channel_that_agents_work_with(fax, inbox, ada, client, signed_in):
    """Nothing outside knows it, and it comes in, is answered, continued and set up like any other."""
    channel = Channel.objects.create(kind="fax", inbox=inbox, name="Fax", address="+49 30 99", settings={})

    def arrive(body):
        actions.process_all([actions.accept(Incoming(body), kind="fax", channel=channel)])

    arrive(b"7 +49 30 1234\nThe lamp hums.")
    arrive(b"7 +49 30 1234\nThe lamp hums.")
    arrive(b"8 +4930 1234\nStill.")
    conversation = Conversation.objects.get()
    assert [message.text for message in conversation.messages.all()] == ["The lamp hums.", "Still."]
    assert (conversation.channel, conversation.customer.phone) == ("fax", "+49301234")
    browser = signed_in(ada)
    assert "The lamp hums." in browser.get(f"/inbox/{conversation.number}/").content.decode()
    answer = actions.reply(conversation, by=ada, text="Tighten the bulb.", undo_seconds=0)
    actions.send(answer.dispatch.pk)
    assert fax.sheets == ["+4930 1234: Tighten the bulb."]


def test_the_recipe_names_everything_a_channel_may_bring():
    methods = {name for name, _ in inspect.getmembers(Kind, inspect.isfunction) if not name.startswith("_")}
    recipe = CONTRIBUTING.read_text().partition("## Add a predictor")[0]
    assert not [name for name in methods if f"`{name}`" not in recipe]
