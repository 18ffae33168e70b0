"""A spreadsheet shows what people wrote, and runs none of it."""

import pytest

from rapport.kit.sheets import csv_lines, safe_cell


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", " =1", "\t=1", "\r=1", "\n-1", "＝1", "\u00a0=1"])
def test_a_cell_that_begins_like_a_formula_is_made_text(cell):
    assert safe_cell(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["Kim", "", "a=b", 5, None])
def test_other_cells_stay_as_they_are(cell):
    assert safe_cell(cell) == cell


def test_the_file_says_that_it_is_utf_8_and_quotes_what_must_be():
    lines = list(csv_lines(["name", "text"], [["Kim", 'says "hi", twice'], ["林伟", "=1"]]))
    assert lines == ["\ufeffname,text\r\n", 'Kim,"says ""hi"", twice"\r\n', "林伟,'=1\r\n"]
