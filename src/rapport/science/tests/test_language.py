"""A report speaks the reader's language."""

import pytest

from rapport.science.language import _, ngettext, short_number, speaking, spoken, with_commas, with_semicolons


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


@pytest.mark.parametrize(
    ("amount", "in_english", "in_chinese"),
    [
        (12.3, "12.30", "12.30"),
        (9_876, "9,876", "9,876"),
        (15_432, "15.4k", "1.54万"),
        (412_000, "412k", "41.2万"),
        (3_200_000, "3.2M", "320万"),
        (512_000_000, "512M", "5.12亿"),
        (-2_500_000_000, "-2.5B", "-25亿"),
    ],
)
def test_large_amounts_are_counted_as_the_reader_counts(amount, in_english, in_chinese):
    assert short_number(amount) == in_english
    with speaking("zh"):
        assert short_number(amount) == in_chinese


def test_things_side_by_side_are_parted_as_the_language_parts_them():
    assert with_commas(["a", 2]) == "a, 2"
    assert with_semicolons(["a, b", "c"]) == "a, b; c"
    with speaking("zh"):
        assert with_commas(["甲", "乙"]) == "甲、乙"
        assert with_semicolons(["甲", "乙"]) == "甲；乙"
