"""Asking for an export: at the page, over HTTP and by command; and who may."""

import csv
import io
import json
import zipfile
from datetime import timedelta

import pytest
from click.testing import CliRunner

from rapport.backbone.jobs import run_pending
from rapport.exchange.exporting import running, starting
from rapport.exchange.exporting.models import Export
from rapport.kit import clock
from rapport.privacy.models import Entry
from rapport.site.command import main
from rapport.team.models import Agent, CustomRole

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(noor, signed_in):
    return signed_in(noor)


def ask(browser, *kinds, format_="csv"):
    return browser.post("/settings/export/", {"kinds": kinds, "format": format_})


def test_noor_exports_customers_and_fetches_the_file(browser, kim):
    assert "Nothing was exported yet" in browser.get("/settings/export/").content.decode()
    assert ask(browser, "customers").status_code == 302
    made = Export.objects.get()
    assert "begins in a moment" in browser.get(f"/settings/export/{made.pk}/progress").content.decode()
    run_pending(strict=True)
    assert browser.get(f"/settings/export/{made.pk}/progress")["HX-Refresh"] == "true"
    assert "1 row" in browser.get("/settings/export/").content.decode()
    answer = browser.post(f"/settings/export/{made.pk}/file")
    assert answer["Content-Disposition"].startswith('attachment; filename="rapport-customers-')
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert [row["name"] for row in rows] == ["Kim Park"]
    told = Entry.objects.filter(kind="exchange.export").order_by("id")
    assert [(each.action, each.agent_name, each.label, each.changes.get("downloads")) for each in told] == [
        ("added", "Noor Aziz", "customers (csv)", None),
        ("changed", "Noor Aziz", "customers (csv)", [0, 1]),
    ]
    assert "Export of data added" in browser.get("/settings/audit/").content.decode()


def test_several_come_as_one_zip(browser, kim, write):
    write()
    ask(browser, "customers", "messages", format_="jsonl")
    run_pending(strict=True)
    answer = browser.post(f"/settings/export/{Export.objects.get().pk}/file")
    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    assert archive.namelist() == ["customers.jsonl", "messages.jsonl"]
    assert json.loads(archive.read("messages.jsonl"))["text"] == "The lamp flickers."
    assert Export.objects.get().rows == {"customers": 1, "messages": 1}
    assert not list(running._root().glob("*"))


def test_one_is_written_at_a_time_and_it_can_be_stopped(browser, kim):
    ask(browser, "customers")
    again = ask(browser, "customers")
    assert again.status_code == 422
    assert "An export is being written already." in again.content.decode()
    made = Export.objects.get()
    browser.post(f"/settings/export/{made.pk}/stop")
    run_pending(strict=True)
    made.refresh_from_db()
    assert (made.state, made.file) == ("stopped", None)
    assert (
        "There is no file of this export"
        in browser.post(f"/settings/export/{made.pk}/file", follow=True).content.decode()
    )
    assert ask(browser, "customers").status_code == 302


def test_choosing_nothing_or_nonsense_is_said(browser):
    assert "Choose at least one thing" in ask(browser).content.decode()
    assert "There is nothing called lamps" in ask(browser, "lamps").content.decode()
    assert "no format called" in ask(browser, "tags", format_="xls").content.decode()
    said = browser.post("/settings/export/", {"kinds": "tags", "format": "csv", "since": "soon"})
    assert "Write the day as" in said.content.decode()
    assert not Export.objects.exists()


def test_the_file_goes_after_seven_days_and_who_took_it_stays_known(noor, kim):
    made = starting.begin(["customers"], format_="csv", since=None, by=noor)
    run_pending(strict=True)
    made.refresh_from_db()
    stored = made.file
    with clock.frozen(clock.now() + timedelta(days=6)):
        assert starting.forget_old() == 0
    with clock.frozen(clock.now() + timedelta(days=8)):
        assert not Export.objects.get().is_kept
        assert starting.forget_old() == 1
    made.refresh_from_db()
    assert (made.state, made.file, made.rows) == ("forgotten", None, {"customers": 1})
    assert not type(stored).objects.filter(pk=stored.pk).exists()


def test_what_a_killed_worker_left_begins_anew_and_is_given_up_after_a_day(noor, kim):
    made = starting.begin(["customers"], format_="csv", since=None, by=noor)
    (running._folder(made.pk)).mkdir(parents=True)
    (running._folder(made.pk) / "customers.csv").write_text("half")
    Export.objects.update(state="writing", touched_at=clock.now() - timedelta(minutes=9))
    assert running.wake() == 1
    run_pending(strict=True)
    assert Export.objects.get().state == "done"
    Export.objects.update(
        state="writing", touched_at=clock.now() - timedelta(hours=2), made_at=clock.now() - timedelta(days=2)
    )
    assert running.wake() == 0
    assert "tried for a day" in Export.objects.get().problem


