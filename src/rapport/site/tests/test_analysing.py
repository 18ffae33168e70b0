"""Noor analyses a table from her shell, with no server and no database."""

import json
import subprocess
import sys

import pytest
from axe_playwright_python.sync_playwright import Axe
from click.testing import CliRunner

from rapport.science.tests.test_analysis import subscribers
from rapport.site.command import main


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A directory with a table of customers."""
    directory = tmp_path_factory.mktemp("shop")
    subscribers(180).to_csv(directory / "customers.csv", index=False)
    return directory


@pytest.fixture(scope="module")
def report(shop):
    """What Noor sees when she runs it in a shell of her own."""
    ran = rapport(shop, "analyse", "customers.csv", "--target", "churn", "--out", "report")
    assert ran.returncode == 0, ran.stderr
    return ran


def rapport(directory, *arguments, **options):
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(directory), "PYTHONWARNINGS": "error"}
    return subprocess.run(
        [sys.executable, "-m", "rapport", *arguments],
        cwd=directory, env=environment, capture_output=True, text=True, timeout=300, **options,
    )  # fmt: skip


def analyse(*arguments, input=None):
    return CliRunner().invoke(main, ["analyse", *map(str, arguments)], input=input)


def test_one_command_makes_a_report_and_nothing_else(shop, report):
    assert report.stdout == "Open report/index.html\n"
    assert "180 customers in " in report.stderr
    assert "MB of memory" in report.stderr
    assert sorted(path.name for path in shop.iterdir()) == ["customers.csv", "report"]
    scored = (shop / "report" / "scored.csv").read_text(encoding="utf-8-sig").splitlines()
    assert scored[0].startswith("customer_id,chance,flagged,reason_1,")
    assert len(scored) == 181


def test_help_comes_at_once_and_needs_no_settings(shop):
    ran = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "rapport", "analyse", "--help"],
        cwd=shop, env={"PATH": "/usr/bin", "RAPPORT_NONSENSE": "1"}, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert "--target COLUMN" in ran.stdout
    assert not {"django", "pandas", "sklearn"} & {line.rpartition("|")[2].strip() for line in ran.stderr.splitlines()}


def test_json_alone_goes_to_standard_output_and_writes_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ran = analyse("-", "--json", input=subscribers(80).to_csv(index=False))
    assert ran.exit_code == 0, ran.output
    found = json.loads(ran.stdout)
    assert {"rows", "roles", "target", "segments", "value", "satisfaction", "warnings"} <= set(found)
    assert found["rows"] == 80
    assert found["target"] is None
    assert not list(tmp_path.iterdir())


def test_numbers_in_json_are_numbers_everywhere(shop):
    ran = analyse(shop / "customers.csv", "--json", "--map", "csat=ignore")
    found = json.loads(ran.stdout, parse_constant=pytest.fail)
    assert found["roles"]["csat"] == "ignore"
    assert found["satisfaction"] is None


@pytest.mark.parametrize(
    ("content", "arguments", "sentence"),
    [
        ("", [], "Error: table.csv is empty."),
        ("id,churn\n1,yes\n", ["--target", "churns"], "Error: There is no column churns. Did you mean churn?"),
        ("id,churn\n" + "1,yes\n2,yes\n" * 20, ["--target", "churn"], "Leave --target out to analyse the rest."),
        ("a,b\n1,2,3\n", [], "Error: Line 2 has 3 cells where the header has 2."),
        ("a,b\n1,2\n", ["--map", "a"], "--map a is not COLUMN=ROLE"),
        ("a,b\n1,2\n", ["--map", "a=feeling"], "Error: There is no role named feeling."),
        ("a,b\n1,2\n", ["--encoding", "klingon"], "Error: There is no encoding named klingon."),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(tmp_path, content, arguments, sentence):
    (tmp_path / "table.csv").write_text(content)
    ran = analyse(tmp_path / "table.csv", "--json", *arguments)
    assert ran.exit_code != 0
    assert sentence in ran.stderr
    assert ran.stdout == ""
    assert "Traceback" not in ran.stderr


def test_a_folder_with_other_files_is_left_alone_before_anything_is_read(tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    ran = analyse("nowhere.csv", "--out", tmp_path)
    assert ran.exit_code == 1
    assert "holds other files" in ran.stderr


def test_three_customers_get_a_report_that_concludes_nothing(tmp_path):
    subscribers(3).to_csv(tmp_path / "few.csv", index=False)
    ran = analyse(tmp_path / "few.csv", "--target", "churn", "--out", tmp_path / "report", "--language", "zh-hans")
    assert ran.exit_code == 0, ran.output
    assert (tmp_path / "report" / "index.html").exists()
    assert json.loads((tmp_path / "report" / "analysis.json").read_text())["target"] is None


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_the_report_is_one_page_for_everybody(shop, report, open_page, scheme, width):
    page = open_page(width=width, color_scheme=scheme)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    address = (shop / "report" / "index.html").as_uri()
    page.goto(address)
    assert [url for url in asked if not url.startswith("data:")] == [address]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("figure[role=img]:visible svg:visible").count() == page.locator("figure[role=img]").count() > 5
    found = Axe().run(page).response["violations"]
    assert not [each["id"] for each in found if each["impact"] in ("serious", "critical")], found
