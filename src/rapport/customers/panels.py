"""Cards that other rooms show about a customer, without touching the templates of the customer page.

    register(Panel("head", "lifecycle/strip.html", strip_for))            # beside the name, at the top
    register(Panel("aside", "sales/orders_card.html", orders_for, order=20))
    register(Panel("stats", "sales/value_stat.html", value_for))          # a figure in the row of figures
    register(Panel("panel", "sales/orders_section.html", orders_for))     # beside a conversation

`context_for(customer, viewer)` answers what the template is given beside what the page has (`customer`, `request`,
`may_edit`), or None where there is nothing to show; then the template is not rendered.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from rapport.customers.models import Customer
from rapport.team.models import Agent

Where = Literal["head", "stats", "aside", "panel"]


@dataclass(frozen=True)
class Panel:
    place: Where
    template: str
    context_for: Callable[[Customer, Agent], Mapping[str, Any] | None]
    # Lower ones stand first.
    order: int = 50


_panels: dict[tuple[Where, str], Panel] = {}


def register(panel: Panel) -> None:
    """Each template once a place."""
    _panels[panel.place, panel.template] = panel


def panels_at(place: Where) -> list[Panel]:
    """In their order."""
    return sorted((each for each in _panels.values() if each.place == place), key=lambda each: each.order)
