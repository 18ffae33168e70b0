"""How Vega reaches the browser."""

import pytest
from django.contrib.staticfiles import finders

from rapport.design.vega import NAME, VegaFinder


@pytest.fixture
def elsewhere(settings, tmp_path):
    settings.DATA = tmp_path
    return tmp_path


def test_the_bundle_is_written_once_and_found_like_any_static_file(elsewhere):
    finder = VegaFinder()
    ((name, storage),) = finder.list([])
    assert name == NAME
    written = storage.path(name)
    before = (elsewhere / written).stat()
    assert finder.find(NAME) == written
    assert finder.find(NAME, find_all=True) == [written]
    assert (elsewhere / written).stat() == before
    assert not list(elsewhere.rglob("*.partial"))


def test_it_is_a_module_with_an_interpreter_of_expressions():
    with open(finders.find(NAME), encoding="utf-8") as file:
        bundle = file.read()
    assert bundle.rstrip().endswith("as vegaEmbed};")
    assert "expressionInterpreter" in bundle
    assert "sourceMappingURL" not in bundle


def test_other_files_are_left_to_other_finders():
    assert VegaFinder().find("design/rapport.css") == []
