"""Pages obey the content security policy, and every link leads somewhere."""

import re
from functools import cache

from allauth.socialaccount.providers.openid_connect import urls as openid_connect
from django.conf import settings
from django.template.base import Lexer, TokenType
from django.urls import URLPattern, URLResolver, get_resolver

from tests import house

COMMENT = re.compile(r"{#.*?#}|{% comment.*?{% endcomment %}|<!--.*?-->", re.DOTALL)
TAG = re.compile(r"{{.*?}}|{%.*?%}")
STYLE = re.compile(r"""(?<![\w-])style\s*=\s*("[^"]*"|'[^']*')""")
ONLY_CUSTOM_PROPERTIES = re.compile(r"\s*(--[\w-]+\s*:[^;]*;?\s*)*")
# What a page must not hold, and what to do instead.
BANNED = {
    r"<script\b(?![^>]*\bsrc=)(?![^>]*json)[^>]*>": "put scripts into static/<room>/*.js",
    r"<style\b": "put rules into static/<room>/css/*.css",
    r"<[^>]*\son[a-z]+\s*=\s*[\"']": "add listeners in a custom element",
    r"javascript:": "use a button and a custom element",
    r"hx-on|hx-vals=['\"]js:": "htmx may not evaluate code here",
    r"""(?:src|import|from|url\()\s*=?\s*["'(]?(?:https?:)?//[\w.]+""": "serve it from our own static files",
}


def test_no_page_breaks_the_content_security_policy():
    broken = [
        f"{house.name(path)}: {found[0]!r}; {remedy}"
        for path, source in templates().items()
        for pattern, remedy in BANNED.items()
        for found in re.finditer(pattern, source)
    ]
    assert not broken, "\n".join(broken)


def test_style_attributes_carry_values_and_no_looks():
    looks = [
        f"{house.name(path)}: style={value}"
        for path, source in templates().items()
        for value in STYLE.findall(TAG.sub("", source))
        if not ONLY_CUSTOM_PROPERTIES.fullmatch(value[1:-1])
    ]
    assert not looks, "make these classes:\n" + "\n".join(looks)


def test_scripts_evaluate_nothing_and_load_nothing_from_elsewhere():
    evil = re.compile(r"\beval\(|new Function\(|(?:import|from)\s*\(?[\"']https?:")
    assert not [house.name(path) for path in house.ours(".js", tests=False) if evil.search(path.read_text())]


def test_every_address_a_page_names_exists():
    # The company's sign-in has addresses only where it is switched on.
    known = set(view_names()) | set(view_names(get_resolver(openid_connect.__name__)))
    missing = [
        f"{house.name(path)}: {name}"
        for path, source in templates().items()
        for name in _addresses(source)
        if name not in known
    ]
    assert not missing, "\n".join(missing)


def test_every_address_has_its_own_name():
    names = [name for name in view_names() if ":" not in name]
    assert not {name for name in names if names.count(name) > 1}


def test_every_room_with_models_is_switched_on():
    with_models = {path.parent.name for path in house.PACKAGE.glob("*/models.py")}
    assert {f"rapport.{room}" for room in with_models} <= set(settings.INSTALLED_APPS)


@cache
def templates() -> dict:
    """Every template's source by its path, without comments."""
    return {path: COMMENT.sub("", path.read_text()) for path in house.ours(".html", tests=False)}


def _addresses(source: str) -> list[str]:
    tags = [token.contents for token in Lexer(source).tokenize() if token.token_type == TokenType.BLOCK]
    return [found[1] for tag in tags if (found := re.match(r"""url\s+["']([\w:.-]+)["']""", tag))]


def view_names(resolver: URLResolver | None = None, prefix: str = "") -> list[str]:
    names: list[str] = []
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLPattern):
            if entry.name:
                names.append(prefix + entry.name)
        else:
            names += view_names(entry, f"{prefix}{entry.namespace}:" if entry.namespace else prefix)
    return names
