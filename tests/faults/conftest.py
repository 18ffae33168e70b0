"""A running Rapport that may be killed, its mail servers, and how large the trouble is to be."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

from rapport.channels.tests.imap_server import ImapServer, imap_server
from tests.browser.installation import Installation
from tests.browser.post_office import SmtpSink, open_sink
from tests.database import on_postgresql
from tests.faults.desk import Desk


def pytest_addoption(parser):
    parser.addoption("--full", action="store_true", help="try the faults at full size, as `make faults` does")


def pytest_collection_modifyitems(items):
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker("on_both_databases")


@pytest.fixture(scope="session")
def size(pytestconfig) -> Callable[[int, int], int]:
    """`size(quick, full)`: how many this time."""
    return lambda quick, full: full if pytestconfig.getoption("--full", default=False) else quick


@pytest.fixture
def full_only(pytestconfig) -> None:
    if not pytestconfig.getoption("--full", default=False):
        pytest.skip("only at full size, by `make faults`")


@pytest.fixture(scope="session")
def _blank(tmp_path_factory) -> tuple[Path, str]:
    """A data directory and the address of a database, both brought up to date and otherwise empty."""
    directory = tmp_path_factory.mktemp("faults-blank")
    url = _new_database() if on_postgresql() else ""
    Installation(directory, database_url=url).run("migrate")
    return directory, url


@pytest.fixture
def open_desk(tmp_path_factory, _blank) -> Iterator[Callable[..., Desk]]:
    """Start a desk of its own: `open_desk(outgoing=sink.port)`; several talk to one another by mail."""
    blank, template = _blank
    opened: list[Desk] = []

    def desk(*, outgoing: int = 0, data: Path | None = None, start: bool = True) -> Desk:
        directory = data or tmp_path_factory.mktemp("desk")
        url = _new_database(template) if template else ""
        installation = Installation(directory, database_url=url, outgoing=outgoing)
        installation.copy_from(blank)
        one = Desk(installation)
        opened.append(one)
        one.set_up()
        if start:
            installation.start()
        return one

    yield desk
    for one in opened:
        one.end()


@pytest.fixture
def desk(open_desk, sink) -> Desk:
    """One desk that runs and sends to the sink."""
    return open_desk(outgoing=sink.port)


@pytest.fixture
def sink() -> Iterator[SmtpSink]:
    with open_sink() as one:
        yield one


@pytest.fixture
def mailbox() -> Iterator[ImapServer]:
    with imap_server() as server:
        yield server


def _new_database(template: str = "") -> str:
    """A new database on the tests' server, empty or a copy of another."""
    import psycopg

    parts = urlsplit(os.environ["DATABASE_URL"])
    with psycopg.connect(urlunsplit(parts._replace(scheme="postgresql")), autocommit=True) as server:
        row = server.execute("SELECT 'faults_' || substr(md5(random()::text), 1, 12)").fetchone()
        name = row[0]
        source = urlsplit(template).path.lstrip("/") if template else "template0"
        server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{source}"')
    return urlunsplit(parts._replace(path=f"/{name}"))
