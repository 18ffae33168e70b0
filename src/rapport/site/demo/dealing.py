"""Deals of the last year, with the companies among the customers; and their place in the log of everything."""

from datetime import datetime
from random import Random

from django.db.models import Max

from rapport.backbone.models import Event
from rapport.kit import clock
from rapport.sales.deals import actions
from rapport.sales.deals.models import SalesSettings
from rapport.sales.deals.seeding import COUNT, Offer, seed
from rapport.site.demo.furnishing import House

_DID = ("First call", "Meeting", "Send the proposal")
_PLANNED = ("Ask what is still open", "Meet whoever decides", "Check the start date", "Send prices")


def deal(house: House, now: datetime) -> list[Event]:
    """The deals are written; what they left in the log is handed back, for it belongs between all the rest."""
    said = house.scene.says.get("dealing")
    if said is None:
        return []
    before = Event.objects.aggregate(last=Max("pk"))["last"] or 0
    actions.ready()
    SalesSettings.objects.update(currency=house.scene.currency)
    offers = [
        Offer(one["title"].replace("{n}", "%(n)d"), one["item"], one["price"], one["least"], one["most"])
        for one in said.get("offers", ())
    ]
    companies = [customer for customer in house.customers.values() if customer.company_id]
    agents = [house.agents[key] for key in house.scene.team]
    dice = Random(house.scene.says["seed"])  # noqa: S311  # a story, no secret
    count = house.scene.scaled(COUNT)
    with clock.frozen(now):
        seed(
            companies or list(house.customers.values()),
            agents,
            dice,
            now,
            count=count,
            offers=offers,
            did=_DID if offers else (),
            planned=_PLANNED if offers else (),
        )
    left = Event.objects.filter(pk__gt=before)
    rows = list(left)
    left.delete()
    for row in rows:
        row.pk = None
        row._state.adding = True
    return rows
