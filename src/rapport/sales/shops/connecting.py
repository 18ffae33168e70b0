"""Connecting a shop, changing it, and letting it go."""

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from rapport.sales.models import Shop
from rapport.sales.shops.seam import ShopKind


@transaction.atomic
def connect(kind: ShopKind, *, name: str, url: str, secret: str) -> Shop:
    """Its orders are known as those of the kind; the second shop of a kind has a number behind it.

    Without a secret nothing is taken from it: some shops show theirs only once they know the address to call.
    """
    taken = set(Shop.objects.filter(kind=kind.name).values_list("source", flat=True))
    source = next(
        each for number in range(1, len(taken) + 2)
        if (each := kind.name if number == 1 else f"{kind.name}-{number}") not in taken
    )  # fmt: skip
    return Shop.objects.create(kind=kind.name, name=name, url=url.rstrip("/"), secret=secret, source=source)


@transaction.atomic
def change(shop: Shop, *, name: str, url: str, secret: str) -> None:
    """An empty secret leaves the one that is kept."""
    shop.name, shop.url = name, url.rstrip("/")
    if secret:
        shop.secret = secret
    shop.save(update_fields=["name", "url", "secret"])


@transaction.atomic
def disconnect(shop: Shop) -> None:
    """Nothing more comes from there; what came stays."""
    shop.delete()


def push_url(shop: Shop) -> str:
    """The address to enter at the shop."""
    return f"{settings.BASE_URL}{reverse('shop_inbound', args=[shop.kind, shop.key])}"
