"""A running Rapport that may be killed, its mail servers, and how large the trouble is to be."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rapport.channels.tests.imap_server import ImapServer, imap_server
from tests.browser.installation import Installation
from tests.browser.post_office import SmtpSink, open_sink
from tests.database import new_database, on_postgresql
from tests.faults.desk import Desk, peopled


def pytest_collection_modifyitems(items):
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker("on_both_databases")


@pytest.fixture(scope="session")
def size(pytestconfig) -> Callable[[int, int], int]:
    """`size(quick, full)`: how many this time."""
    return lambda quick, full: full if pytestconfig.getoption("--full") else quick


@pytest.fixture
def full_only(pytestconfig) -> None:
    if not pytestconfig.getoption("--full"):
        pytest.skip("only at full size, by `make faults`")


@pytest.fixture(scope="session")
def _blank(tmp_path_factory) -> tuple[Path, str, dict[str, Any]]:
    """A data directory and the address of a database that hold the cast and nothing else; and what it answered."""
    directory = tmp_path_factory.mktemp("faults-blank")
    url = new_database() if on_postgresql() else ""
    made = Installation(directory, database_url=url)
    made.run("migrate")
    known = made.call(peopled)
    made.stop()
    return directory, url, known


@pytest.fixture
def open_desk(tmp_path_factory, _blank) -> Iterator[Callable[..., Desk]]:
    """Start a desk of its own: `open_desk(outgoing=sink.port)`; several talk to one another by mail."""
    blank, template, known = _blank
    opened: list[Desk] = []

    def desk(*, outgoing: int = 0, data: Path | None = None, start: bool = True) -> Desk:
        directory = data or tmp_path_factory.mktemp("desk")
        url = new_database(template) if template else ""
        installation = Installation(directory, database_url=url, outgoing=outgoing)
        installation.copy_from(blank)
        one = Desk(installation)
        opened.append(one)
        one.know(known)
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
