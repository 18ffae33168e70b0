"""Deals that come in by `rapport data import deals`, from another system's export."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rapport.backbone.gathering import gathered
from rapport.backbone.intake import Column, Outcome, Row, Word
from rapport.customers.actions import add_company, meet, valid_identity
from rapport.customers.errors import CustomerError
from rapport.customers.models import Company, Customer, IdentityKind
from rapport.kit.money import Money, NotMoney
from rapport.sales import taking_back
from rapport.sales.deals import actions, queries
from rapport.sales.deals.errors import DealError, NotSaid
from rapport.sales.deals.models import Deal, Pipeline, Stage
from rapport.sales.deals.types import OPEN_KINDS, Status
from rapport.team.models import Agent
from rapport.team.queries import agent_by_email

_STATUS: dict[str, str] = dict.fromkeys("open offen 进行中 开放 in_progress".split(), Status.OPEN)
_STATUS |= dict.fromkeys("won gewonnen closedwon closed_won 赢单 成交 已赢单 已成交".split(), Status.WON)
_STATUS |= dict.fromkeys("lost verloren closedlost closed_lost 输单 丢单 已输单 已失败".split(), Status.LOST)
_YEAR_FIRST = re.compile(r"(\d{4})[-/年.](\d{1,2})[-/月.](\d{1,2})日?(?:[ T].*)?")
_DOTTED = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})")
_NOT_A_NUMBER = re.compile(r"[^\d.,-]")
_PLAIN = re.compile(r"-?\d+([.,]\d+)?")
_COMMAS = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d+)?")
_DOTS = re.compile(r"-?\d{1,3}(\.\d{3})+(,\d+)?")
_ONE_WAY_OR_THE_OTHER = re.compile(r"-?\d{1,3}[.,]\d{3}")


@dataclass(frozen=True)
class Said:
    """A row understood."""

    title: str
    reference: str
    customer: Customer | None
    company: Company | None
    stage: Stage
    money: Money
    expected_close: date | None
    owner: Agent | None
    source: str
    opened: datetime | None
    closed: datetime | None


class DealIntake:
    """A deal is known by its number, else by its title with its customer and company."""

    kind: str = "deals"
    label: str | Promise = gettext_lazy("Deals")
    columns: Sequence[Column] = (
        Column("title", gettext_lazy("Title"), "title name deal opportunity subject titel 标题 商机 商机名称", True),
        Column("reference", gettext_lazy("Number"), "reference number id dealid opportunityid nummer 编号 商机编号"),
        Column("email", gettext_lazy("Customer’s email"), "email customeremail contactemail kundenmail 邮箱 客户邮箱"),
        Column("account", gettext_lazy("Account number"), "account customer customerid accountnumber 客户编号 客户"),
        Column("company", gettext_lazy("Company"), "company organisation organization firma 公司 公司名称"),
        Column("pipeline", gettext_lazy("Pipeline"), "pipeline 管道 销售管道"),
        Column("stage", gettext_lazy("Stage"), "stage dealstage phase 阶段 销售阶段"),
        Column("status", gettext_lazy("Status"), "status outcome 状态 结果"),
        Column("amount", gettext_lazy("Amount"), "amount value dealvalue betrag wert 金额"),
        Column("currency", gettext_lazy("Currency"), "currency currencycode waehrung währung 币种 货币"),
        Column("expected_close", gettext_lazy("Expected close"), "expectedclose closedate close 预计成交 预计成交日期"),
        Column("owner", gettext_lazy("Owner’s email"), "owner owneremail besitzer 负责人 负责人邮箱"),
        Column("source", gettext_lazy("Source"), "source leadsource quelle 来源"),
        Column("created", gettext_lazy("Created"), "created createdat opened createdate erstellt 创建时间 创建日期"),
        Column("closed", gettext_lazy("Closed"), "closed closedat wonat lostat geschlossen 关闭时间 关闭日期"),
    )

    def write(self, rows: Sequence[Row], *, by: int | None, is_trial: bool) -> list[Outcome]:
        actions.ready()
        agent = Agent.objects.filter(pk=by).first() if by else None
        stages = _Stages(list(queries.pipelines()))
        with gathered():
            return [self._write(row, stages, agent) for row in rows]

    def _write(self, row: Row, stages: "_Stages", by: Agent | None) -> Outcome:
        try:
            with transaction.atomic():
                word, made = _put(_understood(row, stages, by), by)
        except (DealError, CustomerError, NotMoney) as error:
            return Outcome(row.number, "wrong", str(error))
        return Outcome(row.number, word, made=made)

    def take_back(self, made: Sequence[int], *, since: datetime) -> int:
        return taking_back.deals(made, since=since)


class _Stages:
    def __init__(self, pipelines: Sequence[Pipeline]) -> None:
        self.pipelines = pipelines

    def find(self, pipeline: str, name: str, status: str) -> Stage:
        """Raises NotSaid."""
        chosen = [each for each in self.pipelines if not pipeline or each.name.casefold() == pipeline.casefold()]
        if not chosen:
            raise NotSaid("pipeline", _("There is no pipeline “%(name)s”. Set it up first.") % {"name": pipeline})
        kind = _STATUS.get(status.casefold().replace(" ", ""), "") if status else ""
        if status and not kind:
            raise NotSaid("status", _("“%(word)s” is no status. Write open, won or lost.") % {"word": status})
        if kind in (Status.WON, Status.LOST):
            return queries.end_of(chosen[0], kind)
        for each in chosen:
            for stage in each.stages.all():
                if name and stage.name.casefold() == name.casefold():
                    return stage
        if name:
            known = ", ".join(stage.name for stage in chosen[0].stages.all())
            raise NotSaid("stage", _("There is no stage “%(name)s”, only %(known)s.") % {"name": name, "known": known})
        return queries.open_stages(chosen[0])[0]


def _understood(row: Row, stages: _Stages, by: Agent | None) -> Said:
    owner = agent_by_email(row.get("owner")) if row.get("owner") else None
    if row.get("owner") and owner is None:
        raise NotSaid("owner", _("Nobody here has the address %(email)s.") % {"email": row.get("owner")})
    customer = _customer(row)
    return Said(
        title=row.get("title"),
        reference=row.get("reference")[:100],
        customer=customer,
        company=_company(row.get("company"), by) or (customer.company if customer else None),
        stage=stages.find(row.get("pipeline"), row.get("stage"), row.get("status")),
        money=Money.of(_number(row.get("amount") or "0"), row.get("currency") or queries.settings().currency),
        expected_close=_day(row.get("expected_close")),
        owner=owner,
        source=row.get("source"),
        opened=_moment(row.get("created")),
        closed=_moment(row.get("closed")),
    )


def _put(said: Said, by: Agent | None) -> tuple[Word, Sequence[int]]:
    """What became of it, and the id of the deal that is new."""
    deal = _known(said)
    if deal is None:
        return "created", (_open(said, by).pk,)
    facts: Mapping[str, Any] = {
        "title": said.title, "customer": said.customer or deal.customer, "company": said.company or deal.company,
        "owner": said.owner or deal.owner, "expected_close": said.expected_close or deal.expected_close,
        "source": said.source or deal.source,
    }  # fmt: skip
    different = actions.change(deal, by=by, **facts)
    if not deal.lines.exists():
        different += actions.change(deal, by=by, money=said.money)
    if said.stage.pk != deal.stage_id:
        actions.move(deal, to=said.stage, by=by, at=said.closed)
        different.append("stage")
    return ("changed" if different else "same"), ()


def _open(said: Said, by: Agent | None) -> Deal:
    """One that is over begins in the first stage and ends when it ended; nothing is known of the way between."""
    is_over = said.stage.kind not in OPEN_KINDS
    first = said.stage.pipeline.stages.filter(kind__in=OPEN_KINDS)[0] if is_over else said.stage
    opened = said.opened or said.closed
    deal = actions.open_deal(
        title=said.title,
        reference=said.reference,
        stage=first,
        money=said.money,
        customer=said.customer,
        company=said.company,
        owner=said.owner,
        expected_close=said.expected_close,
        source=said.source,
        at=opened,
        by=by,
    )
    if is_over:
        actions.move(deal, to=said.stage, at=max(filter(None, (said.closed, opened)), default=None), by=by)
    return deal


def _known(said: Said) -> Deal | None:
    deals = Deal.objects.select_related("stage", "customer", "company", "owner")
    if said.reference:
        return deals.filter(reference=said.reference).first()
    title = " ".join(said.title.split())[:200]
    return deals.filter(title=title, customer=said.customer, company=said.company).first()


def _customer(row: Row) -> Customer | None:
    """Whoever is known by it, or somebody new. Raises CustomerError."""
    for kind, cell in ((IdentityKind.EXTERNAL, "account"), (IdentityKind.EMAIL, "email")):
        if row.get(cell):
            return meet(kind=kind, value=valid_identity(kind, row.get(cell)))
    return None


def _company(name: str, by: Agent | None) -> Company | None:
    if not name:
        return None
    return Company.objects.filter(name__iexact=name[:200]).first() or add_company(name=name[:200], domain="", by=by)


def _number(text: str) -> str:
    """`9.800,00 €` as 9800.00. Raises NotSaid where it is none, or could be read in two ways."""
    plain = _NOT_A_NUMBER.sub("", text)
    if _ONE_WAY_OR_THE_OTHER.fullmatch(plain):
        told = _("“%(number)s” could be thousands or a fraction. Write it with decimals, such as 1234.00.")
        raise NotSaid("amount", told % {"number": text})
    if _PLAIN.fullmatch(plain):
        return plain.replace(",", ".")
    if _COMMAS.fullmatch(plain):
        return plain.replace(",", "")
    if _DOTS.fullmatch(plain):
        return plain.replace(".", "").replace(",", ".")
    raise NotSaid("amount", _("“%(number)s” is no amount.") % {"number": text})


def _day(text: str) -> date | None:
    """Raises NotSaid."""
    if not text:
        return None
    try:
        if found := _YEAR_FIRST.fullmatch(text):
            return date(int(found[1]), int(found[2]), int(found[3]))
        if found := _DOTTED.fullmatch(text):
            return date(int(found[3]), int(found[2]), int(found[1]))
    except ValueError:
        pass
    raise NotSaid("date", _("“%(text)s” is no day. Write it as 2026-03-01.") % {"text": text})


def _moment(text: str) -> datetime | None:
    """A moment with its zone as it says, else noon of that day, here. Raises NotSaid."""
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo:
            return moment
    except ValueError:
        pass
    day = _day(text)
    return timezone.make_aware(datetime.combine(day, time(12))) if day else None
