"""Products from a file, a row each."""

from collections.abc import Sequence
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rapport.backbone.intake import Column, Outcome, Row
from rapport.sales import reading, taking_back
from rapport.sales.errors import NotUnderstood
from rapport.sales.orders.intake import outcome_of, tell
from rapport.sales.products.recording import Kept, record_products
from rapport.sales.types import ProductSaid

_YES = frozenset("yes true 1 y active published ja aktiv 是 有 在售 上架".split())
_NO = frozenset("no false 0 n inactive draft archived nein inaktiv 否 无 停售 下架".split())


class Products:
    kind, label = "products", gettext_lazy("Products")
    columns = (
        Column(
            "sku",
            gettext_lazy("Article number"),
            "articlenumber productid id code stockcode artikelnummer 货号 商品编号 商品编码 编号",
            required=True,
        ),
        Column("name", gettext_lazy("Name"), "title productname product bezeichnung 名称 商品名称 商品 品名"),
        Column("description", gettext_lazy("Description"), "beschreibung body 描述 说明 商品描述"),
        Column("kind", gettext_lazy("Kind"), "type category producttype kategorie 类别 分类 类型"),
        Column("price", gettext_lazy("Price"), "unitprice listprice preis 价格 单价 售价"),
        Column("currency", gettext_lazy("Currency"), "currencycode waehrung 币种 货币"),
        Column("url", gettext_lazy("Web address"), "link permalink webadresse 链接 网址"),
        Column("is_active", gettext_lazy("Is sold"), "active status published aktiv 状态 在售"),
    )

    def write(self, rows: Sequence[Row], *, by: int | None, is_trial: bool) -> list[Outcome]:
        said, wrong = {}, {}
        for row in rows:
            try:
                said[row.number] = _product(row)
            except NotUnderstood as error:
                wrong[row.number] = str(error)
        done = record_products(list(said.values()), by=by, is_told=False)
        kept = dict(zip(said, done, strict=True))
        tell("products", [one.became for one in done], by)
        return [_outcome(row, kept.get(row.number), wrong.get(row.number, "")) for row in rows]

    def take_back(self, made: Sequence[int], *, since: datetime) -> int:
        return taking_back.products(made, since=since)


def _outcome(row: Row, kept: Kept | None, problem: str) -> Outcome:
    return outcome_of(row, kept.became, problem, kept.product) if kept else outcome_of(row, None, problem)


def _product(row: Row) -> ProductSaid:
    """Raises NotUnderstood."""
    if not row.get("sku"):
        raise NotUnderstood("sku", _("A product needs an article number."))
    price = reading.money(row.get("price"), row.get("currency"), field="price") if row.get("price") else None
    return ProductSaid(
        sku=row.get("sku"),
        name=row.get("name") or None,
        description=row.get("description") or None,
        kind=row.get("kind") or None,
        price=price.minor if price else None,
        currency=price.currency if price else "",
        url=_url(row.get("url")) or None,
        is_active=_truth(row.get("is_active")),
    )


def _url(words: str) -> str:
    if words:
        try:
            URLValidator(schemes=["http", "https"])(words)
        except ValidationError as error:
            raise NotUnderstood("url", _("“%(words)s” is no web address.") % {"words": words[:60]}) from error
    return words


def _truth(words: str) -> bool | None:
    if not words:
        return None
    if words.casefold() not in _YES | _NO:
        raise NotUnderstood("is_active", _("“%(words)s” is neither yes nor no.") % {"words": words[:60]})
    return words.casefold() in _YES
