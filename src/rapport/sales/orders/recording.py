"""Orders are written down here, one or a thousand at once, whoever tells of them.

Said twice, nothing changes the second time; said in another order, the newest word counts.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction

from rapport.backbone.events import announce, gathered
from rapport.customers.importing.bulk import insert
from rapport.kit.text import one_line
from rapport.sales import buyers
from rapport.sales.announcements import OrderChanged, OrderPlaced
from rapport.sales.models import Order, OrderLine, OrderStatus, Product
from rapport.sales.orders.refunding import pay_back, settled
from rapport.sales.types import Became, LineSaid, OrderSaid

_TRIES = 3
_BATCH = 500
_WRITTEN = ("customer", "number", "placed_at", "status", "total", "currency", "channel", "url", "payment", "changed_at")
_COMPARED = ("number", "placed_at", "total", "currency", "channel", "url", "payment")
# What a source need not know; said as nothing it stays as it is.
_OPTIONAL = frozenset({"channel", "url", "payment"})
_LENGTHS = {"number": 100, "channel": 80, "url": 1_000, "payment": 200}


@dataclass(frozen=True, slots=True)
class Recorded:
    order: int
    became: Became


def record(said: OrderSaid, *, source: str, by: int | None) -> Recorded:
    """One order. `by` is the id of an agent, or nobody."""
    return record_all([said], source=source, by=by)[0]


def record_all(said: Sequence[OrderSaid], *, source: str, by: int | None, is_told: bool = True) -> list[Recorded]:
    """What became of each, in their order. With `is_told` rooms upstairs hear of every one.

    Without it, as for a whole file, a word that changes nothing leaves the moment of the newest word as it was, so that
    a file that was read twice can be taken back.
    """
    for tries in range(_TRIES):
        try:
            with transaction.atomic(), gathered():
                return _Recording(source, by, is_told).write(said)
        except IntegrityError:
            # Somebody else told of one of them meanwhile; by now it has committed.
            if tries == _TRIES - 1:
                raise
    raise AssertionError


def products_by_sku(skus: Iterable[str]) -> dict[str, int]:
    wanted = {sku for sku in skus if sku}
    return dict(Product.objects.filter(sku__in=wanted).values_list("sku", "pk")) if wanted else {}


class _Recording:
    def __init__(self, source: str, by: int | None, is_told: bool) -> None:
        self.source, self.by, self.is_told = source, by, is_told

    def write(self, said: Sequence[OrderSaid]) -> list[Recorded]:
        newest = _newest(said)
        held = self._held(newest)
        self.products = products_by_sku(line.sku for each in newest.values() for line in each.lines or ())
        nameless = [each for name, each in newest.items() if name not in held or held[name].customer_id is None]
        owners = buyers.identify([each.buyer for each in nameless])
        self.owners = {each.external_id: owner for each, owner in zip(nameless, owners, strict=True)}
        became = self._change([(held[name], each) for name, each in newest.items() if name in held])
        held |= self._place([each for name, each in newest.items() if name not in held])
        for name, order in held.items():
            became[name] = self._refund(order, newest[name], became.get(name, Became.CREATED))
        return [
            Recorded(
                held[each.external_id].pk,
                became[each.external_id] if each is newest[each.external_id] else Became.OLDER,
            )
            for each in said
        ]

    def _held(self, newest: Mapping[str, OrderSaid]) -> dict[str, Order]:
        known = Order.objects.select_for_update(of=("self",)).filter(source=self.source, external_id__in=list(newest))
        return {order.external_id: order for order in known.prefetch_related("lines").order_by("pk")}

    def _place(self, new: Sequence[OrderSaid]) -> dict[str, Order]:
        rows = [
            Order(source=self.source, external_id=each.external_id, customer_id=self.owners[each.external_id])
            for each in new
        ]
        for order, each in zip(rows, new, strict=True):
            _fill(order, each)
            order.status = each.status
        made = Order.objects.bulk_create(rows, batch_size=_BATCH)
        self._write_lines([(order, each.lines or ()) for order, each in zip(made, new, strict=True)])
        for order in made if self.is_told else ():
            news = OrderPlaced(
                order.pk,
                customer=order.customer_id,
                number=order.number,
                status=order.status,
                total=order.total,
                currency=order.currency,
                source=order.source,
                by=self.by,
            )
            announce(news, subject=f"order:{order.pk}")
        return {order.external_id: order for order in made}

    def _change(self, known: Sequence[tuple[Order, OrderSaid]]) -> dict[str, Became]:
        became, changed, relined = {}, [], []
        for order, said in known:
            if said.changed_at < order.changed_at:
                became[order.external_id] = Became.OLDER
                continue
            fields = self._differences(order, said)
            became[order.external_id] = Became.CHANGED if fields else Became.SAME
            if fields or (self.is_told and said.changed_at > order.changed_at):
                order.changed_at = said.changed_at
                changed.append(order)
            if "lines" in fields:
                relined.append((order, said.lines or ()))
            if fields and self.is_told:
                self._tell(order, fields)
        Order.objects.bulk_create(
            changed, batch_size=_BATCH, update_conflicts=True, unique_fields=["id"], update_fields=_WRITTEN
        )
        OrderLine.objects.filter(order__in=[order.pk for order, _lines in relined]).delete()
        self._write_lines(relined)
        return became

    def _differences(self, order: Order, said: OrderSaid) -> list[str]:
        before = {name: getattr(order, name) for name in _COMPARED}
        _fill(order, said)
        fields = [name for name, value in before.items() if getattr(order, name) != value]
        status = settled(said.status, order.total, order.refunded)
        if status != order.status:
            order.status = status
            fields.append("status")
        if order.customer_id is None and (owner := self.owners.get(said.external_id)):
            order.customer_id = owner
            fields.append("customer")
        if said.lines is not None and _as_said(order.lines.all()) != [_cut(line) for line in said.lines]:
            fields.append("lines")
        return fields

    def _refund(self, order: Order, said: OrderSaid, became: Became) -> Became:
        if became == Became.OLDER or not (said.refunds or said.status == OrderStatus.REFUNDED):
            return became
        paid = pay_back(order, said.refunds or (), whole=said.status == OrderStatus.REFUNDED, at=said.changed_at,
                        by=self.by, is_told=self.is_told)  # fmt: skip
        return Became.CHANGED if paid and became == Became.SAME else became

    def _write_lines(self, orders: Sequence[tuple[Order, Sequence[LineSaid]]]) -> None:
        rows: list[tuple[Any, ...]] = []
        for order, lines in orders:
            for line in lines:
                title, sku, quantity, price = _cut(line)
                rows.append((order.pk, self.products.get(line.sku), sku, title, quantity, price))
        insert(OrderLine, ("order", "product", "sku", "title", "quantity", "unit_price"), rows)

    def _tell(self, order: Order, fields: Sequence[str]) -> None:
        news = OrderChanged(
            order.pk, customer=order.customer_id, fields=",".join(sorted(fields)), status=order.status, by=self.by
        )
        announce(news, subject=f"order:{order.pk}")


def _newest(said: Sequence[OrderSaid]) -> dict[str, OrderSaid]:
    """Of one order that is told of twice the newest word, and of two as new the later one."""
    newest: dict[str, OrderSaid] = {}
    for each in said:
        other = newest.get(each.external_id)
        if other is None or each.changed_at >= other.changed_at:
            newest[each.external_id] = each
    return newest


def _fill(order: Order, said: OrderSaid) -> None:
    for name in _COMPARED:
        value = getattr(said, name)
        if name in _LENGTHS:
            value = one_line(value)[: _LENGTHS[name]]
        if value or name not in _OPTIONAL:
            setattr(order, name, value)
    if not order.pk:
        order.changed_at = said.changed_at


def _cut(line: LineSaid) -> tuple[str, str, Any, int | None]:
    return one_line(line.title)[:300], line.sku[:100], line.quantity, line.unit_price


def _as_said(lines: Iterable[OrderLine]) -> list[tuple[str, str, Any, int | None]]:
    return [(line.title, line.sku, line.quantity, line.unit_price) for line in lines]
