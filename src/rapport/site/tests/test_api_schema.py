"""The API does what its document says, whatever is sent to it: a few made-up requests to every operation.

`make api` sends many more, see `test_api_schema_in_full`.
"""

import ast
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode

import rapport
from rapport.site.tests.api_document import DOCUMENT, SETTINGS, schema

pytestmark = pytest.mark.django_db

OPERATIONS = [(method.upper(), path) for path, methods in DOCUMENT["paths"].items() for method in methods]
# What shapes are made of.
_BASES = {"BaseModel", "Shape"}


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_every_operation_keeps_its_word(method, path, token):
    operation = schema[path][method]

    @given(case=st.one_of([operation.as_strategy(mode) for mode in GenerationMode]))
    @settings(max_examples=6, phases=[Phase.generate], **SETTINGS)
    def keeps_its_word(case):
        case.call_and_validate(headers={"Authorization": f"Bearer {token}"})

    keeps_its_word()


def test_no_two_shapes_have_the_same_name():
    """The document knows shapes by their names alone; the second would take the place of the first."""
    rooms = Path(rapport.__file__).parent
    found = Counter(
        node.name
        for path in rooms.rglob("*.py")
        if "tests" not in path.parts and path.stem not in ("models", "forms")
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.ClassDef) and _BASES & {ast.unparse(base) for base in node.bases}
    )
    assert [name for name, often in found.items() if often > 1] == []
