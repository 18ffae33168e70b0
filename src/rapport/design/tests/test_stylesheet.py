"""One stylesheet, the same every time, with its layers in order and its colours readable."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.templatetags.static import static

from rapport.design import bundle
from rapport.design.tests.colours import contrast, tokens
from rapport.design.tests.markup import CSS, DESIGN

LAYERS = "tokens, reset, base, components, layout, charts, pages, utilities"


def test_the_stylesheet_is_the_same_every_time():
    assert bundle.stylesheet() == bundle.stylesheet()
    names = [path.name for path in bundle.sources()]
    assert names[:2] == ["tokens.css", "base.css"]
    layout = {path.name for path in CSS.glob("layout/*.css")}
    assert layout <= set(names), "name every layout file in the bundle's order"
    places = [names.index(name) for name in ("shell.css", "panes.css", "button.css", "charts.css", "login.css")]
    assert places == sorted(places)


def test_the_order_of_layers_is_declared_once_and_first():
    text = bundle.stylesheet()
    statements = re.findall(r"@layer ([\w, ]+);", text)
    assert statements == [LAYERS]
    assert text.index("@layer tokens, reset") < text.index("{")


def test_every_rule_is_in_a_layer():
    for path in bundle.sources():
        text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
        outside, depth = "", 0
        for character in text:
            depth -= character == "}"
            outside += character if depth == 0 else ""
            depth += character == "{"
        left = re.sub(r"@layer [\w, ]+[;{]|\}", "", outside).strip()
        assert left == "", f"{path.name}: put {left!r} into a layer"
        assert depth == 0, f"{path.name}: braces do not match"


def test_a_rooms_own_rules_come_last_and_belong_to_its_pages():
    sources = bundle.sources()
    own = [path for path in sources if path.is_relative_to(DESIGN)]
    assert sources[: len(own)] == own
    for path in sources[len(own) :]:
        layers = set(re.findall(r"@layer (\w+) {", path.read_text()))
        assert layers <= {"pages", "components", "charts"}, path


def test_every_token_that_is_used_is_defined_somewhere():
    text = re.sub(r"/\*.*?\*/", "", bundle.stylesheet(), flags=re.DOTALL)
    used = set(re.findall(r"var\((--[\w-]+)(?!\s*,)\)", text))
    defined = set(re.findall(r"(--[\w-]+)\s*:", text))
    assert used - defined - {"--v", "--h", "--span", "--w"} == set()


def test_one_component_has_one_file():
    assert len(list((CSS / "components").glob("*.css"))) >= 40
    assert not [
        path.name for path in (CSS / "components").glob("*.css") if "@layer components {" not in path.read_text()
    ]


def test_while_developing_the_server_finds_the_joined_file(settings):
    found = finders.find(bundle.NAME)
    assert Path(found).read_text() == bundle.stylesheet()
    assert finders.find(bundle.NAME, find_all=True) == [found]
    before = Path(found).stat().st_mtime_ns
    assert Path(finders.find(bundle.NAME)).stat().st_mtime_ns == before, "written again for nothing"
    assert isinstance(finders.find("design/icons.svg"), str)


def test_collected_files_are_hashed_and_modules_import_the_hashed_ones(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    settings.STATICFILES_FINDERS = [
        "rapport.design.tests.only_design.DesignFinder",
        "rapport.design.bundle.StylesheetFinder",
    ]
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": "rapport.design.storage.StaticFiles"}}
    finders.get_finder.cache_clear()
    call_command("collectstatic", interactive=False, verbosity=0)
    for name in (bundle.NAME, "design/icons.svg", "design/js/index.js"):
        hashed = tmp_path / static(name).removeprefix("/static/")
        assert hashed.name != Path(name).name
        assert hashed.exists()
        assert hashed.with_name(hashed.name + ".gz").exists()
    index = (tmp_path / static("design/js/index.js").removeprefix("/static/")).read_text()
    imported = re.findall(r'import\s*"\./([\w.]+)"', index)
    assert len(imported) >= 8
    for module in imported:
        assert re.fullmatch(r"\w+\.[0-9a-f]{12}\.js", module)
        assert (tmp_path / "design/js" / module).exists()


@pytest.fixture(autouse=True)
def _finders_as_they_were():
    yield
    finders.get_finder.cache_clear()
    from rapport.design import icons

    icons.sprite_url.cache_clear()


SURFACES = ("--bg", "--surface", "--surface-2", "--raised")
READABLE = [
    *((text, surface) for text in ("--text", "--text-2", "--text-3") for surface in SURFACES),
    ("--text", "--surface-3"),
    ("--text-2", "--surface-3"),
    *(("--accent-text", surface) for surface in (*SURFACES, "--accent-soft")),
    *((f"--{tone}-text", f"--{tone}-soft") for tone in ("good", "warn", "bad")),
    *((f"--{tone}-text", "--surface") for tone in ("good", "warn", "bad")),
    ("--text", "--accent-soft"),
    ("--text-2", "--accent-soft"),
    ("--on-accent", "--accent"),
    ("--on-accent", "--accent-hover"),
    ("--text", "--note-bg"),
    ("--text-3", "--note-bg"),
]
VISIBLE = [
    ("--border-field", "--surface"),
    ("--border-field", "--raised"),
    ("--accent", "--surface"),
    ("--accent", "--bg"),
    ("--chart-1", "--surface"),
    ("--bad", "--surface"),
]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("text", "surface"), READABLE)
def test_text_can_be_read(text, surface, theme):
    colours = tokens(theme)
    assert contrast(colours[text], colours[surface]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("mark", "surface"), VISIBLE)
def test_borders_of_fields_focus_and_marks_can_be_seen(mark, surface, theme):
    colours = tokens(theme)
    assert contrast(colours[mark], colours[surface]) >= 3


def test_black_on_white_is_21_to_1():
    assert contrast((0, 0, 0), (1, 0, 0)) == pytest.approx(21, abs=0.01)
