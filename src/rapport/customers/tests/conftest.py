"""Omar and his files of customers."""

from pathlib import Path

import pytest

SHEETS = Path(__file__).parent / "sheets"


@pytest.fixture
def fields(db):
    from rapport.backbone.custom_fields.defining import Definition, define
    from rapport.customers.fields import FIELDS

    define(FIELDS, Definition("Umsatz", "number"))
    define(FIELDS, Definition("Seit", "date"))
    define(FIELDS, Definition("等级", "choice", key="tier", choices=("金牌", "银牌")))
    define(FIELDS, Definition("Renewal", "date"))
    return define(FIELDS, Definition("Seats", "number"))


@pytest.fixture
def bring(omar):
    """Omar brings a file, or the text of one."""
    from rapport.customers.importing import starting

    def brought(file, **said):
        data = file.encode() if "\n" in file else (SHEETS / file).read_bytes()
        source = starting.bring(data, name="people.csv" if "\n" in file else file, by=omar)
        return starting.choose(source, said) if said else source

    return brought


@pytest.fixture
def tried(omar):
    from rapport.backbone.jobs import run_pending
    from rapport.customers.importing import starting

    def tried(source):
        starting.begin_trying(source)
        run_pending(strict=True)
        source.refresh_from_db()
        return source

    return tried


@pytest.fixture
def imported(omar):
    from rapport.backbone.jobs import run_pending
    from rapport.customers.importing import starting

    def imported(source):
        starting.begin(source, by=omar)
        run_pending(strict=True)
        source.refresh_from_db()
        return source

    return imported


@pytest.fixture
def undone(omar):
    from rapport.backbone.jobs import run_pending
    from rapport.customers.importing import starting

    def undone(source):
        starting.begin_undoing(source, by=omar)
        run_pending(strict=True)
        source.refresh_from_db()
        return source

    return undone
