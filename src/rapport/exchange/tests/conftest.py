"""A company with one of everything, and files as people open them."""

import csv
import io
import json

import pytest


@pytest.fixture
def fields(db):
    """The company's own: a contract, seats, a day and yes or no."""
    from rapport.backbone.custom_fields.defining import Definition, define
    from rapport.customers.fields import FIELDS

    return {
        label: define(FIELDS, Definition(label, kind))
        for label, kind in (("Contract", "text"), ("Seats", "number"), ("Renewal", "date"), ("Paid", "yes_no"))
    }


@pytest.fixture
def script():
    from rapport.site.tests.conftest import Script

    return Script


@pytest.fixture
def played(settings):
    """A HubSpot on this machine."""
    from rapport.exchange.tests.hubspot import HubSpotPlayed

    settings.PRIVATE_HOSTS_ALLOWED = ["127.0.0.1"]
    made = HubSpotPlayed()
    yield made
    made.close()


@pytest.fixture
def exported(tmp_path):
    """Write one kind and read it back as rows of dicts: `exported("customers", "csv")`."""
    from rapport.exchange.exporting.taking import chosen, take

    def export(kind, format_="jsonl", **more):
        path = tmp_path / f"{kind}.{format_}"
        take(chosen([kind]), format_=format_, place=lambda _each: path, **more)
        return rows_of(path)

    return export


def rows_of(path):
    if path.suffix == ".csv":
        return list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    from fastparquet import ParquetFile

    with path.open("rb") as file:
        frame = ParquetFile(file).to_pandas()
    return frame.astype(object).where(frame.notna(), None).to_dict("records")


@pytest.fixture(params=["hubspot", "salesforce"])
def desk(request, noor, settings):
    settings.PRIVATE_HOSTS_ALLOWED = ["127.0.0.1"]
    made = desk_of(request.param, noor)
    yield made
    made.played.close()


@pytest.fixture
def hubspot(noor, settings):
    settings.PRIVATE_HOSTS_ALLOWED = ["127.0.0.1"]
    made = desk_of("hubspot", noor)
    yield made
    made.played.close()


@pytest.fixture
def salesforce(noor, settings):
    settings.PRIVATE_HOSTS_ALLOWED = ["127.0.0.1"]
    made = desk_of("salesforce", noor)
    yield made
    made.played.close()


def desk_of(kind, noor):
    from rapport.exchange.tests.desk import Desk

    return Desk(kind, noor)
