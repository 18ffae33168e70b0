"""Subscriptions from a file, a row each."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rapport.backbone.intake import Column, Outcome, Row
from rapport.kit import clock
from rapport.sales import buyers, reading, taking_back
from rapport.sales.errors import NotUnderstood
from rapport.sales.orders.intake import SOURCE, WHO, outcome_of, tell
from rapport.sales.subscriptions.recording import Recorded, record_all
from rapport.sales.types import Buyer, SubscriptionSaid

_STATUS = {
    "trial": "trial trialing trialling probe testphase 试用 试用中",
    "active": "active live paid current aktiv 有效 活跃 生效 生效中 订阅中",
    "past_due": "pastdue overdue unpaid onhold ueberfaellig überfällig 逾期 欠费",
    "paused": "paused suspended pausiert 暂停 已暂停",
    "cancelled": "cancelled canceled ended expired churned inactive gekuendigt gekündigt 取消 已取消 到期 已到期 流失",
}
_INTERVAL = {
    "day": "day daily days tag täglich 天 日 每天 每日",
    "week": "week weekly weeks woche wöchentlich 周 每周",
    "month": "month monthly months mon monat monatlich 月 每月 月付",
    "year": "year yearly years annual annually jahr jährlich 年 每年 年付",
}


class Subscriptions:
    kind, label = "subscriptions", gettext_lazy("Subscriptions")
    columns = (
        Column(
            "number",
            gettext_lazy("Subscription number"),
            "id subscription subscriptionid subscriptionnumber contract vertragsnummer 订阅号 订阅编号 合同号 编号",
            required=True,
        ),
        *WHO,
        Column("plan", gettext_lazy("Plan"), "planname product productname tarif 套餐 方案 计划"),
        Column("sku", gettext_lazy("Article number"), "productid artikelnummer 货号 商品编号"),
        Column("status", gettext_lazy("Status"), "state subscriptionstatus 状态 订阅状态"),
        Column("amount", gettext_lazy("Amount"), "price total mrr monthlyamount betrag preis 金额 价格 费用"),
        Column("currency", gettext_lazy("Currency"), "currencycode waehrung 币种 货币"),
        Column("interval", gettext_lazy("Interval"), "billingperiod period frequency rhythmus 周期 付费周期 计费周期"),
        Column(
            "started",
            gettext_lazy("Started"),
            "startedat startdate start created createdat begin beginn 开始 开始时间 开始日期 订阅时间",
            required=True,
        ),
        Column(
            "period_end",
            gettext_lazy("Paid until"),
            "currentperiodend nextpayment renewal renewsat bezahltbis 到期 到期时间 续费时间",
        ),
        Column(
            "cancelled", gettext_lazy("Cancelled"), "cancelledat canceledat endedat enddate end ende 取消时间 结束时间"
        ),
        Column("reason", gettext_lazy("Reason"), "cancelreason cancellationreason grund 取消原因 原因"),
        Column("date_order", gettext_lazy("Order of day and month: dmy or mdy")),
    )

    def __init__(self) -> None:
        self.at = clock.now()

    def begin(self) -> "Subscriptions":
        return Subscriptions()

    def write(self, rows: Sequence[Row], *, by: int | None, is_trial: bool) -> list[Outcome]:
        said, wrong = {}, {}
        for row in rows:
            try:
                said[row.number] = _subscription(row, self.at)
            except NotUnderstood as error:
                wrong[row.number] = str(error)
        done = record_all(list(said.values()), source=SOURCE, by=by, is_told=False)
        recorded = dict(zip(said, done, strict=True))
        tell("subscriptions", [one.became for one in done], by)
        return [_outcome(row, recorded.get(row.number), wrong.get(row.number, "")) for row in rows]

    def take_back(self, made: Sequence[int], *, since: datetime) -> int:
        return taking_back.subscriptions(made, since=since)


def _outcome(row: Row, done: Recorded | None, problem: str) -> Outcome:
    return outcome_of(row, done.became, problem, done.subscription) if done else outcome_of(row, None, problem)


def _subscription(row: Row, at: datetime) -> SubscriptionSaid:
    """Raises NotUnderstood."""
    buyer = Buyer(account=row.get("account"), email=row.get("email"), phone=row.get("phone"), name=row.get("name"))
    buyers.check(buyer)
    if not buyer.is_said:
        raise NotUnderstood("account", _("A subscription needs an account number, an email or a phone of who pays."))
    if not row.get("number") or not row.get("started"):
        raise NotUnderstood("number", _("A subscription needs a number and the day on which it started."))
    days = {
        name: reading.moment(row.get(name), order=row.get("date_order"), field=name) if row.get(name) else None
        for name in ("started", "period_end", "cancelled")
    }
    paid = reading.money(row.get("amount") or "0", row.get("currency"), field="amount")
    status = _word(row.get("status"), _STATUS, "status") or ("cancelled" if days["cancelled"] else "active")
    return SubscriptionSaid(
        external_id=row.get("number")[:200],
        status=status,
        amount=paid.minor,
        currency=paid.currency,
        interval=_word(row.get("interval"), _INTERVAL, "interval") or "month",
        started_at=days["started"] or at,
        changed_at=at,
        buyer=buyer,
        plan=row.get("plan"),
        sku=row.get("sku"),
        current_period_end=days["period_end"],
        cancelled_at=days["cancelled"] if status == "cancelled" else None,
        cancel_reason=row.get("reason"),
    )


def _word(said: str, known: dict[str, str], field: str) -> str:
    if not said:
        return ""
    plain = "".join(each for each in said.casefold() if each.isalnum())
    for word, words in known.items():
        if plain in words.split() or plain == word.replace("_", ""):
            return word
    told = {"words": said[:60], "known": ", ".join(known)}
    raise NotUnderstood(field, _("“%(words)s” is not understood. Write one of: %(known)s.") % told)