def test_a_full_disk_is_said_and_leaves_nothing(noor, kim, monkeypatch, browser):
    def full(*_all, **_more):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("rapport.exchange.exporting.running.take", full)
    starting.begin(["customers"], format_="csv", since=None, by=noor)
    run_pending(strict=True)
    assert "no space left for files" in browser.get("/settings/export/").content.decode()
    assert not list(running._root().glob("*"))


@pytest.mark.django_db(transaction=True)
def test_a_worker_writes_beside_its_snapshot(noor, kim):
    starting.begin(["customers", "agents"], format_="parquet", since=None, by=noor)
    run_pending(strict=True)
    made = Export.objects.get()
    assert (made.state, made.rows) == ("done", {"customers": 1, "agents": 1})


def test_a_lead_may_not_and_neither_may_a_role_that_sees_only_a_part(omar, noor, signed_in, script):
    assert signed_in(omar).get("/settings/export/").status_code == 403
    assert script(omar, "admin").post("/exports", {"kinds": ["customers"]}).status_code == 403
    narrow = CustomRole.objects.create(name="Narrow", words=" read export ", visibility="teams")
    tove = Agent.objects.create_user("tove@x.example", name="Tove", role="viewer", custom_role=narrow)
    page = signed_in(tove).get("/settings/export/")
    assert "sees only some conversations" in page.content.decode()
    assert signed_in(tove).post("/settings/export/", {"kinds": "customers", "format": "csv"}).status_code == 403
    assert script(tove, "admin").post("/exports", {"kinds": ["customers"]}).status_code == 403
    made = starting.begin(["customers"], format_="csv", since=None, by=noor)
    assert signed_in(tove).post(f"/settings/export/{made.pk}/file").status_code == 403


def test_a_script_asks_waits_and_fetches(noor, kim, script):
    calling = script(noor, "write")
    asked = calling.post("/exports", {"kinds": ["customers"], "format": "jsonl", "since": "2020-01-01T00:00:00Z"})
    assert (asked.status_code, asked.json()["state"]) == (202, "waiting")
    here = f"/exports/{asked.json()['id']}"
    assert calling.get(f"{here}/file").status_code == 409
    assert calling.post("/exports", {"kinds": ["tags"]}).status_code == 409
    run_pending(strict=True)
    read = calling.get(here).json()
    assert (read["state"], read["rows"], read["position"]) == ("done", {"customers": 1}, 1)
    body = b"".join(calling.get(f"{here}/file").streaming_content)
    assert json.loads(body)["email"] == "kim@studio.example"
    assert len(body) == read["size"]
    assert calling.get("/exports").json()["items"][0]["id"] == read["id"]
    wrong = calling.post("/exports", {"kinds": ["lamps"]})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "body.kinds")


def command(*said):
    return CliRunner().invoke(main, ["data", "export", *said])


def test_the_command_writes_files_whole(kim, tmp_path):
    out = tmp_path / "people.csv"
    ran = command("customers", "--out", str(out), "--json")
    assert ran.exit_code == 0, ran.output
    assert json.loads(ran.stdout) == [{"kind": "customers", "file": str(out), "rows": 1, "bytes": out.stat().st_size}]
    assert list(tmp_path.iterdir()) == [out]
    everything = command("all", "--format", "parquet", "--out", str(tmp_path / "all"), "--files", str(tmp_path / "f"))
    assert everything.exit_code == 0, everything.output
    assert "customers: 1 rows in" in everything.stdout
    assert {"customers.parquet", "audit.parquet"} <= {path.name for path in (tmp_path / "all").iterdir()}
    assert Entry.objects.filter(action="exported", kind="exchange.export").count() == 2


def test_the_command_says_in_one_sentence_what_is_wrong(kim, tmp_path):
    file = tmp_path / "a.csv"
    file.write_text("mine")
    for said, words in (
        (("lamps",), "There is nothing called lamps."),
        (("customers", "tags", "--out", str(file)), "Several kinds need a directory."),
        (("customers", "--format", "parquet", "--out", "-"), "Parquet cannot be written to standard output."),
        (("customers", "--since", "yesterday"), "--since needs a day"),
        (("customers", "--out", str(tmp_path / "no" / "a.csv")), "No such file or directory"),
    ):
        ran = command(*said)
        assert ran.exit_code != 0
        assert words in ran.output
    assert file.read_text() == "mine"


def test_the_list_of_customers_comes_as_it_is_narrowed(browser, kim, omar, signed_in):
    from rapport.customers.actions import register

    register(name="Mo", email="mo@x.example", by=None)
    assert "/customers/list.csv?q=Park" in browser.get("/customers/?q=Park").content.decode()
    answer = browser.get("/customers/list.csv?q=Park")
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert [(row["name"], row["emails"]) for row in rows] == [("Kim Park", "kim@studio.example")]
    assert Entry.objects.get(action="exported").label == "Park"
    assert "List of customers exported" in browser.get("/settings/audit/").content.decode()
    assert browser.get("/customers/list.csv?filter=nonsense").status_code == 422
    assert signed_in(omar).get("/customers/list.csv").status_code == 403
    assert "list.csv" not in signed_in(omar).get("/customers/").content.decode()
