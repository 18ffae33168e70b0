"""Taking everything out: what is in the files, in each format, as it was at one moment."""

import csv
import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from rapport.backbone import files, outflow
from rapport.backbone.outflow import Column
from rapport.backbone.outflow.tables import Table
from rapport.channels.models import Channel, Dispatch
from rapport.conversations.actions import tag, write_note
from rapport.conversations.fields import FIELDS as CONVERSATION_FIELDS
from rapport.conversations.models import Attachment, Message
from rapport.customers.actions import add_company, add_identity, fill_in, meet
from rapport.customers.models import Customer, IdentityKind
from rapport.exchange.exporting.errors import Unknown
from rapport.exchange.exporting.taking import chosen, snapshot, take, take_files
from rapport.exchange.exporting.writing import Format, regrouped, write
from rapport.kit import clock

pytestmark = pytest.mark.django_db

KINDS = (
    "agents teams customers companies customer-merges imports conversations messages notes attachments tags "
    "conversation-merges dispatches deliveries ratings macros audit"
)


@pytest.fixture
def known(kim, noor, fields):
    """Kim with all that can be known of her."""
    add_company(name="Studio", domain="studio.example", by=noor)
    add_identity(kim, kind=IdentityKind.PHONE, value="+49 30 1234", by=noor)
    add_identity(kim, kind=IdentityKind.EMAIL, value="k@home.example", by=noor)
    fill_in(kim, {"contract": "=A1", "seats": "12.5", "renewal": "2027-03-01", "paid": "yes"}, by=noor)
    return kim


def test_every_noun_that_there_is_can_go_out():
    assert set(KINDS.split()) <= set(outflow.outflows())


@pytest.mark.parametrize("format_", Format.values)
def test_a_customer_goes_out_with_addresses_and_the_companys_own_fields(known, exported, format_):
    [row] = exported("customers", format_)
    assert (row["name"], row["email"], row["company"]) == ("Kim Park", "kim@studio.example", "Studio")
    assert int(row["id"]) == known.pk
    own = [row[f"fields.{key}"] for key in ("contract", "seats", "renewal", "paid")]
    if format_ == "csv":
        assert (row["emails"], row["phones"]) == ("kim@studio.example; k@home.example", "'+49301234")
        assert own == ["'=A1", "12.5", "2027-03-01", "true"]
        assert datetime.fromisoformat(row["created_at"]) == known.created_at
    else:
        assert (row["emails"], row["phones"]) == (["kim@studio.example", "k@home.example"], ["+49301234"])
        assert own == ["=A1", 12.5, "2027-03-01", True]
    if format_ == "parquet":
        assert row["created_at"].to_pydatetime() == known.created_at
        assert row["merged_into"] is None


@pytest.mark.parametrize("format_", Format.values)
def test_everything_at_once_has_as_many_rows_as_the_database(known, ada, write, tmp_path, format_, audited):
    talk = write()
    tag(talk, name="hums", by=ada)
    write_note(talk, text="She is right", by=ada)
    kept = files.keep(b"a picture")
    Attachment.objects.create(message=talk.messages.first(), file=kept, name="灯.png", size=9, sha256=kept.sha256)
    Dispatch.objects.create(
        message=Message.objects.last(), channel=Channel.objects.create(kind="email", inbox=talk.inbox)
    )
    taken = take(chosen(["all"]), format_=format_, place=lambda each: tmp_path / f"{each.kind}.{format_}")
    counts = {each.kind: each.rows for each in taken}
    assert counts["customers"] == counts["conversations"] == counts["messages"] == counts["notes"] == 1
    assert counts["attachments"] == counts["dispatches"] == counts["tags"] == 1
    assert counts["agents"] == 2
    # Noor signed in and asked for an export.
    assert counts["audit"] == 2
    for each in taken:
        assert each.path.exists(), each.kind


@pytest.fixture
def audited(noor, signed_in):
    signed_in(noor).post("/settings/export/", {"kinds": "tags", "format": "csv"})


def test_nothing_secret_is_ever_a_column():
    for each in outflow.outflows().values():
        for column in each.columns():
            assert not {"password", "hash", "secret", "settings", "token", "body"} & set(column.name.split("_")), (
                each.kind
            )


def test_a_column_that_would_show_a_secret_is_refused():
    table = Table("channels", "Channels", Channel.objects.all, "id settings")
    with pytest.raises(ValueError, match="settings of Channel cannot be a column"):
        table.columns()


def test_a_conversation_has_its_tags_and_fields(ada, write, exported):
    from rapport.backbone.custom_fields.defining import Definition, define

    define(CONVERSATION_FIELDS, Definition("Order", "text"))
    talk = write()
    CONVERSATION_FIELDS.put(talk.pk, {"order": "A-17"})
    tag(talk, name="hums", by=ada)
    tag(talk, name="urgent", by=ada)
    [row] = exported("conversations")
    assert (row["tags"], row["fields.order"], row["inbox"]) == (["hums", "urgent"], "A-17", "Support")
    assert (row["number"], row["status"], row["customer"]) == (talk.number, "open", talk.customer_id)


