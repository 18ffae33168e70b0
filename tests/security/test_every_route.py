"""Every address, asked by everybody: a stranger gets nothing, and nobody gets what is hidden from them.

A new address fails here until FILLINGS in `routes.py` says what its parameters are. An address for people who are not
signed in is one more line of PUBLIC, with its reason; a change that a viewer may make is one more line of A_VIEWERS.
"""

import json
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from rapport.conversations.models import Conversation
from rapport.team.models import Agent
from rapport.team.settings_area import pages_for
from tests.security.routes import BODIES, Route, routes, unfilled
from tests.security.world import CANARY, OTHER_CANARY, World, build

pytestmark = pytest.mark.django_db

# What answers somebody who is not signed in, and why.
PUBLIC = {
    r"^accounts/|^join/|^welcome/": "how people come in",
    r"^settings/security/webauthn/login/": "how people come in with a passkey",
    r"^settings/security/authenticate/": "the second step of coming in",
    r"^language/": "the sign-in pages in one's own language",
    r"^manifest|^service-worker": "what a browser installs; they hold nothing",
    r"^in/": "providers deliver here, and sign what they deliver",
    r"^widget.js|^forms/embed.js": "what a company's site includes; it holds nothing",
    r"^rate/|^unsubscribe/|^preferences/": "customers answer here, with a secret of their own",
    r"^api/v1/(openapi.json|docs)": "how the API is spoken",
    r"^styleguide": "how the product looks; it holds nothing",
}

# What a viewer, who may only read, can change: what is their own.
A_VIEWERS = {
    r"^settings/(profile|theme|notifications|security|tokens)|^notifications/|^api/v1/notifications": "their account",
    r"^accounts/|^language/|^join/": "their own session",
    r"^rate/|^unsubscribe/|^preferences/|^in/|^welcome/": "not signed in at all",
    r"^views/|^api/v1/views|^inbox/filter": "their own views",
    r"^inbox/many": "reading and unreading many",
    r"^customers/segments/count": "nothing: it counts what a filter means",
    r"^presence": "that they look at it",
    r"/(seen|following)$|^inbox/<int:number>/$": "that they have read it, and want to hear of it",
    r"/pictures$": "which pictures they want to see",
    r"^uploads/": "files of their own, in nothing yet",
}

# What says nothing at all about what is hidden, as about what there is not.
SILENT = {"inbox_row": "a row that is no longer in the list goes away"}

# Tables that a call of somebody who is refused may write: who is here, and how often they tried.
_OWN_TABLES = ("django_session", "team_agent", "team_presence", "site_", "usersessions", "account_", "mfa_")
_WRITES = re.compile(r'^\s*(?:INSERT INTO|UPDATE|DELETE FROM|REPLACE INTO)\s+"?(\w+)"?', re.IGNORECASE)


@dataclass
class Answer:
    route: Route
    method: str
    status: int
    body: str
    where: str
    wrote: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"{self.method} {self.route.pattern}"

    @property
    def is_refused(self) -> bool:
        return self.status in (401, 403, 404, 405) or (self.status == 302 and "/accounts/" in self.where)

    @property
    def has_written(self) -> list[str]:
        return [table for table in self.wrote if not table.startswith(_OWN_TABLES)]


class Caller:
    """Somebody with a browser; whatever a call changes is taken back after it."""

    def __init__(self, world: World, agent: Agent | None) -> None:
        self.world = world
        self.client = Client(raise_request_exception=False)
        if agent:
            self.client.force_login(agent)
        self.cookies = self.client.cookies.copy()

    def ask(self, route: Route, method: str, things: dict[str, Any], *, keep: bool = False) -> Answer:
        """What it answers; with `keep` its changes are not taken back."""
        wrote: list[str] = []
        body = body_of(route, method, self.world)

        def watch(execute: Any, sql: str, *rest: Any) -> Any:
            if found := _WRITES.match(sql):
                wrote.append(found[1])
            return execute(sql, *rest)

        self.client.cookies = self.cookies.copy()
        said: dict[str, Any] = {"data": body}
        if route.is_api and method != "GET":
            said = {"data": json.dumps(body), "content_type": "application/json"}
        with transaction.atomic() if keep else taken_back(), connection.execute_wrapper(watch):
            answer = getattr(self.client, method.lower())(route.path(things), **said)
            content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        where = answer.headers.get("Location") or answer.headers.get("HX-Redirect", "")
        return Answer(route, method, answer.status_code, content.decode(errors="replace"), where, wrote)


@contextmanager
def taken_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def body_of(route: Route, method: str, world: World) -> dict[str, Any]:
    known = (BODIES.get((method, name)) for name in route.name.split("|"))
    said = next((body for body in known if body is not None), {})

    def filled(value: Any) -> Any:
        if isinstance(value, list):
            return [filled(each) for each in value]
        found = re.fullmatch(r"\{(hidden|shared) (\w+)\}", value) if isinstance(value, str) else None
        return getattr(world, found[1])[found[2]] if found else value

    return {name: filled(value) for name, value in said.items()}


def is_on(listed: dict[str, str], route: Route) -> bool:
    return any(re.search(pattern, route.plain) for pattern in listed)


def asked(among: list[Route]) -> list[tuple[Route, str]]:
    return [(route, method) for route in among if all(route.objects.values()) for method in route.methods]


def has_hidden(route: Route, method: str) -> bool:
    """Whether its body names what is hidden."""
    bodies = [BODIES.get((method, name), {}) for name in route.name.split("|")]
    return "{hidden" in json.dumps(bodies)


