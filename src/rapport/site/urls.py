"""Root urls: every room's own urls, in the order they are asked."""

from importlib.util import find_spec

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path, re_path

ROOMS = (
    "team",
    "workspace",
    "conversations",
    "customers",
    "sales",
    "channels",
    "surveys",
    "portal",
    "routing",
    "automation",
    "exchange",
    "privacy",
    "design",
)


def _rooms() -> list[URLResolver]:
    """The urls of every room that has some; each room writes whole paths, so that no two fight over a prefix."""
    modules = [f"rapport.{room}.urls" for room in ROOMS]
    return [path("", include(module)) for module in modules if find_spec(module)]


urlpatterns: list[URLPattern | URLResolver] = [*_rooms()]

if find_spec("rapport.site.api") and find_spec("rapport.channels.actions"):
    from rapport.site.api import api, nothing_here

    urlpatterns += [path("api/v1/", api.urls), re_path(r"^api/", nothing_here)]

# `rapport demo` alone has it: a page of a shop with the chat in it.
if settings.DEMO:
    from rapport.site.demo.shop import shop

    urlpatterns += [path("demo/shop/", shop, name="demo_shop")]

handler500 = "rapport.site.failing.failed"
