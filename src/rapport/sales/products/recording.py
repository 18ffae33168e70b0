"""Products are written down here, one or a thousand at once."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from rapport.backbone.events import announce, gathered
from rapport.kit.text import one_line
from rapport.sales.announcements import ProductChanged
from rapport.sales.errors import NotUnderstood, SkuTaken
from rapport.sales.models import Product
from rapport.sales.types import Became, ProductSaid

_TRIES = 3
_FIELDS = ("name", "description", "kind", "price", "currency", "url", "is_active")
_LENGTHS = {"name": 200, "kind": 100, "url": 500}


@dataclass(frozen=True, slots=True)
class Kept:
    product: int
    became: Became


@transaction.atomic
def add_product(said: ProductSaid, *, by: int | None) -> Product:
    """A new product. Raises SkuTaken, NotUnderstood."""
    sku = _sku(said)
    try:
        with transaction.atomic():
            product = Product(sku=sku, name=sku)
            _fill(product, said)
            product.save(force_insert=True)
    except IntegrityError:
        raise SkuTaken(sku) from None
    _tell(product, ["sku"], by)
    return product


@transaction.atomic
def change_product(product: Product, said: ProductSaid, *, by: int | None) -> Product:
    """What is different now; its article number may change too. Raises SkuTaken, NotUnderstood."""
    product = Product.objects.select_for_update().get(pk=product.pk)
    sku = _sku(said)
    fields = _fill(product, said)
    if sku != product.sku:
        product.sku = sku
        fields.append("sku")
    if fields:
        try:
            with transaction.atomic():
                product.save()
        except IntegrityError:
            raise SkuTaken(sku) from None
        _tell(product, fields, by)
    return product


def record_products(said: Sequence[ProductSaid], *, by: int | None, is_told: bool = True) -> list[Kept]:
    """What became of each, in their order; known by article number, the last word about one counts."""
    for tries in range(_TRIES):
        try:
            with transaction.atomic(), gathered():
                return _record(said, by, is_told)
        except IntegrityError:
            if tries == _TRIES - 1:
                raise
    raise AssertionError


def _record(said: Sequence[ProductSaid], by: int | None, is_told: bool) -> list[Kept]:
    held = {
        product.sku: product
        for product in Product.objects.select_for_update().filter(sku__in={_sku(each) for each in said}).order_by("pk")
    }
    new: dict[str, Product] = {}
    changed: dict[str, Product] = {}
    became: list[tuple[str, Became]] = []
    for each in said:
        sku = _sku(each)
        product = held.get(sku)
        if product is None:
            product = held[sku] = new[sku] = Product(sku=sku, name=sku)
            _fill(product, each)
            became.append((sku, Became.CREATED))
            continue
        fields = _fill(product, each)
        if fields and sku not in new:
            changed[sku] = product
            if is_told:
                _tell(product, fields, by)
        became.append((sku, Became.CHANGED if fields else Became.SAME))
    made = Product.objects.bulk_create(new.values(), batch_size=500)
    for product in made if is_told else ():
        _tell(product, ["sku"], by)
    Product.objects.bulk_create(
        changed.values(),
        batch_size=500,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=[*_FIELDS, "updated_at"],
    )
    return [Kept(held[sku].pk, word) for sku, word in became]


def _sku(said: ProductSaid) -> str:
    sku = one_line(said.sku)[:100]
    if not sku:
        raise NotUnderstood("sku", _("A product needs an article number."))
    return sku


def _fill(product: Product, said: ProductSaid) -> list[str]:
    """Answers which fields are different now."""
    told = {name: getattr(said, name) for name in _FIELDS if getattr(said, name) is not None}
    if said.price is None:
        told.pop("currency")
    for name, most in _LENGTHS.items():
        if name in told:
            told[name] = one_line(told[name])[:most]
    if not told.get("name", "kept"):
        told["name"] = product.sku
    fields = [name for name, value in told.items() if getattr(product, name) != value]
    for name in fields:
        setattr(product, name, told[name])
    return fields


def _tell(product: Product, fields: Sequence[str], by: int | None) -> None:
    news = ProductChanged(product.pk, fields=",".join(sorted(fields)), by=by)
    announce(news, subject=f"product:{product.pk}")
