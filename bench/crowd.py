"""A company with a million customers and ten million events: lists, counts of segments, one customer's page."""

import os
from collections.abc import Mapping
from pathlib import Path

from bench.measuring import Figure, percentile, timed
from bench.pages import get
from bench.serving import crew, filled_once, running, set_up, sign_in

# In milliseconds.
PAGE_GOAL, COUNT_GOAL = 200, 1_000
EVENTS_EACH = 10
# One customer has a long history.
LONG = 10_000


def measure(data: Path, *, customers: int, times: int = 40, on_postgresql: bool = False) -> list[Figure]:
    """Pages over HTTP, and counts of segments, at so many customers."""
    if on_postgresql:
        from tests.database import start_postgresql

        os.environ["DATABASE_URL"] = start_postgresql(data / "postgresql")
    set_up(data)
    agents = crew()
    filled_once(data, customers, "customers", lambda: fill(customers))
    cookie = sign_in(agents[1])
    events = customers * EVENTS_EACH + LONG
    said = f"at {customers:,} customers and {events:,} events, {'PostgreSQL' if on_postgresql else 'SQLite'}"
    bare = _raw_list(times)
    figures = []
    with running(data) as server:
        for name, path in _pages(customers).items():
            taken = timed(lambda path=path: get(server, path, cookie), times)
            beside = f"the bare list query; half of the pages within {percentile(taken, 0.5):.0f} ms"
            figures.append(Figure(f"{name}, p95 {said}", percentile(taken, 0.95), "ms", bare, beside, PAGE_GOAL))
    return figures + _counts(agents[1], said)


def _pages(customers: int) -> dict[str, str]:
    return {
        "Customers": "/customers/",
        "Customers by name": "/customers/?sort=name",
        "Customers called Ada": "/customers/?q=ada",
        "Customers called Ada, by name": "/customers/?q=ada&sort=name",
        "Customers by two words": "/customers/?q=kim+name123",
        "Customers by an address": f"/customers/?q=person{customers // 8}",
        "Customers by a part of old addresses": "/customers/?q=person12",
        "Customers by what nobody is called": "/customers/?q=zeppelin",
        "Companies": "/companies/",
        "Companies called 123": "/companies/?q=company+123",
        "One company": f"/companies/{max(1, customers // 100)}/",
        "One customer": f"/customers/{customers // 2}/",
        f"One customer with {LONG:,} events": "/customers/1/",
        "Segments": "/customers/segments/",
    }


def _counts(agent, said: str) -> list[Figure]:
    """How long a segment takes to be counted, beside counting the table bare."""
    from django.db import connection

    from rapport.customers.segments import queries
    from rapport.customers.segments.filters import CustomerFilter

    def bare() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT COUNT(*) FROM customers_customer")
            cursor.fetchone()

    beside = percentile(timed(bare, 5), 0.5)
    figures = []
    for name, lines in SEGMENTS.items():
        conditions = [{"field": field, "op": op, "value": value} for field, op, value in lines]
        wanted = CustomerFilter.parse({"match": "all", "conditions": conditions})
        found = queries.count(wanted, agent)
        taken = timed(lambda wanted=wanted: queries.count(wanted, agent), 5)
        title = f"Segment “{name}” counted ({found:,}), the slowest of five, {said}"
        figures.append(Figure(title, max(taken), "ms", beside, "the bare count of the table", COUNT_GOAL))
    return figures


SEGMENTS: Mapping[str, list] = {
    "everybody": [],
    "speaks German": [("language", "is", ["de"])],
    "at risk": [("score.churn_risk", "at_least", 0.9)],
    "risk rose": [("score_change.churn_risk", "at_least", 0.3)],
    "heard of this month": [("talk.last", "newer_than", "30d")],
    "silent for a quarter": [("talk.last", "older_than", "90d")],
    "opened the app this week": [("event.opened app", "newer_than", "7d")],
    "paid often this month": [("event_count.paid", "at_least", 2)],
    "never invited anybody": [("event.invited", "empty", None)],
    "paid, but not for a quarter": [("event.paid", "older_than", "90d")],
    "known for long, at risk, silent": [
        ("known_since", "older_than", "365d"),
        ("score.churn_risk", "at_least", 0.5),
        ("talk.last", "older_than", "30d"),
    ],
}


