"""Pages obey the content security policy, and every link leads somewhere."""

import re

import pytest
from django.conf import settings
from django.template import Lexer
from django.template.base import TokenType
from django.urls import URLPattern, URLResolver, get_resolver

from tests import house

TEMPLATES = house.ours(".html", tests=False)
SCRIPTS = house.ours(".js", tests=False)
COMMENT = re.compile(r"{#.*?#}|{% comment %}.*?{% endcomment %}|<!--.*?-->", re.DOTALL)
STYLE = re.compile(r"""(?<![\w-])style\s*=\s*("[^"]*"|'[^']*')""")
# Template tags inside the value are blanked before this looks.
ONLY_CUSTOM_PROPERTIES = re.compile(r"\s*(--[\w-]+\s*:[^;]*;?\s*)*")


def read(path) -> str:
    return COMMENT.sub("", path.read_text())


@pytest.mark.parametrize("path", TEMPLATES, ids=house.name)
def test_a_page_has_no_inline_script_handler_or_style(path):
    source = read(path)
    inline = [tag for tag in re.findall(r"<script\b[^>]*>", source) if "src=" not in tag and "json" not in tag]
    assert not inline, f"put scripts into static/<room>/*.js: {inline}"
    assert not re.findall(r"<style\b", source), "put rules into static/<room>/css/*.css"
    assert not re.findall(r"\son[a-z]+\s*=\s*[\"']", source), "add listeners in a custom element"
    assert "javascript:" not in source
    assert not re.findall(r"hx-on|hx-vals=['\"]js:", source), "htmx may not evaluate code here"


@pytest.mark.parametrize("path", TEMPLATES, ids=house.name)
def test_style_attributes_carry_values_only(path):
    for value in STYLE.findall(re.sub(r"{[{%].*?[%}]}", "", read(path))):
        assert ONLY_CUSTOM_PROPERTIES.fullmatch(value[1:-1]), f"style={value}: make it a class"


@pytest.mark.parametrize("path", [*TEMPLATES, *SCRIPTS], ids=house.name)
def test_nothing_is_loaded_from_elsewhere(path):
    loaded = re.findall(r"""(?:src|data-src|import|from|url\()\s*=?\s*["'(]?(https?:)?//[\w.]+""", read(path))
    assert not loaded, "serve it from our own static files"


def test_scripts_evaluate_nothing():
    evil = re.compile(r"\beval\(|new Function\(|\.innerHTML\s*=\s*`")
    assert not [house.name(path) for path in SCRIPTS if evil.search(path.read_text())]


@pytest.mark.parametrize("path", TEMPLATES, ids=house.name)
def test_every_address_a_page_names_exists(path):
    known = set(view_names())
    tokens = [token.contents for token in Lexer(path.read_text()).tokenize() if token.token_type == TokenType.BLOCK]
    named = [match[1] for text in tokens if (match := re.match(r"""url\s+["']([\w:.-]+)["']""", text))]
    assert set(named) <= known, f"no such address: {set(named) - known}"


def test_every_address_has_its_own_name():
    ours = [name for name in view_names() if ":" not in name]
    twice = {name for name in ours if ours.count(name) > 1}
    assert not twice, f"two addresses share a name: {twice}"


def test_every_room_of_the_house_is_switched_on():
    with_models = {path.parent.name for path in house.PACKAGE.glob("*/models.py")}
    assert {f"rapport.{room}" for room in with_models} <= set(settings.INSTALLED_APPS)


def view_names(resolver: URLResolver | None = None, prefix: str = "") -> list[str]:
    resolver = resolver or get_resolver()
    names: list[str] = []
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            if entry.name:
                names.append(prefix + entry.name)
        else:
            names += view_names(entry, f"{prefix}{entry.namespace}:" if entry.namespace else prefix)
    return names
