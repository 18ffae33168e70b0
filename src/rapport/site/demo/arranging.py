"""How Lampwright keeps its inbox in order: own fields with values, two views for everyone, a few coloured tags."""

from collections.abc import Sequence

from rapport.conversations.models import ConversationField, ConversationValue, SavedView, Tag
from rapport.conversations.types import Audience, TagColour
from rapport.customers.models import CustomerField, CustomerValue
from rapport.site.demo.chronicle import Chronicle
from rapport.site.demo.furnishing import House

PRODUCTS = ("Aura floor lamp", "Halo desk lamp", "Ember bulb", "Lampwright Hub")
PLANS = ("Home", "Plus", "Trade")
_COLOURS = {
    "Refund": TagColour.AMBER,
    "Damage": TagColour.RED,
    "Firmware 2.4": TagColour.VIOLET,
    "Trade": TagColour.BLUE,
}


def arrange(told: Sequence[Chronicle], house: House) -> None:
    """Deterministic: whose number ends how has what."""
    product = ConversationField.objects.create(
        key="product", label="Product", kind="choice", choices=list(PRODUCTS), help="What it is about", position=1
    )
    order = ConversationField.objects.create(key="order_number", label="Order number", kind="text", position=2)
    plan = CustomerField.objects.create(key="plan", label="Plan", kind="choice", choices=list(PLANS), position=1)
    values: list[ConversationValue] = []
    for one in told:
        number = one.conversation.number
        if number % 3:
            values.append(
                ConversationValue(field=product, owner=one.conversation, text=PRODUCTS[number % len(PRODUCTS)])
            )
        if number % 4 == 1:
            values.append(
                ConversationValue(field=order, owner=one.conversation, text=f"LW-{number * 7 % 90000 + 10000}")
            )
    ConversationValue.objects.bulk_create(values, batch_size=2000)
    CustomerValue.objects.bulk_create(
        CustomerValue(field=plan, owner=customer, text="Trade" if customer.company_id else PLANS[key % 2])
        for key, customer in house.customers.items()
    )
    for name, colour in _COLOURS.items():
        Tag.objects.filter(name=name).update(colour=colour)
    _views(house)


def _views(house: House) -> None:
    noor = house.agents["noor"]
    still_open = {"field": "status", "op": "is", "value": ["open"]}
    money = {"field": "tag", "op": "is", "value": ["Refund", "Return", "Invoice"]}
    late = {"field": "waiting", "op": "longer_than", "value": "4h"}
    views = (("About money", [still_open, money], "newest"), ("Waiting over 4 hours", [late], "waiting"))
    for position, (name, lines, sort) in enumerate(views, start=1):
        SavedView.objects.create(
            name=name,
            audience=Audience.EVERYONE,
            by=noor,
            position=position,
            filter={"version": 1, "match": "all", "conditions": lines},
            columns=["field.product", "tags"],
            sort=sort,
        )
