"""The frame around every page, signed in or not, and the pages for when something is wrong."""

import re
from types import SimpleNamespace

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

from rapport.design.tests.markup import Elements, draw

pytestmark = pytest.mark.urls("rapport.design.urls")

SECTIONS = [
    {"key": key, "icon": icon, "label": label, "href": f"/{key}", "badge": badge, "current": key == "inbox", "kbd": kbd}
    for key, icon, label, badge, kbd in [
        ("inbox", "inbox", "Inbox", "8", ""),
        ("customers", "users", "Customers", "", ""),
        ("feedback", "feedback", "Feedback", "", ""),
        ("search", "search", "Search", "", "/"),
        ("settings", "settings", "Settings", "", ""),
    ]
]


def page(**context) -> str:
    request = RequestFactory().get("/")
    request.COOKIES.update(context.pop("cookies", {}))
    agent = context.pop("agent", SimpleNamespace(name="Ada Lindqvist", theme=""))
    request.user = agent
    shell = {"sections": SECTIONS, "agent": agent, "agent_links": [], "version": "1"}
    return render_to_string("design/shell.html", {"shell": shell, "request": request, "csrf_token": "abc", **context})


def test_the_rail_and_the_bottom_bar_lead_to_the_same_places():
    links = [attributes for tag, attributes in Elements(page()).found if tag == "a"]
    addresses = [link["href"] for link in links]
    for section in SECTIONS:
        assert addresses.count(section["href"]) == 2, section
    assert {link["href"] for link in links if link.get("aria-current")} == {"/inbox"}


def test_the_page_has_landmarks_a_skip_link_and_places_for_news():
    html = page()
    elements = Elements(html)
    assert elements.found[elements.names().index("body") + 1][1]["class"] == "skip"
    assert 'href="#main"' in html
    assert 'id="main"' in html
    labels = [attributes["aria-label"] for tag, attributes in elements.found if tag == "nav"]
    assert len(labels) == len(set(labels)) == 2
    for tag in ("toast-region", "offline-banner"):
        assert tag in elements.names()
    assert 'id="live-region"' in html


def test_htmx_may_evaluate_nothing_and_brings_its_token():
    elements = Elements(page())
    config = next(
        attributes["content"] for tag, attributes in elements.found if attributes.get("name") == "htmx-config"
    )
    assert '"allowEval":false' in config
    assert '"includeIndicatorStyles":false' in config
    assert elements.first("body")["hx-headers"] == '{"X-CSRFToken": "abc"}'
    assert all(attributes.get("src") for tag, attributes in elements.found if tag == "script")


@pytest.mark.parametrize(
    ("chosen", "cookie", "theme"),
    [("", "", None), ("dark", "", "dark"), ("", "light", "light"), ("dark", "light", "dark"), ("", '"><script>', None)],
)
def test_ada_sees_her_own_theme_else_this_browsers(chosen, cookie, theme):
    html = page(agent=SimpleNamespace(name="Ada", theme=chosen), cookies={"theme": cookie})
    assert Elements(html).first("html").get("data-theme") == theme
    pressed = re.findall(r'value="(\w+)" aria-checked="true"', html)
    assert set(pressed) == {theme or "system"}


def test_a_page_says_its_language_and_direction():
    with translation.override("zh-hans"):
        attributes = Elements(page()).first("html")
    assert (attributes["lang"], attributes["dir"]) == ("zh-hans", "ltr")
    with translation.override("ar"):
        assert Elements(page()).first("html")["dir"] == "rtl"


def test_words_for_scripts_survive_their_attribute():
    import json

    content = next(a["content"] for _, a in Elements(page()).found if a.get("name") == "rapport-words")
    assert json.loads(content)["minutes"] == "{n} min"


@pytest.mark.parametrize("name", ["400.html", "403.html", "403_csrf.html", "404.html", "500.html", "507.html"])
def test_a_broken_page_says_in_plain_words_what_to_do(name):
    # The 400 and 500 pages are drawn without a request.
    html = render_to_string(name, {"shell": {}} if name in {"403.html", "404.html"} else {})
    assert html.count("<h1>") == 1
    assert 'href="/"' in html
    text = re.sub(r"<[^>]+>", " ", html)
    assert "oops" not in text.lower()
    assert "!" not in text.replace("<!doctype", "")


@pytest.mark.django_db
def test_nobody_finds_a_bare_404(client):
    answer = client.get("/nothing/here/at/all")
    assert answer.status_code == 404
    assert b"There is nothing here" in answer.content


def test_an_icon_that_stands_alone_is_read_aloud():
    assert draw('{% icon "star" "" "VIP" %}').startswith('<svg class="icon" role="img" aria-label="VIP">')
    assert 'class="icon icon-sm twist" aria-hidden="true"' in draw('{% icon "down" "sm" "" "twist" %}')


@pytest.mark.django_db
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_styleguide_opens_for_everybody(client, theme):
    answer = client.get("/styleguide", {"theme": theme})
    assert answer.status_code == 200
    html = answer.content.decode()
    assert Elements(html).first("html")["data-theme"] == theme
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert len(ids) == len(set(ids)), sorted({one for one in ids if ids.count(one) > 1})
    assert "<c-" not in html
