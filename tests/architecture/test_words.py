"""Words that must not stand in our files."""

import re

import pytest

from tests import house

TEXTS = {".py", ".md", ".txt", ".toml", ".yaml", ".yml", ".html", ".css", ".js", ".sh", ""}
# Spelled in pieces, so that this file does not hold them itself.
REGISTRIES = [
    ".".join(parts) for parts in (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("npmjs", "com"))
]
TOP_LEVEL = ("README.md", "CONTRIBUTING.md", "STYLE.md", "CHANGELOG.md", "Makefile", "pyproject.toml", "conftest.py")


def texts():
    for folder in house.OUR_FOLDERS:
        for path in folder.rglob("*"):
            if path.is_file() and path.suffix in TEXTS and "__pycache__" not in path.parts:
                yield path
    yield from (house.ROOT / name for name in TOP_LEVEL if (house.ROOT / name).exists())


@pytest.mark.parametrize("host", REGISTRIES)
def test_no_file_names_a_package_index(host):
    """A company may have a mirror: which index packages come from is said outside of this repository."""
    assert not [house.name(path) for path in texts() if host in path.read_text(errors="ignore")]


def test_no_pinned_package_is_without_a_hash():
    for path in (house.ROOT / "requirements").glob("*.txt"):
        packages = re.split(r"\n(?=\S)", path.read_text())
        assert not [package.splitlines()[0] for package in packages if "==" in package and "--hash=" not in package]


def test_requirements_are_pinned_for_everything_that_is_asked_for():
    import tomllib

    project = tomllib.loads((house.ROOT / "pyproject.toml").read_text())
    asked = {"run": project["project"]["dependencies"], "develop": project["dependency-groups"]["develop"]}
    for name, requirements in asked.items():
        pinned = (house.ROOT / "requirements" / f"{name}.txt").read_text().lower()
        for requirement in requirements:
            package = re.split(r"[\[><=~! ;]", requirement)[0].lower()
            assert f"\n{package}==" in f"\n{pinned}", f"{package} is not pinned: run `make requirements`"


def test_no_work_is_left_as_a_note_in_the_code():
    note = re.compile(r"#.*\b(TODO|FIXME|XXX)\b")
    assert not [house.name(path) for path in house.ours(".py") if note.search(path.read_text())]