def is_for_others(route: Route) -> bool:
    """Settings that show deliveries are closed as a whole; a test of their own says so."""
    return route.pattern.startswith("settings/")


def shown_to(route: Route) -> tuple[str, ...]:
    """Lists and whatever else has no object of its own say most; what is about one conversation, an agent is shown."""
    return ("agent",) if route.params else ("agent", "own")


def said(problems: set[str]) -> str:
    return "\n".join(["", *sorted(problems)])


@pytest.fixture(scope="module")
def company(django_db_setup, django_db_blocker):
    """Built once for all tests here, and taken back after them."""
    with django_db_blocker.unblock(), taken_back():
        yield build()


@pytest.fixture
def world(company):
    logging.disable(logging.CRITICAL)
    with taken_back():
        yield company
    logging.disable(logging.NOTSET)


def test_every_address_can_be_asked():
    assert unfilled() == []


def test_a_stranger_gets_nothing(world):
    problems = set()
    stranger = Caller(world, None)
    for route, method in asked(routes()):
        answer = stranger.ask(route, method, world.hidden)
        if CANARY in answer.body.lower():
            problems.add(f"{answer.name} shows a stranger what is hidden")
        if is_on(PUBLIC, route):
            continue
        if not answer.is_refused:
            problems.add(f"{answer.name} answers a stranger with {answer.status}; is it public? Say why in PUBLIC.")
        if answer.has_written:
            problems.add(f"{answer.name} lets a stranger write to {answer.has_written}")
    assert not problems, said(problems)


@pytest.mark.parametrize("name", ["viewer", "agent", "own"])
def test_nobody_is_given_what_is_hidden_from_them(world, name):
    problems, hidden = set(), [world.hidden["conversation"], world.hidden["nobodys"].pk]
    caller, before = Caller(world, world.people[name]), state_of(hidden)
    for route, method in asked(routes()):
        if route.belongs_to_a_conversation and not is_for_others(route) and (name == "agent" or method == "GET"):
            problems |= _of_what_is_hidden(name, caller.ask(route, method, world.hidden))
        is_shown = method == "GET" and name in shown_to(route) and not is_for_others(route)
        if is_shown or has_hidden(route, method):
            problems |= _of_what_is_shown(name, caller.ask(route, method, world.shared, keep=True))
            if state_of(hidden) != before:
                problems.add(f"{method} {route.pattern} lets {name} change what is hidden")
                before = state_of(hidden)
    assert not problems, said(problems)


def _of_what_is_hidden(name: str, answer: Answer) -> set[str]:
    found = _of_what_is_shown(name, answer)
    is_silent = answer.route.name in SILENT and not answer.body
    if answer.status not in (403, 404) and not is_silent:
        found.add(f"{answer.name} answers {name} with {answer.status} for what is hidden; is a body missing in BODIES?")
    if answer.has_written:
        found.add(f"{answer.name} refuses {name} and writes to {answer.has_written}")
    return found


def _of_what_is_shown(name: str, answer: Answer) -> set[str]:
    found = set()
    if answer.status >= 500:
        found.add(f"{answer.name} fails with {answer.status} for {name}")
    words = (CANARY, OTHER_CANARY) if name == "own" else (CANARY,)
    for at in [place for word in words if (place := answer.body.lower().find(word)) >= 0]:
        found.add(f"{answer.name} shows {name} what is hidden: {answer.body[max(0, at - 80) : at + 20]!r}")
    return found


def state_of(conversations: list[int]) -> list[Any]:
    rows = Conversation.objects.filter(pk__in=conversations).order_by("pk")
    return [*rows.values_list("pk", "status", "team", "assignee", "subject", "priority", "updated_at", "message_count")]


@pytest.mark.parametrize("name", ["viewer", "lead"])
def test_settings_are_closed_to_whom_the_list_at_the_side_does_not_show_them(world, name):
    agent, problems = world.people[name], set()
    caller, mine = Caller(world, agent), {page.key for _title, group in pages_for(agent) for page in group}
    owners = [page for _title, group in pages_for(world.people["owner"]) for page in group]
    places = {page.key: place_of(page.url_name) for page in owners}
    for route, method in asked(routes()):
        under = [page for page in owners if route.pattern.startswith(places[page.key])]
        page = max(under, key=lambda page: len(places[page.key]), default=None)
        if page is None or page.permission is None or (name == "lead" and route.params):
            continue
        if page.key not in mine:
            answer = caller.ask(route, method, world.shared)
            if answer.status != 403 or answer.has_written:
                problems.add(f"{answer.name} answers {name} with {answer.status}, who may not {page.permission.value}")
        elif method == "GET" and route.pattern == places[page.key]:
            answer = caller.ask(route, method, world.shared)
            if answer.status != 200:
                problems.add(f"{answer.name} is in the list of {name} and answers {answer.status}")
    assert not problems, said(problems)


def place_of(name: str) -> str:
    return next(route.pattern for route in routes() if name in route.name.split("|"))


def test_whoever_may_only_read_changes_nothing_but_what_is_their_own(world):
    viewer, problems = Caller(world, world.people["viewer"]), set()
    for route, method in asked(routes()):
        if method == "GET" or is_on(A_VIEWERS, route) or route.pattern.startswith("settings/"):
            continue
        answer = viewer.ask(route, method, world.shared)
        if answer.has_written:
            problems.add(f"{answer.name} lets a viewer write to {answer.has_written}; their own? Say so in A_VIEWERS.")
        elif answer.status not in (403, 404) and route.says_its_methods:
            problems.add(f"{answer.name} answers a viewer with {answer.status} rather than 403")
    assert not problems, said(problems)
