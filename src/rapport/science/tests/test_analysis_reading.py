"""Noor drops in a table as her shop exported it, and is told how it was read."""

import gzip
import io

import pandas as pd
import pytest

from rapport.science.analysis import CannotRead
from rapport.science.analysis.reading import read_file, read_frame


@pytest.fixture
def table(tmp_path):
    """Write a file and read it."""

    def read(content, name="customers.csv", **options):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_file(path, **options)

    return read


def lines(line, count=40):
    return "".join(line.format(n=n) + "\n" for n in range(1, count + 1))


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_cells_are_parted_by_whatever_parts_them(table, separator):
    text = "id,plan,spend\n" + lines("{n},basic,{n}.5")
    found = table(text.replace(",", separator))
    assert found.separator == separator
    assert found.table.iloc[0].to_list() == [1, "basic", 1.5]


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8", "客户,城市\n" + lines("{n},北京市")),
        ("utf-8-sig", "客户,城市\n" + lines("{n},北京市")),
        ("utf-16", "客户,城市\n" + lines("{n},北京市")),
        ("utf-16-le", "client,ville\n" + lines("{n},Orléans")),
        ("gb18030", "客户,城市\n" + lines("{n},北京市")),
        ("cp1252", "Kunde,Stadt\n" + lines("{n},Köln – Süd")),
    ],
)
def test_letters_are_read_whatever_program_wrote_them(table, encoding, text):
    found = table(text.encode(encoding))
    expected = pd.read_csv(io.StringIO(text))
    assert found.table.columns.to_list() == expected.columns.to_list()
    assert found.table.iloc[0, 1] == expected.iloc[0, 1]
    assert bool(found.notes) == (encoding not in ("utf-8", "utf-8-sig", "utf-16"))


def test_a_packed_file_is_unpacked(table):
    assert len(table(gzip.compress(b"id,plan\n1,a\n2,b\n"), "customers.csv.gz").table) == 2


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["1.234,56 €", "12,50 €", "-3,00 €"], [1234.56, 12.5, -3]),
        (["$1,234.50", "$12", "($7.25)"], [1234.5, 12, -7.25]),
        (["12%", "7.5 %", "100%"], [12, 7.5, 100]),
        (["1 234,5", "12,0", "n.a."], [1234.5, 12, None]),
        (["¥1,200", "¥15", "空"], [1200, 15, None]),
    ],
)
def test_numbers_are_read_as_people_write_them(table, cells, expected):
    found = table("name;spend\n" + "".join(f'x{n};"{cell}"\n' for n, cell in enumerate(cells))).table["spend"]
    assert found.astype(object).where(found.notna(), None).to_list() == expected


def test_a_point_parts_thousands_where_commas_part_decimals(table):
    found = table("a;b\n" + lines("1.{n:03d};{n},5"))
    assert found.table["a"].iloc[4] == 1005
    assert any("two ways" in note for note in found.notes)


@pytest.mark.parametrize(
    ("form", "unsure"),
    [("%Y-%m-%d", False), ("%d.%m.%Y", False), ("%m/%d/%Y", False), ("%Y年%m月%d日", False), ("%d %b %Y", False)],
)
def test_dates_are_read_in_the_order_that_fits_all_of_them(table, form, unsure):
    days = pd.date_range("2024-01-05", periods=40)
    found = table("day,n\n" + "".join(f"{day.strftime(form)},{n}\n" for n, day in enumerate(days)))
    assert found.table["day"].to_list() == days.to_list()
    assert bool(found.notes) == unsure


def test_dates_that_fit_both_orders_are_read_with_the_day_first_and_said(table):
    found = table("day,n\n03/04/2024,1\n05/06/2024,2\n")
    assert found.table["day"].iloc[0] == pd.Timestamp("2024-04-03")
    assert "month first" in found.notes[0]


