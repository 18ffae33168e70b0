"""What a journey needs: a running Rapport, a mail server that collects, a browser, and somebody signed in.

    def test_ada_opens_the_inbox(live_rapport, page, sign_in):
        sign_in(page, "ada")
        expect(page.get_by_role("main")).to_be_visible()

A test that uses one of these is a browser test; mark it `on_both_databases` where PostgreSQL could differ.
"""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.browser import seeding
from tests.browser.installation import PASSWORD, Installation
from tests.browser.post_office import SmtpSink, open_sink
from tests.database import new_database, on_postgresql
from tools import browser as browsers

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
FIXTURES = {"browser", "live_rapport", "fresh_rapport"}


class _Chromium:
    """One browser for many modules: to start it and to warm it up takes longer than most journeys."""

    def __init__(self) -> None:
        self._open = contextlib.ExitStack()
        self._browser = None

    def running(self):
        from playwright.sync_api import expect, sync_playwright

        if self._browser is None or not self._browser.is_connected():
            self.close()
            # A busy machine is no failure: what must happen fast says so in its own test.
            expect.set_options(timeout=15_000)
            # Playwright keeps an event loop in this thread while it runs, and Django refuses the database beside one.
            patched = pytest.MonkeyPatch()
            patched.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
            self._open.callback(patched.undo)
            playwright = self._open.enter_context(sync_playwright())
            self._browser = playwright.chromium.launch(executable_path=browsers.path(), args=FLAGS)
            self._open.callback(self._browser.close)
        return self._browser

    def close(self) -> None:
        self._browser = None
        self._open.close()


_chromium = _Chromium()
_modules_of_journeys: set[Path] = set()
_modules_with_a_browser: set[Path] = set()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    for item in items:
        if FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker("browser")
            _modules_of_journeys.add(item.path)
            if "browser" in item.fixturenames:
                _modules_with_a_browser.add(item.path)


@pytest.hookimpl(trylast=True, specname="pytest_collection_modifyitems")
def _journeys_first(items):
    """They take longest, and what is left at the end of a parallel run should be short. Each half stays shuffled."""
    items.sort(key=lambda item: (item.path not in _modules_with_a_browser, item.path not in _modules_of_journeys))


def pytest_sessionfinish():
    _chromium.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    """A failed journey shows what the server said meanwhile."""
    report = yield
    for name in ("live_rapport", "fresh_rapport"):
        if report.failed and name in getattr(item, "funcargs", {}):
            report.sections.append((f"what {name} said", item.funcargs[name].said()[-4000:]))
    return report


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """A second chance begins with an installation of its own: what the first left behind is no part of the journey."""
    is_again = getattr(item, "execution_count", 1) > 1
    # Beside Playwright's loop nobody else could run one of their own.
    if is_again or item.path not in _modules_with_a_browser:
        _chromium.close()
    if is_again:
        for name in ("live_rapport", "browser"):
            for fixture in item._fixtureinfo.name2fixturedefs.get(name, ()):
                fixture.finish(item._request)


@pytest.fixture(scope="session")
def _blank_data(tmp_path_factory) -> Path:
    """A data directory with an empty SQLite database and static files, made once and copied for every installation."""
    directory = tmp_path_factory.mktemp("blank")
    Installation(directory).run("migrate")
    return directory


@pytest.fixture(scope="module")
def smtp_sink() -> Iterator[SmtpSink]:
    """Where the mail of `live_rapport` and `fresh_rapport` arrives."""
    with open_sink() as sink:
        yield sink


@pytest.fixture(scope="session")
def _peopled(tmp_path_factory, _blank_data) -> tuple[Path, str, dict[str, int]]:
    """The same with the cast in it; where its database is, and everybody's id."""
    address = new_database() if on_postgresql() else ""
    made = Installation(tmp_path_factory.mktemp("peopled"), database_url=address)
    made.copy_from(_blank_data)
    if address:
        made.run("migrate")
    people = made.call(seeding.cast)
    made.stop()
    return made.data, address, people


@pytest.fixture(scope="module")
def live_rapport(tmp_path_factory, _peopled, smtp_sink) -> Iterator[Installation]:
    """A running installation with the cast and no conversations, shared by the tests of a module."""
    data, template, people = _peopled
    address = new_database(template) if template else ""
    installation = Installation(tmp_path_factory.mktemp("live"), database_url=address, outgoing=smtp_sink.port)
    installation.copy_from(data)
    installation.people = dict(people)
    installation.start()
    yield installation
    installation.stop()


@pytest.fixture
def fresh_rapport(tmp_path, _blank_data, smtp_sink) -> Iterator[Installation]:
    """A running installation that nobody has opened yet."""
    installation = _prepare(tmp_path, _blank_data, smtp_sink)
    installation.start()
    yield installation
    installation.stop()


@pytest.fixture(scope="module")
def browser():
    """Debian's Chromium, or whichever `tools.browser` finds; modules that follow each other share it."""
    return _chromium.running()


@pytest.fixture
def open_page(browser, request) -> Iterator[Callable]:
    """Open a page of its own session, such as a second agent's: `open_page(width=390, color_scheme="dark")`."""
    contexts, complaints = [], []

    def opened(*, width: int = 1440, height: int = 900, locale: str = "en-GB", **options):
        # Colours that glide from light to dark would be measured half way.
        options = {"reduced_motion": "reduce"} | options
        context = browser.new_context(viewport={"width": width, "height": height}, locale=locale, **options)
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if _is_refusal(said.text) else None)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not complaints, "the browser complained:\n" + "\n".join(complaints)


@pytest.fixture
def page(open_page):
    """One page, 1440 by 900. The test fails when a script fails on it or breaks the content security policy."""
    return open_page()


@pytest.fixture
def sign_in(request) -> Callable:
    """Sign a page in: `sign_in(page, "ada")`, a first name of the cast; by the real form the first time."""

    def signed_in(page, who: str, *, rapport: Installation | None = None) -> None:
        rapport = rapport or request.getfixturevalue("live_rapport")
        if who in rapport.sessions:
            page.context.add_cookies(rapport.sessions[who])
            page.goto(f"{rapport.address}/")
            if "/login" not in page.url:
                return
        page.goto(f"{rapport.address}/accounts/login/")
        page.locator("input[name=login]").fill(f"{who}@lampwright.example")
        page.locator("input[name=password]").fill(PASSWORD)
        page.locator("form:has(input[name=password]) button[type=submit]").first.click()
        page.wait_for_url(lambda url: "/login" not in url)
        rapport.sessions[who] = [each for each in page.context.cookies() if each["name"] == "rapport_session"]

    return signed_in


def _prepare(directory: Path, blank: Path, sink: SmtpSink) -> Installation:
    address = new_database() if on_postgresql() else ""
    installation = Installation(directory, database_url=address, outgoing=sink.port)
    installation.copy_from(blank)
    if on_postgresql():
        installation.run("migrate")
    return installation


def _is_refusal(said: str) -> bool:
    return "Content Security Policy" in said or "Content-Security-Policy" in said