def fill(customers: int) -> None:
    """Rows made inside the database: ten million through the ORM would take an hour."""
    from django.db import connection

    from rapport.conversations.models import Inbox

    inbox, _ = Inbox.objects.get_or_create(name="Support")
    rows = _Rows(connection)
    rows.make("customers_company", max(1, customers // 50), COMPANY)
    rows.make("customers_customer", customers, {**CUSTOMER, "company_id": _company(customers)})
    rows.make("customers_identity", customers, IDENTITY)
    rows.make("customers_score", customers, SCORE)
    whose = f"1 + ((i * 2) % ({_mixed(7)} + 1000)) % {customers}"
    talks = {**CONVERSATION, "inbox_id": str(inbox.pk), "customer_id": whose}
    rows.make("conversations_conversation", customers // 2, talks)
    rows.make(
        "customers_customerevent", customers * EVENTS_EACH, {**EVENT, "customer_id": f"1 + {_mixed(1)} % {customers}"}
    )
    rows.make("customers_customerevent", LONG, {**EVENT, "customer_id": "1"})


def _mixed(salt: int) -> str:
    """A number that looks random, the same on every database."""
    return f"((i * 7919 + {salt} * 104729) % 1000003)"


def _mixed2() -> str:
    """Another one that goes its own way."""
    return "((i * 15485863 + 17) % 999983)"


def _company(customers: int) -> str:
    return f"CASE WHEN i % 3 = 0 THEN 1 + {_mixed(2)} % {max(1, customers // 50)} END"


# Column to expression over `i`; `AGO(x)` is x minutes before now.
COMPANY = {"name": "'Company ' || i", "domain": "'c' || i || '.example'", "created_at": "AGO(i % 1000000)"}
CUSTOMER = {
    "name": f"CASE i % 7 WHEN 0 THEN 'Ada' WHEN 1 THEN 'Kim' WHEN 2 THEN 'Omar' WHEN 3 THEN 'Eve' WHEN 4 THEN 'Noor' "
    f"WHEN 5 THEN 'Mia' ELSE 'Wren' END || ' Name' || ({_mixed(3)} % 40000)",
    "email": "'person' || i || '@customers.example'",
    "phone": "''",
    "language": "CASE i % 5 WHEN 0 THEN 'de' WHEN 1 THEN 'zh-hans' ELSE 'en' END",
    "time_zone": "'Europe/Berlin'",
    "location": "'Oslo'",
    "created_at": f"AGO({_mixed(4)})",
    "updated_at": "AGO(5)",
}
IDENTITY = {
    "customer_id": "i",
    "kind": "'email'",
    "value": "'person' || i || '@customers.example'",
    "created_at": "AGO(5)",
}
SCORE = {
    "customer_id": "i",
    "name": "'churn_risk'",
    "value": f"({_mixed(5)} % 1000) / 1000.0",
    "before": f"({_mixed2()} % 1000) / 1000.0",
    "change": f"(({_mixed(5)} % 1000) - ({_mixed2()} % 1000)) / 1000.0",
    "reasons": "'[]'",
    "at": "AGO(60)",
}
CONVERSATION = {
    "number": "i",
    "subject": "'Lamp ' || i",
    "status": "CASE WHEN i % 50 = 0 THEN 'open' ELSE 'closed' END",
    "created_at": f"AGO({_mixed(8)} + 10)",
    "last_at": f"AGO({_mixed(8)})",
    "updated_at": f"AGO({_mixed(8)})",
}
EVENT = {
    "name": "CASE i % 10 WHEN 0 THEN 'signed up' WHEN 1 THEN 'invited' WHEN 2 THEN 'paid' ELSE 'opened app' END",
    "at": f"AGO({_mixed(9)} % 525600)",
}


class _Rows:
    """Fills tables; whatever a column is not told is the model's own default."""

    def __init__(self, connection) -> None:
        self.connection = connection
        self.is_sqlite = connection.vendor == "sqlite"

    def make(self, table: str, count: int, said: Mapping[str, str]) -> None:
        columns = {**self._defaults(table), **said}
        names = ", ".join(f'"{name}"' for name in columns)
        expressions = ", ".join(self._expression(each) for each in columns.values())
        numbers = (
            f"(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) SELECT i FROM n)"
            if self.is_sqlite
            else f"(SELECT generate_series(1, {count})::bigint AS i)"
        )
        with self.connection.cursor() as cursor:
            cursor.execute(f'INSERT INTO "{table}" ({names}) SELECT {expressions} FROM {numbers} AS numbers')

    def _defaults(self, table: str) -> dict[str, str]:
        from django.apps import apps

        model = next(each for each in apps.get_models() if each._meta.db_table == table)
        found = {}
        for field in model._meta.concrete_fields:
            if field.primary_key or field.null:
                continue
            kind = field.get_internal_type()
            default = field.get_default()
            if kind == "DateTimeField":
                found[field.column] = "AGO(5)"
            elif kind == "JSONField":
                found[field.column] = "'[]'" if default == [] else "'{}'"
            elif kind == "BooleanField":
                found[field.column] = "TRUE" if default else "FALSE"
            elif isinstance(default, (int, float)):
                found[field.column] = str(int(default))
            else:
                found[field.column] = f"'{default or ''}'"
        return found

    def _expression(self, said: str) -> str:
        start, inner, end = _parts(said)
        if not inner:
            return said
        ago = (
            f"strftime('%Y-%m-%d %H:%M:%S', 'now', '-' || ({inner}) || ' minutes')"
            if self.is_sqlite
            else f"now() - ({inner}) * interval '1 minute'"
        )
        return f"{start}{ago}{end}"


def _parts(said: str) -> tuple[str, str, str]:
    """What stands before AGO(...), inside and after it."""
    start, found, rest = said.partition("AGO(")
    if not found:
        return said, "", ""
    depth = 1
    for place, letter in enumerate(rest):
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if depth == 0:
            return start, rest[:place], rest[place + 1 :]
    raise ValueError(said)


def _raw_list(times: int) -> float:
    """The newest customers as one query, by the database's own driver; p95 in milliseconds."""
    from django.db import connection

    connection.ensure_connection()

    def ask() -> None:
        cursor = connection.connection.cursor()
        cursor.execute("SELECT * FROM customers_customer WHERE merged_into_id IS NULL ORDER BY id DESC LIMIT 50")
        cursor.fetchall()
        cursor.close()

    return percentile(timed(ask, times), 0.95)