def test_one_sure_column_decides_how_an_unsure_one_is_read(table):
    found = table("first,last\n" + "".join(f"03/04/2024,{m:02d}/2{m}/2024\n" for m in range(1, 9)))
    assert found.table["first"].iloc[0] == pd.Timestamp("2024-03-04")


def test_codes_with_leading_noughts_stay_words(table):
    assert table("zip,n\n" + lines("0{n:04d},{n}")).table["zip"].iloc[0] == "00001"


def test_a_quoted_cell_may_hold_line_breaks_and_separators(table):
    found = table('id,note\n1,"first line\nsecond, line"\n2,plain\n')
    assert found.table["note"].iloc[0] == "first line\nsecond, line"


def test_words_among_numbers_count_as_gaps_and_are_said(table):
    found = table("id,spend\n" + lines("{n},{n}") + "41,many\n")
    assert found.table["spend"].isna().sum() == 1
    assert "“many”" in found.notes[0]


def test_many_words_among_numbers_are_said_to_be_in_the_way(table):
    found = table("id,spend\n" + lines("{n},12\n{n},unknown yet\n{n},7"))
    assert "looks like numbers" in found.notes[0]


def test_columns_without_names_or_with_one_name_twice_are_named(table):
    found = table("a,a,,b\n1,2,3,x\n")
    assert found.table.columns.to_list() == ["a", "a_2", "column_3", "b"]
    assert table("1,2\n3,4\n5,6\n").table.columns.to_list() == ["column_1", "column_2"]


def test_a_list_parted_by_blanks_is_read(table):
    found = table("00004 19970101  2   29.33\n00004 19970118  2   29.73\n00021 19970101  3   63.34\n", "log.txt")
    assert found.table.shape == (3, 4)
    assert found.table.iloc[0, 1] == pd.Timestamp("1997-01-01")


def test_few_lines_that_do_not_fit_are_left_out_and_named(table):
    found = table("a,b\n" + lines("{n},x", 300) + "7\n8,y,\n")
    assert len(found.table) == 301
    assert "line 302" in found.notes[0]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "customers.csv is empty."),
        (b"\n \n", "customers.csv is empty."),
        (b"id,plan\n", "has a header and no customers"),
        (b"a,b,c\n1,2,3\n4,5\n", "Line 3 has 2 cells where the header has 3"),
        (b'a,b\n1,"2\n3,4\n', "A quotation mark is opened in line 2"),
        (b"PK\x03\x04zip", "is an Excel workbook"),
        (b"%PDF-1.7", "is a PDF document"),
        (bytes(range(256)) * 8, "is not a text file"),
        (b"\x1f\x8bbroken", "cannot be unpacked"),
    ],
)
def test_what_is_no_table_is_refused_in_a_sentence(table, content, sentence):
    with pytest.raises(CannotRead, match=sentence):
        table(content)


def test_a_wrong_encoding_is_refused(table):
    with pytest.raises(CannotRead, match="is not written in utf-8"):
        table("Kunde\nKöln\n".encode("cp1252"), encoding="utf-8")
    with pytest.raises(CannotRead, match="no encoding named klingon"):
        table("Kunde\nKöln\n", encoding="klingon")


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(CannotRead, match=r"There is no file .*customers\.csv"):
        read_file(tmp_path / "customers.csv")
    with pytest.raises(CannotRead, match="is a folder"):
        read_file(tmp_path)


def test_a_table_in_memory_is_read_like_a_file():
    frame = pd.DataFrame(
        {"spend": ["1,5", "2,5", None], "day": pd.to_datetime(["2024-01-01"] * 3, utc=True)}, index=[5, 6, 7]
    )
    found = read_frame(frame)
    assert found.table["spend"].iloc[0] == 1.5
    assert found.table["day"].dt.tz is None
    with pytest.raises(CannotRead, match="occurs more than once"):
        read_frame(pd.DataFrame([[1, 2]], columns=["a", "a"]))
