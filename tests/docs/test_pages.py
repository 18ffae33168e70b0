"""Documentation pages lead somewhere, and what they ask people to type works."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests import house

PAGES = sorted([*house.ROOT.glob("*.md"), *(house.ROOT / "docs").rglob("*.md"), *house.PACKAGE.rglob("README*.md")])
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^( *)```(\w*)([^\n]*)\n(.*?)^ *```", re.DOTALL | re.MULTILINE)
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def blocks(page: Path):
    """Every fenced block of a page: its language, its marks and its text, unindented."""
    for indent, language, marks, body in FENCE.findall(page.read_text()):
        yield language, marks.split(), re.sub(rf"^{indent}", "", body, flags=re.MULTILINE)


RUNNABLE = [
    pytest.param(language, body, id=f"{house.name(page)}:{number}")
    for page in PAGES
    for number, (language, marks, body) in enumerate(blocks(page))
    if "runnable" in marks
]


@pytest.mark.parametrize("page", PAGES, ids=house.name)
def test_links_lead_somewhere(page):
    for target in LINK.findall(FENCE.sub("", page.read_text())):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        destination = (page.parent / path).resolve() if path else page
        assert destination.exists(), f"{house.name(page)} links to {target}, which is not there"
        if anchor:
            assert anchor in _anchors(destination), f"{house.name(page)} links to {target}, which has no such heading"


@pytest.mark.parametrize("page", PAGES, ids=house.name)
def test_a_page_opens_with_its_title_and_closes_its_code(page):
    text = page.read_text()
    assert text.startswith("# "), "the first line is the title"
    assert text.count("```") % 2 == 0, "a code block is not closed"


@pytest.mark.parametrize(("language", "body"), RUNNABLE)
def test_code_marked_runnable_runs(language, body, tmp_path):
    if language == "python":
        exec(compile(body, "documentation", "exec"), {})
        return
    assert language == "console", "only python and console blocks can be run"
    _run([sys.executable, "-m", "rapport", "migrate"], tmp_path)
    typed = "\n".join(line.removeprefix("$ ") for line in body.splitlines() if line.startswith(("$ ", "  ")))
    done = _run(["bash", "-euo", "pipefail", "-c", typed], tmp_path)
    assert done.returncode == 0, done.stderr


def test_every_how_to_decision_and_reference_is_listed():
    index = (house.ROOT / "docs" / "README.md").read_text() + (
        house.ROOT / "docs" / "decisions" / "README.md"
    ).read_text()
    pages = [page for page in PAGES if page.parent.parent == house.ROOT / "docs" and page.name != "README.md"]
    assert not [house.name(page) for page in pages if page.name not in index]


def test_every_make_target_that_docs_name_exists():
    targets = set(re.findall(r"^([a-z]+):", (house.ROOT / "Makefile").read_text(), re.MULTILINE))
    for page in PAGES:
        named = set(re.findall(r"`make ([a-z]+)|^ *\$ make ([a-z]+)", page.read_text(), re.MULTILINE))
        assert {name for pair in named for name in pair if name} <= targets, house.name(page)


def test_every_command_that_docs_name_exists():
    from rapport.site.command import COMMANDS

    for page in PAGES:
        typed = re.findall(r"(?:\$ |`|bin/)rapport (?:--data \S+ )?([a-z][a-z-]*)", page.read_text())
        assert set(typed) <= set(COMMANDS), house.name(page)


def _run(command: list[str], directory: Path) -> subprocess.CompletedProcess[str]:
    mine = {name: value for name, value in os.environ.items() if not name.startswith(("RAPPORT_", "DATABASE_URL"))}
    environ = mine | {
        "RAPPORT_DATA": str(directory / "data"),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    return subprocess.run(command, cwd=directory, env=environ, capture_output=True, text=True, timeout=120)


def _anchors(page: Path) -> set[str]:
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in HEADING.findall(page.read_text())}
