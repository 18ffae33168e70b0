"""Reference pages say what the code says."""

import pytest

from tests import house
from tools import reference

PAGES = sorted((house.ROOT / "docs" / "reference").glob("*.md"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_reference_page_is_what_the_code_says_now(page):
    text = page.read_text()
    assert reference.fresh(text) == text, f"{page.name} is stale: run `make fix`"


def test_every_part_that_can_be_generated_is_in_a_page():
    named = {found[1] for page in PAGES for found in reference.BLOCK.finditer(page.read_text())}
    assert named == set(reference.PARTS)


@pytest.mark.parametrize("part", reference.PARTS)
def test_no_part_is_empty(part):
    assert sum(line.startswith("| ") for line in reference.PARTS[part]()) > 1


def test_every_command_says_what_it_does():
    silent = [line for line in reference.commands() if line.startswith("| `-") and line.endswith("|  |")]
    assert not silent, f"these options have no help: {silent}"
