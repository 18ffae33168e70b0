"""Orders from a file: one row each, or several rows with one number, which are its lines."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rapport.backbone.events import announce
from rapport.backbone.intake import Column, Outcome, Row, Word
from rapport.kit import clock
from rapport.kit.money import Money
from rapport.kit.text import one_line
from rapport.sales import buyers, reading, taking_back
from rapport.sales.announcements import SalesImported
from rapport.sales.errors import NotUnderstood
from rapport.sales.orders.recording import record_all
from rapport.sales.types import Became, Buyer, LineSaid, OrderSaid

SOURCE = "csv"
WHO = (
    Column(
        "account",
        gettext_lazy("Account number"),
        "accountno accountid customer customerid customernumber customerno clientid userid kundennummer kundennr "
        "客户编号 客户号 客户id 会员号 会员编号 用户id 账号 买家账号",
    ),
    Column(
        "email",
        gettext_lazy("Email"),
        "mail emailaddress customeremail billingemail buyeremail 邮箱 电子邮箱 电子邮件 买家邮箱",
    ),
    Column(
        "phone",
        gettext_lazy("Phone"),
        "telephone tel mobile phonenumber billingphone telefon 电话 手机 手机号 联系电话 买家手机",
    ),
    Column(
        "name",
        gettext_lazy("Name"),
        "customername buyer buyername billingname fullname kunde kundenname 姓名 客户姓名 客户名称 买家姓名 收货人",
    ),
)
_STATUS = {
    "paid": "paid complete completed fulfilled shipped delivered closed done bezahlt abgeschlossen versandt "
    "已付款 已支付 已完成 已发货 已签收 交易成功 完成",
    "pending": "pending unpaid open authorized onhold processing awaitingpayment offen unbezahlt 待付款 未付款 待支付 "
    "未支付",
    "cancelled": "cancelled canceled void voided failed expired storniert 已取消 取消 交易关闭 已关闭",
    "refunded": "refunded returned erstattet 已退款 退款 退款成功",
    "partly_refunded": "partlyrefunded partiallyrefunded partialrefund teilweiseerstattet 部分退款",
}
_WORDS: Mapping[Became, Word] = {
    Became.CREATED: "created",
    Became.CHANGED: "changed",
    Became.SAME: "same",
    Became.OLDER: "skipped",
}
_BY_WORD = {word: status for status, words in _STATUS.items() for word in words.split()}


@dataclass(slots=True)
class _Line:
    """One row understood."""

    row: Row
    buyer: Buyer
    placed_at: datetime | None
    currency: str
    total: Money | None
    amount: Money | None
    line: LineSaid | None


@dataclass(slots=True)
class _Group:
    """The rows of one order, those of earlier chunks too."""

    lines: list[_Line] = field(default_factory=list)
    problem: str = ""


class Orders:
    kind, label = "orders", gettext_lazy("Orders")
    # Its rows are written at once as long as they follow each other.
    together = "number"
    columns = (
        Column(
            "number",
            gettext_lazy("Order number"),
            "order orderid orderno ordernumber invoice invoiceno invoicenumber bestellnummer bestellung auftragsnummer "
            "订单 订单号 订单编号 单号 交易号",
        ),
        Column(
            "date",
            gettext_lazy("Placed"),
            "orderdate placedat createdat created purchasedate paidat invoicedate datum bestelldatum day time "
            "日期 下单时间 下单日期 订单时间 订单日期 创建时间 付款时间 交易时间",
            required=True,
        ),
        *WHO,
        Column(
            "sku",
            gettext_lazy("Article number"),
            "lineitemsku stockcode productid artikelnummer 货号 商品编号 商品编码",
        ),
        Column(
            "title",
            gettext_lazy("Article"),
            "product productname lineitemname item description artikel 商品 商品名称 品名",
        ),
        Column("quantity", gettext_lazy("Quantity"), "qty units lineitemquantity count menge anzahl 数量 件数"),
        Column("price", gettext_lazy("Unit price"), "unitprice lineitemprice itemprice einzelpreis preis 单价 价格"),
        Column("amount", gettext_lazy("Amount of the line"), "linetotal lineamount subtotal betrag 金额 小计"),
        Column(
            "total",
            gettext_lazy("Total of the order"),
            "ordertotal totalprice totalamount grandtotal dollars revenue summe gesamt gesamtbetrag "
            "总额 总价 总金额 订单金额 实付金额 合计",
        ),
        Column("currency", gettext_lazy("Currency"), "currencycode waehrung währung 币种 货币"),
        Column("status", gettext_lazy("Status"), "orderstatus financialstatus state zustand 状态 订单状态 付款状态"),
        Column("channel", gettext_lazy("Sold through"), "saleschannel kanal 渠道 来源渠道"),
        Column("url", gettext_lazy("Web address"), "link orderurl 链接"),
        Column("date_order", gettext_lazy("Order of day and month: dmy or mdy")),
    )

    def __init__(self) -> None:
        self.at = clock.now()
        self.known: dict[str, _Group] = {}
        self.alike: Counter[str] = Counter()

    def begin(self) -> "Orders":
        return Orders()

    def write(self, rows: Sequence[Row], *, by: int | None, is_trial: bool) -> list[Outcome]:
        groups: dict[str, _Group] = {}
        keys: list[str] = []
        wrong: dict[int, str] = {}
        for row in rows:
            try:
                understood = _understood(row)
                key = row.get("number") or self._fingerprint(understood)
            except NotUnderstood as error:
                key, understood = row.get("number") or f"wrong {row.number}", None
                wrong[row.number] = str(error)
            group = groups.setdefault(key, self.known.get(key) or _Group())
            if understood is not None:
                group.lines.append(understood)
            else:
                group.problem = _("Row %(number)d of this order is wrong, so none of it was written.") % {
                    "number": row.number
                }
            keys.append(key)
        said = self._said(groups)
        done = record_all(list(said.values()), source=SOURCE, by=by, is_told=False)
        became = {name: one.became for name, one in zip(said, done, strict=True)}
        new = {name: one.order for name, one in zip(said, done, strict=True) if one.became == Became.CREATED}
        self.known |= {key: groups[key] for row, key in zip(rows, keys, strict=True) if row.get("number")}
        tell("orders", became.values(), by)
        return [
            outcome_of(row, became.get(key), wrong.get(row.number) or groups[key].problem, new.pop(key, None))
            for row, key in zip(rows, keys, strict=True)
        ]

    def take_back(self, made: Sequence[int], *, since: datetime) -> int:
        return taking_back.orders(made, since=since)

    def _said(self, groups: dict[str, _Group]) -> dict[str, OrderSaid]:
        said = {}
        for key, group in groups.items():
            if not group.problem:
                try:
                    said[key] = _order(key, group, self.at)
                except NotUnderstood as error:
                    group.problem = str(error)
        return said

    def _fingerprint(self, line: _Line) -> str:
        """The name of an order without a number: what it says, and the how manieth of its like it is in the file."""
        words = "|".join(line.row.get(column.name) for column in self.columns)
        name = hashlib.sha256(words.encode()).hexdigest()[:16]
        self.alike[name] += 1
        return f"row-{name}-{self.alike[name]}"


def _understood(row: Row) -> _Line:
    """Raises NotUnderstood."""
    buyer = Buyer(
        account=row.get("account"), email=row.get("email"), phone=row.get("phone"), name=one_line(row.get("name"))
    )
    buyers.check(buyer)
    date, currency = row.get("date"), row.get("currency")
    told = {
        name: reading.money(row.get(name), currency, field=name) if row.get(name) else None
        for name in ("price", "amount", "total")
    }
    price = told["price"]
    line = None
    if any(row.get(name) for name in ("sku", "title", "quantity", "price", "amount")):
        quantity = reading.number(row.get("quantity"), field="quantity") if row.get("quantity") else Decimal(1)
        if abs(quantity) >= 10**9:
            raise NotUnderstood("quantity", _("“%(words)s” is no number.") % {"words": row.get("quantity")[:60]})
        line = LineSaid(
            row.get("title"), row.get("sku"), quantity.quantize(Decimal("0.001")), price.minor if price else None
        )
    return _Line(
        row,
        buyer,
        reading.moment(date, order=row.get("date_order")) if date else None,
        next((one.currency for one in told.values() if one), ""),
        told["total"],
        told["amount"],
        line,
    )


def _order(key: str, group: _Group, at: datetime) -> OrderSaid:
    """Raises NotUnderstood."""
    lines = group.lines
    who = next((line.buyer for line in lines if line.buyer.is_said), None)
    placed_at = next((line.placed_at for line in lines if line.placed_at), None)
    currencies = {line.currency for line in lines if line.currency}
    if who is None:
        raise NotUnderstood("account", _("An order needs an account number, an email or a phone of who bought."))
    if placed_at is None:
        raise NotUnderstood("date", _("An order needs the day on which it was placed."))
    if len(currencies) > 1:
        raise NotUnderstood("currency", _("The rows of this order are in different currencies."))
    said = [word for line in lines if (word := line.row.get("status"))]
    first = lines[0].row
    return OrderSaid(
        external_id=one_line(key)[:200],
        number=one_line(key) if first.get("number") else key.removeprefix("row-")[:8].upper(),
        placed_at=placed_at,
        status=_status(said[0]) if said else "paid",
        total=_total(lines),
        currency=next(iter(currencies), ""),
        changed_at=at,
        buyer=who,
        channel=first.get("channel"),
        url=first.get("url"),
        lines=[line.line for line in lines if line.line],
    )


def _total(lines: Sequence[_Line]) -> int:
    totals = {line.total.minor for line in lines if line.total}
    if len(totals) > 1:
        raise NotUnderstood(
            "total",
            _("The rows of this order say different totals. Map that column to “amount”, the amount of a line."),
        )
    if totals:
        total = totals.pop()
    elif any(line.amount for line in lines):
        total = sum(line.amount.minor for line in lines if line.amount)
    elif any(line.line and line.line.unit_price is not None for line in lines):
        total = sum(round((one.line.unit_price or 0) * one.line.quantity) for one in lines if one.line)
    else:
        raise NotUnderstood("total", _("An order needs a total, or the amounts or prices of its lines."))
    if total < 0:
        raise NotUnderstood(
            "total", _("An order cannot come to less than nothing. Tell of money that went back as a refund.")
        )
    return total


def _status(words: str) -> str:
    plain = "".join(each for each in words.casefold() if each.isalnum())
    status = _BY_WORD.get(plain)
    if status is None:
        told = {"words": words[:60]}
        raise NotUnderstood(
            "status", _("“%(words)s” is no status of an order. Write paid, pending or cancelled.") % told
        )
    return status


def outcome_of(row: Row, became: Became | None, problem: str, made: int | None = None) -> Outcome:
    """`made` is the id of what the row created, and is left out where it created nothing."""
    if became is None:
        return Outcome(row.number, "wrong", problem)
    return Outcome(row.number, _WORDS[became], made=(made,) if made and became == Became.CREATED else ())


def tell(kind: str, became: Iterable[Became], by: int | None) -> None:
    """Say once of a chunk what came of it: nobody wants a rule to run for each order of the last ten years."""
    counts = Counter(became)
    if counts[Became.CREATED] or counts[Became.CHANGED]:
        announce(SalesImported(kind, created=counts[Became.CREATED], changed=counts[Became.CHANGED], by=by))