def test_chunks_neither_skip_nor_repeat(db, monkeypatch, exported):
    monkeypatch.setattr("rapport.backbone.outflow.tables.AT_ONCE", 3)
    for number in range(10):
        meet(kind=IdentityKind.EMAIL, value=f"p{number}@x.example", name=f"P {number}")
    rows = exported("customers")
    assert [row["name"] for row in rows] == [f"P {number}" for number in range(10)]
    assert [row["emails"] for row in rows] == [[f"p{number}@x.example"] for number in range(10)]


def test_the_queries_do_not_grow_with_the_customers(fields, monkeypatch, django_assert_num_queries, exported):
    for number in range(30):
        meet(kind=IdentityKind.EMAIL, value=f"p{number}@x.example", name=f"P {number}")
    # Columns, a chunk, their addresses, their fields.
    with django_assert_num_queries(6):
        exported("customers")


def test_only_what_changed_since(kim, exported):
    Customer.objects.filter(pk=kim.pk).update(updated_at=clock.now() - timedelta(days=9))
    lee = meet(kind=IdentityKind.EMAIL, value="lee@x.example")
    rows = exported("customers", since=clock.now() - timedelta(days=1))
    assert [row["id"] for row in rows] == [lee.pk]


def test_a_kind_that_is_not_there_is_said_with_those_that_are(db):
    with pytest.raises(Unknown, match=r"There is nothing called lamps\. There are: .*customers"):
        chosen(["lamps"])


def test_csv_is_what_rfc_4180_and_spreadsheets_want(tmp_path):
    path = tmp_path / "a.csv"
    columns = [Column("name"), Column("said", "json"), Column("n", "number")]
    rows = [('Kim "the lamp"\nPark, 灯', {"a": [1]}, None), ("=cmd|' /C calc'!A0", None, 3), ("@x", [], 1.5)]
    write("csv", path, columns, [rows])
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbfname,said,n\r\n")
    assert raw.count(b"\r\n") == 4
    assert '"Kim ""the lamp""\nPark, 灯"'.encode() in raw
    with path.open(encoding="utf-8-sig", newline="") as file:
        read = list(csv.reader(file))
    assert read[2] == ["'=cmd|' /C calc'!A0", "", "3"]
    assert read[3] == ["'@x", "[]", "1.5"]
    write("csv", path, columns, [rows], exact=True)
    assert b"\r\n=cmd|" in path.read_bytes()
    assert path.read_bytes().startswith(b"name,")


def test_parquet_has_types_groups_and_nulls(tmp_path):
    from fastparquet import ParquetFile

    path = tmp_path / "a.parquet"
    columns = [
        Column("id", "whole"), Column("at", "moment"), Column("n", "number"), Column("b", "yes_no"), Column("t"),
        Column("d", "day"), Column("l", "texts"),
    ]  # fmt: skip
    moment = datetime(2026, 3, 1, 9, 30, 0, 123456, tzinfo=UTC)
    full = (2**40, moment, 1.5, True, "灯", date(2026, 3, 1), ["a"])
    empty = (None,) * 7
    write("parquet", path, columns, [[full], [empty]] * 20_001)
    with path.open("rb") as file:
        read = ParquetFile(file)
        assert {name: str(type_) for name, type_ in read.dtypes.items()} == {
            "id": "Int64", "at": "datetime64[us, UTC]", "n": "float64", "b": "boolean", "t": "object", "d": "object",
            "l": "object",
        }  # fmt: skip
        assert len(read.row_groups) == 3
        frame = read.to_pandas()
    assert len(frame) == 40_002
    first = frame.iloc[0]
    assert (first["id"], first["at"].to_pydatetime(), first["n"], first["b"]) == (2**40, moment, 1.5, True)
    assert (first["t"], first["d"], first["l"]) == ("灯", "2026-03-01", ["a"])
    assert frame.iloc[1].isna().all()
    assert [len(group) for group in regrouped([[1, 2], [3], [4, 5]], 3)] == [3, 2]


def test_a_table_without_rows_is_a_file_that_opens(db, exported):
    assert [exported("tags", format_) for format_ in Format.values] == [[], [], []]


def test_the_bytes_of_attachments_are_copied_once(write, tmp_path):
    message = write().messages.first()
    kept = files.keep(b"a picture")
    for name in ("a.png", "b.png"):
        Attachment.objects.create(message=message, file=kept, name=name, size=9, sha256=kept.sha256)
    assert take_files(tmp_path, None) == (1, [])
    assert (tmp_path / kept.sha256[:2] / kept.sha256[2:4] / kept.sha256).read_bytes() == b"a picture"
    files.storage().delete(kept.path)
    assert take_files(tmp_path / "other", None) == (0, [kept.sha256, kept.sha256])


@pytest.mark.django_db(transaction=True)
def test_what_is_written_meanwhile_is_not_in_it_and_does_not_wait(kim):
    def write_meanwhile():
        meet(kind=IdentityKind.EMAIL, value="lee@x.example")
        connection.close()

    with snapshot():
        before = Customer.objects.count()
        thread = threading.Thread(target=write_meanwhile)
        thread.start()
        thread.join(10)
        assert not thread.is_alive()
        assert Customer.objects.count() == before
    assert Customer.objects.count() == before + 1
    meet(kind=IdentityKind.EMAIL, value="mo@x.example")
    assert getattr(connection, "transaction_mode", "IMMEDIATE") in ("IMMEDIATE", None)
