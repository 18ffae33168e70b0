"""Whole pages over HTTP at many conversations, beside the bare query."""

import http.client
import os
from pathlib import Path

from bench.measuring import Figure, percentile, timed
from bench.seeding import fill
from bench.serving import Server, crew, filled_once, running, set_up, sign_in

# For every page at so many conversations, in milliseconds.
GOALS = {10_000: 60, 100_000: 100, 1_000_000: 150}


def measure(data: Path, *, conversations: int, times: int = 100, on_postgresql: bool = False) -> list[Figure]:
    """Whole pages as an agent opens them, after `conversations` conversations."""
    if on_postgresql:
        from tests.database import start_postgresql

        os.environ["DATABASE_URL"] = start_postgresql(data / "postgresql")
    set_up(data)
    agents = crew()
    each = 3 if conversations <= 100_000 else 1
    filled_once(data, conversations, "conversations", lambda: fill(conversations, messages_each=each))
    cookie = sign_in(agents[1])
    pages, bare = _pages(), _raw_list(times)
    database = "PostgreSQL" if on_postgresql else "SQLite"
    figures = []
    with running(data) as server:
        for name, path in pages.items():
            taken = timed(lambda path=path: get(server, path, cookie), times)
            said = f"{name}, p95 at {conversations:,} conversations, {database}"
            beside = f"the bare list query; half of the pages within {percentile(taken, 0.5):.0f} ms"
            figures.append(Figure(said, percentile(taken, 0.95), "ms", bare, beside, GOALS.get(conversations)))
    return figures


def _pages() -> dict[str, str]:
    """What a day consists of, by name."""
    from rapport.conversations.models import Conversation

    newest = Conversation.objects.open().first()
    number, customer = (newest.number, newest.customer_id) if newest else (1, 1)
    return {
        "Inbox page: list, thread and panel": f"/inbox/{number}/?view=open",
        "Inbox page: list alone": "/inbox/?view=open",
        "List of mine": "/inbox/?view=mine",
        "List of nobody's": "/inbox/?view=unassigned",
        "List of everything": "/inbox/?view=all",
        "List by what is due": "/inbox/?view=open&sort=due",
        "List of who waits longest": "/inbox/?view=open&sort=waiting",
        "Figures beside the views": "/inbox/counts",
        "Thread opened from the list": f"/inbox/{number}/?view=open#fragment",
        "Customers": "/customers/",
        "One customer": f"/customers/{customer}/",
        "Search, a common word": "/search/?q=update",
        "Search, two Chinese characters": "/search/?q=%E5%8F%91%E8%B4%A7",
        "Search, an order number": "/search/?q=54321",
    }


def get(server: Server, path: str, cookie: str) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    headers = {"Cookie": cookie, "Accept": "text/html"}
    path, _, is_fragment = path.partition("#")
    if is_fragment:
        headers |= {"HX-Request": "true", "HX-Boosted": "true", "HX-Target": "conversation"}
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    if answer.status != 200:
        raise SystemExit(f"{path} answered {answer.status}: {body[:200]!r}")
    return body


def _raw_list(times: int) -> float:
    """The list of open conversations as one query, by the database's own driver; p95 in milliseconds."""
    from django.db import connection

    query = (
        "SELECT c.*, p.name FROM conversations_conversation c JOIN customers_customer p ON p.id = c.customer_id "
        "WHERE c.status = 'open' ORDER BY c.last_at DESC, c.id DESC LIMIT 50"
    )
    connection.ensure_connection()

    def ask() -> None:
        cursor = connection.connection.cursor()
        cursor.execute(query)
        cursor.fetchall()
        cursor.close()

    return percentile(timed(ask, times), 0.95)
