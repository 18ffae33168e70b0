"""The catalogue tool finds every text that people see, and notices what a translation lost."""

from pathlib import Path

import polib
import pytest

from tools import translations

TEMPLATE = """
{% load i18n %}
<c-button label="{% translate 'Close the case' %}" icon="check">
        {% translate "Close" %}
    </c-button>
<c-pill :label="_('At risk')" title="{{ _('Why') }}" />
  {% blocktranslate trimmed count number=waiting %}
    {{ number }} person waits
  {% plural %}
    {{ number }} people wait
  {% endblocktranslate %}
{% translate "Open" context "a state" %}
{# {% translate "Nobody sees this" %} #}
It's "quoted" prose that is not marked.
"""

PYTHON = """
from django.utils.translation import gettext as _, ngettext, pgettext_lazy
PLAIN = _("Saved"
          " for you")
COUNTED = ngettext("%(n)d mail", "%(n)d mails", 3)
MEANT = pgettext_lazy("verb", "Rate")
"""


def test_a_template_gives_up_all_its_texts(tmp_path):
    found = _found(tmp_path / "page.html", TEMPLATE)
    assert found == {
        ("", "Close the case", ""),
        ("", "Close", ""),
        ("", "At risk", ""),
        ("", "Why", ""),
        ("", "%(number)s person waits", "%(number)s people wait"),
        ("a state", "Open", ""),
    }


def test_code_gives_up_all_its_texts(tmp_path):
    assert _found(tmp_path / "code.py", PYTHON) == {
        ("", "Saved for you", ""),
        ("", "%(n)d mail", "%(n)d mails"),
        ("verb", "Rate", ""),
    }


@pytest.mark.parametrize(
    ("text", "translated", "is_fine"),
    [
        ("%(name)s left", "%(name)s 已离开", True),
        ("%(name)s left", "已离开", False),
        ("{count} mails", "{count} 封邮件", True),
        ("{count} mails", "{number} 封邮件", False),
        ("Sent by ", "发送者 ", True),
        ("Sent by ", "发送者", False),
        ("100% sure", "百分之百", True),
    ],
)
def test_a_lost_placeholder_is_noticed(text, translated, is_fine):
    lost = list(translations._lost_in(polib.POEntry(msgid=text, msgstr=translated)))
    assert (not lost) == is_fine


def test_one_conversation_may_be_said_without_its_number():
    entry = polib.POEntry(msgid="one mail", msgid_plural="%(n)d mails", msgstr_plural={0: "%(n)d 封邮件"})
    assert list(translations._lost_in(entry)) == []


def test_a_new_text_keeps_what_is_already_translated(tmp_path, monkeypatch):
    _house(tmp_path, monkeypatch, '_("Saved")')
    translations.extract()
    path = translations.catalogue("zh_Hans")
    catalogue = polib.pofile(str(path))
    catalogue.find("Saved").msgstr = "已保存"
    catalogue.save()
    translations.compile_all()
    assert translations.check() == 0
    (tmp_path / "rapport" / "code.py").write_text('_("Saved")\n_("Sent")\n')
    assert translations.check() == 1
    translations.extract()
    assert [entry.msgstr for entry in polib.pofile(str(path))] == ["已保存", ""]


def test_a_stale_compiled_catalogue_is_noticed(tmp_path, monkeypatch, capsys):
    _house(tmp_path, monkeypatch, '_("Saved")')
    translations.extract()
    catalogue = polib.pofile(str(translations.catalogue("zh_Hans")))
    catalogue.find("Saved").msgstr = "已保存"
    catalogue.save()
    assert translations.check() == 1
    assert "django.mo is not what django.po says" in capsys.readouterr().err


def _found(path: Path, source: str) -> set:
    path.write_text(source)
    return set(translations._texts_in(path))


def _house(directory: Path, monkeypatch, source: str) -> None:
    package = directory / "rapport"
    package.mkdir()
    (package / "code.py").write_text(source + "\n")
    monkeypatch.setattr(translations, "PACKAGE", package)
