"""What a file is, and what its columns are."""

import io
import zipfile
from pathlib import Path

import pytest

from rapport.customers.importing import starting, tables
from rapport.customers.importing.columns import guess
from rapport.customers.importing.errors import CannotRead, WrongColumns
from rapport.customers.importing.models import CustomerImport

SHEETS = Path(__file__).parent / "sheets"

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (b"\xef\xbb\xbfname,email\n", "utf-8-sig"),
        ("Zoë,é\n".encode(), "utf-8-sig"),
        ("Zoë;Müller;Ñandú\n".encode("cp1252"), "cp1252"),
        ("姓名,邮箱\n李娜,a@b.example\n".encode("gbk"), "gb18030"),
        ("姓名,邮箱\n".encode("utf-16-le"), "utf-16"),
        (b"name,email\n", "utf-8-sig"),
    ],
)
def test_characters_are_told_by_how_the_bytes_fall(data, encoding):
    assert tables.encoding_of(data) == encoding


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_the_one_that_divides_rows_evenly(separator):
    text = "\n".join(
        separator.join(row) for row in (["name", "email"], ["Kim; Park" if separator == "," else "K", "k@a"])
    )
    assert tables.separator_of(text) == separator


def test_excel_says_its_separator_in_a_first_line():
    data = b"sep=;\nname;email\nKim, the first;kim@a.example\n"
    assert list(tables.rows(data, tables.look(data))) == [
        (1, ["name", "email"]),
        (2, ["Kim, the first", "kim@a.example"]),
    ]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "This file is empty."),
        (b"\xef\xbb\xbf\n", "This file is empty."),
        (b"%PDF-1.7 ...", "This is no table."),
        (b"\xd0\xcf\x11\xe0" + b"x" * 100, "Save it as XLSX"),
        (b"PK\x03\x04 and then nothing", "This workbook is broken."),
        (b"name,email\n", "nothing but the names of the columns"),
        (b"a" * (tables.LARGEST + 1), "larger than 25 MB"),
    ],
)
def test_what_is_no_table_is_refused_with_a_sentence(data, said, omar):
    with pytest.raises(CannotRead, match=said):
        starting.bring(data, name="x", by=omar)
    assert not CustomerImport.objects.exists()


@pytest.mark.parametrize(
    ("name", "said"), [("unclosed.csv", "Row 3 cannot be read"), ("far-away.xlsx", "in row 1048576")]
)
def test_a_file_that_would_swallow_memory_or_rows_is_refused(name, said, omar):
    with pytest.raises(CannotRead, match=said):
        starting.bring((SHEETS / name).read_bytes(), name=name, by=omar)


def test_a_zip_that_is_no_workbook_is_refused(omar):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("letter.txt", "hello")
    with pytest.raises(CannotRead, match="cannot be opened"):
        starting.bring(packed.getvalue(), name="x.xlsx", by=omar)


def test_columns_without_names_are_guessed_by_what_stands_in_them():
    guessed = guess([["Kim", "kim@a.example", "+49 30 1234567"], ["Lee", "lee@a.example", "+1 555 123456"]], [])
    assert guessed.has_header is False
    assert guessed.columns == ["", "email", "phone"]


def test_name_and_first_name_together_are_last_and_first():
    assert guess([["Name", "Vorname", "E-Mail"], ["Park", "Kim", "k@a.example"]], []).columns == [
        "last_name", "first_name", "email",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        (["name", ""], "one of them is needed"),
        (["email", "shoe_size"], "nothing called shoe_size"),
        (["account", "account"], "Two columns are"),
        (["email"], "has 2 columns"),
    ],
)
def test_columns_that_make_no_sense_are_refused(columns, said, bring):
    with pytest.raises(WrongColumns, match=said):
        bring("name,email\nKim,kim@a.example\n", columns=columns)
