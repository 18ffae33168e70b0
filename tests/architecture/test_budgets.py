"""Small by budget: a file or function past its budget is split, never excused."""

import ast

import pytest

from tests import house

FILE_LINES = {".py": 400, ".html": 300, ".css": 300, ".js": 300}
FUNCTION_LINES = 50
FORBIDDEN = {"services", "helpers", "utils", "managers", "common", "misc"}


@pytest.mark.parametrize("suffix", FILE_LINES)
def test_no_file_is_past_its_budget(suffix):
    budget = FILE_LINES[suffix]
    too_long = {house.name(path): lines for path in house.ours(suffix) if (lines := _lines(path)) > budget}
    assert not too_long, f"over {budget} lines: make a package of nouns out of {too_long}"


def test_no_function_is_past_its_budget():
    too_long = [
        f"{house.name(path)}:{node.lineno} {node.name} ({length} lines)"
        for path in house.ours(".py")
        for node in ast.walk(ast.parse(path.read_text(), str(path)))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or 0) - node.lineno + 1) > FUNCTION_LINES
    ]
    assert not too_long, f"over {FUNCTION_LINES} lines: name the steps and move them out of {too_long}"


def test_nothing_is_named_after_nothing():
    vague = [house.name(path) for path in house.PACKAGE.rglob("*") if path.stem in FORBIDDEN]
    assert not vague, f"name these after what they hold, in the customer's words: {vague}"


@pytest.mark.parametrize("room", house.rooms())
def test_every_room_says_what_it_owns(room):
    tree = ast.parse((house.PACKAGE / room / "__init__.py").read_text())
    assert ast.get_docstring(tree), f"rapport/{room}/__init__.py needs a docstring: what the room owns and must not do"


def _lines(path) -> int:
    return len(path.read_text().splitlines())
