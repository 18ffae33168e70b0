"""A person without a picture is still told from the next one."""

import pytest
from django.utils.safestring import mark_safe

from rapport.design.people import HUES, hue, initials


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Elena Marchetti", "EM"),
        ("Kim", "K"),
        ("maría del carmen ruiz", "MR"),
        ("陈雨桐", "雨桐"),
        ("김민수", "민수"),
        ("kim@studio.example", "KE"),
        ("kit.and.pine", "KP"),
        ("  ", "?"),
        ("", "?"),
        ("(unknown)", "?"),
    ],
)
def test_initials_are_what_a_person_would_write(name, letters):
    assert initials(name) == letters


def test_a_name_that_was_escaped_on_its_way_has_the_same_initials_and_hue():
    assert initials(mark_safe("&lt;Eve&gt; O&#x27;Neill")) == "O"
    assert hue(mark_safe("Ben &amp; Jerry")) == hue("Ben & Jerry")


def test_a_persons_colour_stays_and_people_differ():
    assert hue("Kim Park") == hue("kim park")
    assert hue("Kim Park") in HUES
    assert len({hue(f"Person {number}") for number in range(60)}) == len(HUES)
