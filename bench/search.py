"""Searching among many messages over HTTP, with the query alone beside the whole page, on either database."""

import os
from pathlib import Path
from urllib.parse import urlencode

from bench.archive import fill
from bench.measuring import Figure, percentile, timed
from bench.pages import get
from bench.serving import crew, filled_once, running, set_up, sign_in

GOAL_MS = 100
ASKED = {
    "a common word": "refund",
    "a rare word": "bragriflizu",
    "a phrase": '"lamp order"',
    "two Chinese characters": "退货",
    "an order number": "ORD-0054321",
    "operator and word": "is:open refund",
    "a rare tag and a common word": "tag:vip the",
    "from somebody": "from:person77@customers.example",
    "a day": "on:yesterday lamp",
    "a file": "file:invoice-54320",
    "operators only": "is:open tag:refund",
    "urgent and closed": "priority:urgent is:closed",
    "unread": "is:unread",
    "minus": "lamp -refund",
    "minus and an operator": "is:open -refund",
    "OR": "warranty OR battery OR 保修",
    "OR over everything": "tag:vip OR charger",
    "nothing found": "zeppelinfahrt lamp",
}


def measure(data: Path, *, messages: int, times: int = 40, on_postgresql: bool = False) -> list[Figure]:
    if on_postgresql:
        from tests.database import start_postgresql

        os.environ["DATABASE_URL"] = start_postgresql(data / "postgresql")
    set_up(data)
    agents = crew()
    filled_once(data, messages, "messages", lambda: fill(messages))
    cookie = sign_in(agents[1])
    at = f"{messages:,} messages, {'PostgreSQL' if on_postgresql else 'SQLite'}"
    figures = []
    with running(data) as server:
        for name, typed in ASKED.items():
            alone = timed(lambda typed=typed: _ask(agents[1], typed), times)
            path = f"/search/?{urlencode({'q': typed})}"
            whole = timed(lambda path=path: get(server, path, cookie), times)
            beside = f"its query alone; half of the pages within {percentile(whole, 0.5):.0f} ms"
            figures.append(
                Figure(
                    f"Search, {name} (`{typed}`), p95 at {at}", percentile(whole, 0.95), "ms", percentile(alone, 0.95),
                    beside, GOAL_MS,
                )
            )  # fmt: skip
    return figures


def _ask(agent, typed: str) -> None:
    from rapport.conversations.searching import find, read

    find(agent, read(agent, typed))
