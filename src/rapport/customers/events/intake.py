"""Tables of events: `rapport data import events FILE.csv`."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime, time

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rapport.backbone.intake import Column, Outcome, Row
from rapport.customers.errors import NotUnderstood
from rapport.customers.events.recording import Happening, Recorded, record
from rapport.customers.events.whose import Who
from rapport.customers.models import CustomerEvent
from rapport.kit.money import Money, NotMoney

_SOURCE = "import"
_YES = frozenset("1 yes y true ja oui si sí 是".split())


class Events:
    """One event a row. A row without an id of its own is known by what it says, so that a file can be read twice."""

    kind: str = "events"
    label: str | Promise = gettext_lazy("Activity of customers")
    columns: Sequence[Column] = (
        Column("name", gettext_lazy("What they did"), "name event event_name action ereignis 事件 事件名称", True),
        Column("at", gettext_lazy("When"), "at time timestamp date datetime occurred_at zeit datum 时间 日期"),
        Column("account", gettext_lazy("Account number"), "account customer_id user_id kundennummer 账号 客户编号"),
        Column("email", gettext_lazy("Email"), "email mail e-mail 邮箱 电子邮件"),
        Column("phone", gettext_lazy("Phone"), "phone telephone telefon 电话 手机"),
        Column("customer", gettext_lazy("Number of the customer here"), "customer rapport_id"),
        Column("amount", gettext_lazy("Amount"), "amount value revenue betrag 金额"),
        Column("currency", gettext_lazy("Currency"), "currency währung 货币 币种"),
        Column("properties", gettext_lazy("Properties as JSON"), "properties props eigenschaften 属性"),
        Column("source", gettext_lazy("Which system tells it"), "source quelle 来源"),
        Column("external_id", gettext_lazy("Its id there"), "external_id event_id id 编号"),
        Column("create", gettext_lazy("Make a customer of whoever is unknown"), "create anlegen 新建"),
    )

    def write(self, rows: Sequence[Row], *, by: int | None, is_trial: bool) -> list[Outcome]:
        read: dict[int, Happening] = {}
        wrong: dict[int, str] = {}
        for row in rows:
            try:
                read[row.number] = _happening(row)
            except NotUnderstood as error:
                wrong[row.number] = str(error)
        recorded = dict(zip(read, record(list(read.values()), by=by), strict=True))
        return [
            Outcome(row.number, "wrong", wrong[row.number])
            if row.number in wrong
            else _outcome(row, recorded[row.number])
            for row in rows
        ]

    def take_back(self, made: Sequence[int], *, since: datetime) -> int:
        """All of them: nobody changes what was done. Customers stay, for nothing says whether they came with a row."""
        held = CustomerEvent.objects.filter(pk__in=made)
        return held.delete()[0] if made else 0


def _outcome(row: Row, done: Recorded) -> Outcome:
    made = (done.event.pk,) if done.word == "created" and done.event else ()
    return Outcome(row.number, done.word, done.problem, made)


def _happening(row: Row) -> Happening:
    customer = row.get("customer")
    if customer and not (customer.isdecimal() and len(customer) <= 18):
        raise NotUnderstood("customer", _("The number of a customer is a whole number."))
    return Happening(
        name=row.get("name"),
        who=Who(
            customer=int(customer) if customer else None,
            account=row.get("account"),
            email=row.get("email"),
            phone=row.get("phone"),
        ),
        at=moment(row.get("at")),
        properties=_properties(row.get("properties")),
        money=_money(row.get("amount"), row.get("currency")),
        source=row.get("source") or _SOURCE,
        external_id=row.get("external_id") or _digest(row),
        creates=row.get("create").casefold() in _YES,
    )


def moment(said: str) -> datetime | None:
    """A day or a moment as ISO 8601 writes it; without a zone, by the clocks of the company. Raises NotUnderstood."""
    if not said:
        return None
    try:
        found = parse_datetime(said)
        if found is None and (day := parse_date(said)):
            found = datetime.combine(day, time())
        if found is not None and timezone.is_naive(found):
            found = timezone.make_aware(found)
    except (ValueError, OverflowError):
        found = None
    if found is None:
        raise NotUnderstood("at", _("A moment looks like 2026-03-01 or 2026-03-01T09:30:00Z."))
    return found


def _properties(said: str) -> dict[str, object]:
    try:
        found = json.loads(said) if said else {}
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise NotUnderstood("properties", _('Properties look like {"plan": "trade"}.'))
    return found


def _money(amount: str, currency: str) -> Money | None:
    if not amount:
        return None
    if not currency:
        raise NotUnderstood("currency", _("An amount needs its currency."))
    try:
        return Money.of(amount, currency)
    except NotMoney as error:
        raise NotUnderstood("amount", str(error)) from error


def _digest(row: Row) -> str:
    """What the row says, in a few letters. Without a moment it cannot be told from the next of its kind."""
    if not row.get("at"):
        raise NotUnderstood("at", _("Say when it was, or give each row an id of its own."))
    said = json.dumps(sorted((name, value) for name, value in row.cells.items() if value), ensure_ascii=False)
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:40]
