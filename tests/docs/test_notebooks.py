"""The notebooks of the tutorial run, and still say what is printed in them."""

import difflib
import json
import re

import pytest

from tests import house
from tools import notebooks

NOTEBOOKS = [pytest.param(path, id=path.stem) for path in notebooks.NOTEBOOKS]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s#]+)")
LARGEST = 300_000


def test_the_four_notebooks_are_there():
    assert [path.stem for path in notebooks.NOTEBOOKS] == ["churn", "segments", "staffing", "value"]


@pytest.mark.parametrize("path", NOTEBOOKS)
def test_a_notebook_still_says_what_is_printed_in_it(path):
    printed, now = notebooks.said(notebooks.read(path)), notebooks.said(notebooks.run(path))
    changes = "\n".join(
        line
        for before, after in zip(printed, now, strict=True)
        for line in difflib.unified_diff(before.splitlines(), after.splitlines(), "printed", "now", n=0, lineterm="")
    )
    assert printed == now, f"{path.name} says something else now. Run `{notebooks.COMMAND}`, and read it.\n{changes}"


@pytest.mark.parametrize("path", NOTEBOOKS)
def test_a_notebook_was_run_once_from_top_to_bottom(path):
    notebook = notebooks.read(path)
    cells = notebooks.code(notebook)
    assert notebook.metadata.kernelspec.name == "python3"
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert not [output for cell in cells for output in cell.outputs if output.output_type not in ("execute_result",)]


@pytest.mark.parametrize("path", NOTEBOOKS)
def test_a_notebook_is_small_and_knows_nothing_of_the_machine_it_was_run_on(path):
    assert path.stat().st_size < LARGEST
    words = json.dumps([cell.source for cell in notebooks.read(path).cells]) + "".join(
        notebooks.said(notebooks.read(path))
    )
    assert not re.findall(r"/(?:home|root|tmp|work|Users|usr)/|[A-Z]:\\\\", words)


@pytest.mark.parametrize("path", NOTEBOOKS)
def test_a_notebook_opens_with_its_title_ends_in_advice_and_its_links_lead_somewhere(path):
    prose = [cell.source for cell in notebooks.read(path).cells if cell.cell_type == "markdown"]
    assert prose[0].startswith("# ")
    assert any("## What to do on Monday" in text for text in prose)
    targets = [target for text in prose for target in LINK.findall(text) if "://" not in target]
    assert not [target for target in targets if not (path.parent / target).exists()]


@pytest.mark.parametrize("path", NOTEBOOKS)
def test_every_picture_says_what_it_shows_to_whom_it_is_read_aloud(path):
    pictures = [
        output
        for cell in notebooks.code(notebooks.read(path))
        for output in cell.outputs
        if "image/png" in output.get("data", {})
    ]
    assert pictures
    assert all(output.metadata["image/png"]["alt"].startswith("Chart: ") for output in pictures)


def test_every_notebook_is_listed():
    index = (house.ROOT / "docs" / "README.md").read_text()
    assert not [path.name for path in notebooks.NOTEBOOKS if f"tutorial/{path.name}" not in index]
