"""The recipes of CONTRIBUTING name real files, and what they show is what the code asks for."""

import inspect
import re

import pytest

from rapport.channels.errors import CannotRead
from rapport.channels.seam import Kind
from rapport.channels.types import MessageReceived
from tests import house
from tests.docs.test_pages import blocks

CONTRIBUTING = house.ROOT / "CONTRIBUTING.md"
PATH = re.compile(r"`((?:src|tests|docs|tools)/[^`\s]+)`")


@pytest.fixture(scope="module")
def fax() -> Kind:
    """The channel kind that the first recipe writes down."""
    code = next(body for language, marks, body in blocks(CONTRIBUTING) if language == "python" and "runnable" in marks)
    names: dict = {}
    exec(compile(code, str(CONTRIBUTING), "exec"), names)
    return names["Fax"]()


def test_every_file_a_recipe_names_is_there():
    named = PATH.findall(CONTRIBUTING.read_text())
    missing = [path for path in named if not list(house.ROOT.glob(re.sub(r"<\w+>", "*", path).rstrip("/")))]
    assert named
    assert not missing


def test_the_channel_of_the_recipe_reads_what_came_in(fax):
    [event] = fax.read(b"+49 30 1234\nThe lamp hums.")
    assert isinstance(event, MessageReceived)
    assert (event.author.address, event.visible_text) == ("+49 30 1234", "The lamp hums.")


def test_the_channel_of_the_recipe_refuses_what_it_cannot_read(fax):
    with pytest.raises(CannotRead):
        fax.read(b"")


def test_the_recipe_names_everything_a_channel_may_bring():
    methods = {name for name, _ in inspect.getmembers(Kind, inspect.isfunction) if not name.startswith("_")}
    recipe = CONTRIBUTING.read_text().partition("## Add a predictor")[0]
    assert not [name for name in methods if f"`{name}`" not in recipe]
