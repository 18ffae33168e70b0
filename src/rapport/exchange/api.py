"""Every part of the room has its own routes; the site gathers them."""

from rapport.exchange.exporting.api import exports_router
from rapport.exchange.importing.api import table_imports_router
from rapport.exchange.moving_in.api import moves_router
from rapport.exchange.syncing.api import systems_router

__all__ = ["exports_router", "moves_router", "systems_router", "table_imports_router"]
