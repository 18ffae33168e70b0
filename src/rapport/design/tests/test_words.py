"""Words that stand in a template: what Django says of them is what everybody reads, only sooner."""

import pytest
from django.template import engines
from django.templatetags import i18n
from django.utils import translation

from rapport.design.templatetags.words import Constant

TEMPLATES = [
    '{% translate "Close" %}',
    "{% translate 'Close' %}",
    '{% trans "Close" %}',
    '{% translate "Close"|upper %}',
    '{% translate "On" context "a switch that nobody translated" %}',
    '{% translate "Close" as said %}[{{ said }}]',
    '{% translate "Close" noop %}',
    '{% translate word %}',
    '{% translate "100% of <b>all</b> & more" %}',
]  # fmt: skip


def drawn(template, language):
    with translation.override(language):
        return engines["django"].from_string("{% load i18n %}" + template).render({"word": "Close <it>"})


def drawn_by_django(template, language, monkeypatch):
    library = engines["django"].engine.template_libraries["i18n"]
    with monkeypatch.context() as here:
        here.setitem(library.tags, "translate", i18n.do_translate)
        here.setitem(library.tags, "trans", i18n.do_translate)
        return drawn(template, language)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("template", TEMPLATES)
def test_it_says_what_django_would_say(template, language, monkeypatch):
    assert drawn(template, language) == drawn_by_django(template, language, monkeypatch)


def test_each_reader_gets_their_own_language_from_one_template():
    page = engines["django"].from_string('{% load i18n %}{% translate "Close" %}')
    said = []
    for language in ("zh-hans", "en", "zh-hans"):
        with translation.override(language):
            said.append(page.render({}))
    assert said == ["关闭", "Close", "关闭"]
    assert [type(node) for node in page.template.nodelist][1] is Constant
