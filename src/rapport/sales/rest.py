"""What the API of sales has in common: money, and who buys."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from rapport.kit.money import Money, NotMoney
from rapport.kit.rest.problems import Clash, Invalid
from rapport.kit.rest.shapes import WITHOUT_NUL, Shape, StrictId
from rapport.sales import buyers
from rapport.sales.errors import NotUnderstood, SalesError
from rapport.sales.types import Buyer

Amount = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,12}(\.[0-9]{1,4})?$")]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
ShortName = Annotated[str, StringConstraints(max_length=200, pattern=WITHOUT_NUL)]
Title = Annotated[str, StringConstraints(max_length=300, pattern=WITHOUT_NUL)]
Sku = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\s\u0000]([^\u0000]*[^\s\u0000])?$")]
ExternalId = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\s\u0000]+$")]
Source = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
WebAddress = Annotated[str, StringConstraints(max_length=500, pattern=r"^(https?://[^\s\u0000]+)?$")]


class MoneyShape(BaseModel):
    amount: str = Field(description="In major units, such as 219.90.", examples=["219.90"])
    currency: str = Field(examples=["EUR"])


class MoneySaid(Shape):
    amount: Amount = Field(description="In major units, such as 219.90.", examples=["219.90"])
    currency: Currency = Field(examples=["EUR"])


class BuyerSaid(Shape):
    """Who buys: an id of ours, or whatever they are known by; somebody new is added."""

    id: StrictId | None = None
    account: Annotated[str, StringConstraints(max_length=320, pattern=r"^[^\s\u0000]*$")] = Field(
        "", description="Your own number for this customer."
    )
    email: Annotated[str, StringConstraints(max_length=320, pattern=WITHOUT_NUL)] = ""
    phone: Annotated[str, StringConstraints(max_length=32, pattern=WITHOUT_NUL)] = ""
    name: ShortName = ""


def money_shape(minor: int | None, currency: str) -> MoneyShape | None:
    return None if minor is None or not currency else said_money(minor, currency)


def said_money(minor: int, currency: str) -> MoneyShape:
    return MoneyShape(amount=f"{Money(minor, currency).amount:f}", currency=currency)


def minor_units(said: MoneySaid, *, at: str) -> int:
    """Raises Invalid."""
    try:
        return Money.of(Decimal(said.amount), said.currency).minor
    except NotMoney as error:
        raise Invalid.at(at, str(error)) from error


def buyer(said: BuyerSaid | None, *, at: str = "body.customer") -> Buyer:
    """Raises Invalid when nobody can be known by what is said."""
    if said is None:
        return Buyer()
    found = Buyer(said.id or 0, said.account, "", said.email, said.phone, said.name)
    try:
        buyers.check(found)
    except NotUnderstood as error:
        raise Invalid.at(f"{at}.{error.field.removeprefix('customer.')}", str(error)) from error
    return found


@contextmanager
def told() -> Iterator[None]:
    """Tell the caller what an action refused."""
    try:
        yield
    except NotUnderstood as error:
        raise Invalid.at(f"body.{error.field}", str(error)) from error
    except SalesError as error:
        raise Clash(str(error)) from error
