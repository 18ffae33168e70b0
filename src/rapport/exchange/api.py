"""Every part of the room has its own routes; the site gathers them."""

from rapport.exchange.exporting.api import exports_router

__all__ = ["exports_router"]
