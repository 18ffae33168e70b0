"""Pages of customers at a million of them and ten million events, one of whom did ten thousand things.

    python -m bench.people DIRECTORY [--postgresql] [--customers N] [--events N] [--times N]

The directory is kept, so that a second run only measures.
"""

import argparse
import http.client
import json
import os
import sys
import time
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from bench.measuring import percentile, timed
from bench.pages import settle
from bench.serving import crew, running, set_up, sign_in

NAMES = ("signed in", "order placed", "export started", "invited a colleague", "plan changed", "invoice paid")
BUSY = 10_000


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.people")
    parser.add_argument("directory", type=Path)
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--times", type=int, default=40)
    said = parser.parse_args()
    said.directory.mkdir(parents=True, exist_ok=True)
    if said.postgresql:
        from tests.database import start_postgresql

        os.environ["DATABASE_URL"] = start_postgresql(said.directory / "postgresql")
    set_up(said.directory)
    agents = crew()
    done = said.directory / "people.filled"
    if not done.exists():
        began = time.monotonic()
        fill(said.customers, said.events, agents)
        settle()
        done.write_text("yes")
        print(f"filled in {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    measure(said.directory, sign_in(agents[1]), said.times)


def measure(data: Path, cookie: str, times: int) -> None:
    with running(data) as server:
        for name, path in pages().items():
            taken = timed(lambda path=path: get(server, path, cookie), times)
            said = {"page": name, "p50_ms": round(percentile(taken, 0.5)), "p95_ms": round(percentile(taken, 0.95))}
            print(json.dumps(said), flush=True)


def pages() -> dict[str, str]:
    from rapport.customers import timeline
    from rapport.customers.models import Customer
    from rapport.team.models import Agent

    busy = Customer.objects.get(email="busy@customers.example")
    agent = Agent.objects.order_by("id")[1]
    cursor = ""
    for _page in range(20):
        cursor = timeline.read(busy, viewer=agent, cursor=cursor).next
    ordinary = busy.pk - 12_345
    asked = json.dumps({"conditions": [{"field": "owner", "op": "is", "value": ["me"]}]})
    spoken = json.dumps({"conditions": [{"field": "language", "op": "is", "value": ["ko"]}]})
    return {
        "An ordinary customer": f"/customers/{ordinary}/",
        "The busy customer": f"/customers/{busy.pk}/",
        "The busy customer, only what they did": f"/customers/{busy.pk}/?only=events",
        "The busy customer, twenty pages down": f"/customers/{busy.pk}/timeline?cursor={cursor}#fragment",
        "Customers, newest first": "/customers/",
        "Customers by name": "/customers/?sort=name",
        "Customers by company": "/customers/?sort=company",
        "Customers by last contact": "/customers/?sort=contact",
        "Customers of mine": f"/customers/?filter={quote(asked)}",
        "Customers of mine by last contact": f"/customers/?sort=contact&filter={quote(asked)}",
        "Customers who write Korean": f"/customers/?filter={quote(spoken)}",
        "Customers of one company": f"/customers/?company={busy.company_id}",
        "Customers called person 777": "/customers/?q=person+777",
        "Companies": "/companies/",
        "One company": f"/companies/{busy.company_id}/",
        "Timeline over HTTP": f"/api/v1/customers/{busy.pk}/timeline",
        "Events over HTTP, by name": "/api/v1/events?name=order+placed",
        "Events over HTTP, one customer": f"/api/v1/events?customer={busy.pk}&since=2020-01-01T00:00:00Z",
    }


def quote(said: str) -> str:
    from urllib.parse import quote as quoted

    return quoted(said)


def get(server, path: str, cookie: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    headers = {"Cookie": cookie}
    if path.endswith("#fragment"):
        headers["HX-Request"] = "true"
    connection.request("GET", path.partition("#")[0], headers=headers)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    assert answer.status == 200, (path, answer.status, body[:300])


def fill(customers: int, events: int, agents) -> None:
    """Made by the database itself: millions of objects of ours would take an hour."""
    from django.db import connection

    from rapport.conversations.models import Inbox
    from rapport.customers.models import Customer

    companies = _companies(max(50, customers // 20))
    inbox, _made = Inbox.objects.get_or_create(name="Support")
    with connection.cursor() as cursor:
        for start in range(0, customers, 100_000):
            cursor.execute(_people(start, min(100_000, customers - start), companies, [agent.pk for agent in agents]))
            _say("customers", start, customers)
        cursor.execute(
            "INSERT INTO customers_identity (customer_id, kind, value, label, created_at) "
            "SELECT id, 'email', email, '', created_at FROM customers_customer"
        )
        first = Customer.objects.order_by("pk").values_list("pk", flat=True).first()
        cursor.execute(_talks(customers // 3, first, customers, inbox.pk, [agent.pk for agent in agents]))
        _busy(agents, companies)
        with _without_indexes():
            for start in range(0, events, 500_000):
                cursor.execute(_events(start, min(500_000, events - start), first, customers))
                _say("events", start, events)


@contextmanager
def _without_indexes():
    """Made at the end they are sorted once, instead of each row being put in its place."""
    from django.db import connection

    from rapport.customers.models import CustomerEvent

    with connection.schema_editor() as editor:
        for index in CustomerEvent._meta.indexes:
            editor.remove_index(CustomerEvent, index)
    yield
    with connection.schema_editor() as editor:
        for index in CustomerEvent._meta.indexes:
            editor.add_index(CustomerEvent, index)


def _say(what: str, done: int, total: int) -> None:
    print(f"{what} {done:,} of {total:,}", file=sys.stderr, flush=True)


def _companies(count: int) -> list[int]:
    from rapport.customers.models import Company

    rows = [Company(name=f"Company {number}", domain=f"company{number}.example") for number in range(count)]
    return [row.pk for row in Company.objects.bulk_create(rows, batch_size=2000)]


def _numbers(start: int, count: int) -> str:
    """A table of one column, n."""
    from django.db import connection

    if connection.vendor == "postgresql":
        return f"generate_series({start + 1}::bigint, {start + count}) AS n"
    return (
        f"(WITH RECURSIVE c(n) AS (SELECT {start + 1} UNION ALL SELECT n + 1 FROM c WHERE n < {start + count}) "
        "SELECT n FROM c) AS s"
    )


def _ago(seconds: str) -> str:
    from django.db import connection

    if connection.vendor == "postgresql":
        return f"now() - ({seconds}) * interval '1 second'"
    return f"datetime('now', '-' || ({seconds}) || ' seconds')"


def _one_of(choices, by: str) -> str:
    """A value for each n, spread by a prime."""
    whens = " ".join(f"WHEN {number} THEN {choice!r}" for number, choice in enumerate(choices))
    return f"CASE ({by}) % {len(choices)} {whens} END"


def _people(start: int, count: int, companies, agents) -> str:
    languages = [*["en"] * 60, *["de"] * 20, *["zh-hans"] * 15, *["it"] * 4, "ko"]
    return (
        "INSERT INTO customers_customer (name, email, phone, company_id, job_title, owner_id, language, time_zone, "
        "location, created_at, updated_at) SELECT 'Person ' || n, 'person' || n || '@customers.example', '', "
        f"CASE WHEN n % 3 > 0 THEN {companies[0]} + (n * 7919) % {len(companies)} END, '', "
        f"CASE WHEN n % 5 = 0 THEN {_one_of(agents, 'n / 5')} END, {_one_of(languages, 'n')}, '', '', "
        f"{_ago('(n * 31) % 31536000')}, {_ago('0')} FROM {_numbers(start, count)}"
    )


def _talks(count: int, first: int, customers: int, inbox: int, agents) -> str:
    at = _ago("(n * 104729) % 25920000")
    return (
        "INSERT INTO conversations_conversation (number, subject, customer_id, inbox_id, channel, status, priority, "
        "assignee_id, created_at, updated_at, last_at, message_count, preview, preview_direction, junk_reason) "
        f"SELECT n, 'Matter ' || n, {first} + (n * 7919) % {customers}, {inbox}, 'email', "
        f"CASE WHEN n % 10 = 0 THEN 'open' ELSE 'closed' END, 2, {_one_of(agents, 'n')}, {at}, {at}, {at}, 1, "
        f"'It flickers', 'in', '' FROM {_numbers(0, count)}"
    )


def _busy(agents, companies) -> None:
    """Who did ten thousand things of every kind."""
    from rapport.conversations.models import Conversation, Inbox
    from rapport.customers.models import Customer, CustomerEvent, CustomerNote, Identity
    from rapport.kit import clock

    busy = Customer.objects.create(name="Busy Bee", email="busy@customers.example", company_id=companies[0])
    Identity.objects.create(customer=busy, kind="email", value=busy.email)
    now, inbox = clock.now(), Inbox.objects.get(name="Support")
    moments = [now - timedelta(minutes=47 * number) for number in range(BUSY)]
    CustomerEvent.objects.bulk_create(
        [CustomerEvent(customer=busy, name=NAMES[n % 6], at=at, properties={"n": n}) for n, at in enumerate(moments)],
        batch_size=1000,
    )
    Conversation.objects.bulk_create(
        [
            Conversation(
                number=50_000_000 + n, subject=f"Matter {n}", customer=busy, inbox=inbox, status="closed", last_at=at,
                created_at=at, preview="It flickers",
            )
            for n, at in enumerate(moments)
        ],
        batch_size=500,
    )  # fmt: skip
    CustomerNote.objects.bulk_create(
        [CustomerNote(customer=busy, text=f"Note {n}", by=agents[0], at=at) for n, at in enumerate(moments[:2000])],
        batch_size=1000,
    )


def _events(start: int, count: int, first: int, customers: int) -> str:
    from django.db import connection

    said = '\'{"plan": "trade"}\'' + ("::jsonb" if connection.vendor == "postgresql" else "")
    return (
        "INSERT INTO customers_customerevent (customer_id, name, at, properties, currency, source, external_id) "
        f"SELECT {first} + (n * 7919) % {customers}, {_one_of(NAMES, 'n')}, {_ago('(n * 104729) % 63072000')}, "
        f"{said}, '', 'app', '' FROM {_numbers(start, count)}"
    )


if __name__ == "__main__":
    main()
