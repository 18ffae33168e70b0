"""A report speaks the reader's language."""

import pytest

from rapport.science.language import _, ngettext, speaking, spoken


def test_a_chinese_reader_is_spoken_to_in_chinese():
    with speaking("zh-hans"):
        assert _("Customers") == "客户"
        assert spoken() == "zh_Hans"
    assert _("Customers") == "Customers"


def test_a_text_without_translation_stays_as_it_is():
    with speaking("zh"):
        assert _("nobody ever wrote this") == "nobody ever wrote this"


def test_one_and_many_differ_in_english():
    assert ngettext("{n} customer", "{n} customers", 1) == "{n} customer"


def test_an_unknown_language_is_refused_by_name():
    with pytest.raises(ValueError, match="'kw'"), speaking("kw"):
        pass
