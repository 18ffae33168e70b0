"""Whole pages over HTTP at many conversations, beside the bare query."""

import http.client
from pathlib import Path

from bench import raw
from bench.measuring import Figure, percentile, timed
from bench.seeding import fill
from bench.serving import Server, crew, running, set_up, sign_in

GOALS = {10_000: 60, 100_000: 80}


def measure(data: Path, *, conversations: int, times: int = 100) -> list[Figure]:
    set_up(data)
    agents = crew()
    fill(conversations)
    cookie = sign_in(agents[0])
    number = _open_number()
    bare = _raw_list(data, times)
    at = f"{conversations:,} conversations"
    with running(data) as server:
        pages = {
            "Inbox page, list, thread and panel": (f"/inbox/{number}/?view=open", GOALS.get(conversations), bare),
            "Inbox page, list alone": ("/inbox/?view=open", None, None),
            "Thread, opened from the list": (f"/inbox/{number}/?view=open#fragment", None, None),
            "Search, a common word": ("/search/?q=update", None, None),
            "Search, two Chinese characters": ("/search/?q=%E5%8F%91%E8%B4%A7", None, None),
            "Search, an order number": ("/search/?q=54321", None, None),
        }
        figures = []
        for name, (path, goal, rival) in pages.items():
            taken = timed(lambda path=path: _get(server, path, cookie), times)
            figures.append(
                Figure(f"{name}, p95 at {at}", percentile(taken, 0.95), "ms", rival, "raw SQLite, the list query", goal)
            )
    return figures


def _get(server: Server, path: str, cookie: str) -> bytes:
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


def _open_number() -> int:
    from rapport.conversations.models import Conversation

    return Conversation.objects.open().values_list("number", flat=True).first() or 1


def _raw_list(data: Path, times: int) -> float:
    from django.db import connection

    connection.close()
    database = raw.sqlite3.connect(data / "rapport.sqlite3")
    query = (
        "SELECT c.*, p.name FROM conversations_conversation c JOIN customers_customer p ON p.id = c.customer_id "
        "WHERE c.status = 'open' ORDER BY c.last_at DESC, c.id DESC LIMIT 50"
    )
    taken = timed(lambda: database.execute(query).fetchall(), times)
    database.close()
    return percentile(taken, 0.95)
