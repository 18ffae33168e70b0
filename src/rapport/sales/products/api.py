"""Products over HTTP."""

from datetime import datetime
from typing import Annotated, Any

from django.db.models import Q
from ninja import Query, Router, Status
from pydantic import BaseModel, Field, StringConstraints

from rapport.kit.rest.paging import Page, Paging, page
from rapport.kit.rest.problems import NotFound
from rapport.kit.rest.shapes import WITHOUT_NUL, Id, Shape
from rapport.sales.models import Product
from rapport.sales.orders.queries import products_visible_to
from rapport.sales.products.recording import add_product, change_product
from rapport.sales.rest import MoneySaid, MoneyShape, ShortName, Sku, WebAddress, minor_units, money_shape, told
from rapport.sales.types import ProductSaid
from rapport.team.api import ApiRequest, agent_of
from rapport.team.models import Agent
from rapport.team.types import Permission

products_router = Router(tags=["Sales"])

Text = Annotated[str, StringConstraints(max_length=10_000, pattern=WITHOUT_NUL)]
Kind = Annotated[str, StringConstraints(max_length=100, pattern=WITHOUT_NUL)]


class ProductShape(BaseModel):
    id: int
    sku: str = Field(description="The article number.", examples=["LW-DESK-02"])
    name: str
    description: str
    kind: str
    price: MoneyShape | None
    url: str
    is_active: bool = Field(description="Whether it is sold at present.")
    created_at: datetime
    updated_at: datetime


class ProductFilters(Paging):
    q: ShortName | None = Field(None, description="Words in the name, the article number or the kind.")
    sku: Sku | None = None
    is_active: bool | None = None


class ProductChanges(Shape):
    """What is left out stays as it is."""

    sku: Sku | None = None
    name: ShortName | None = None
    description: Text | None = None
    kind: Kind | None = None
    price: MoneySaid | None = None
    url: WebAddress | None = None
    is_active: bool | None = None


class NewProduct(ProductChanges):
    sku: Sku = Field(description="The article number: no other product has it.", examples=["LW-DESK-02"])


@products_router.get("/products", response=Page[ProductShape], summary="List products, newest first")
def list_products(request: ApiRequest, filters: Query[ProductFilters]) -> dict[str, Any]:
    products = products_visible_to(agent_of(request))
    for word in (filters.q or "").split()[:8]:
        products = products.filter(Q(name__icontains=word) | Q(sku__icontains=word) | Q(kind__icontains=word))
    if filters.sku:
        products = products.filter(sku=filters.sku)
    if filters.is_active is not None:
        products = products.filter(is_active=filters.is_active)
    return page(products, filters, shape=product_shape)


@products_router.post("/products", response={201: ProductShape}, summary="Add a product")
def add(request: ApiRequest, body: NewProduct) -> Status[ProductShape]:
    agent = agent_of(request, Permission.REPLY)
    with told():
        return Status(201, product_shape(add_product(_said(body, body.sku), by=agent.pk)))


@products_router.get("/products/{product_id}", response=ProductShape, summary="Read a product")
def read_product(request: ApiRequest, product_id: Id) -> ProductShape:
    return product_shape(_product_for(agent_of(request), product_id))


@products_router.patch("/products/{product_id}", response=ProductShape, summary="Change a product")
def change(request: ApiRequest, product_id: Id, body: ProductChanges) -> ProductShape:
    agent = agent_of(request, Permission.REPLY)
    product = _product_for(agent, product_id)
    with told():
        return product_shape(change_product(product, _said(body, body.sku or product.sku), by=agent.pk))


def product_shape(product: Product) -> ProductShape:
    return ProductShape(
        id=product.pk,
        sku=product.sku,
        name=product.name,
        description=product.description,
        kind=product.kind,
        price=money_shape(product.price, product.currency),
        url=product.url,
        is_active=product.is_active,
        created_at=product.created_at,
        updated_at=product.updated_at,
    )


def _said(body: ProductChanges, sku: str) -> ProductSaid:
    return ProductSaid(
        sku=sku,
        name=body.name,
        description=body.description,
        kind=body.kind,
        price=minor_units(body.price, at="body.price") if body.price else None,
        currency=body.price.currency if body.price else "",
        url=body.url,
        is_active=body.is_active,
    )


def _product_for(agent: Agent, pk: int) -> Product:
    product = products_visible_to(agent).filter(pk=pk).first()
    if product is None:
        raise NotFound("There is no such product.")
    return product
