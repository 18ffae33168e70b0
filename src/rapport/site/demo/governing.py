"""Who may do what in the house, and what the audit trail keeps of who set it up so."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from rapport.kit import clock
from rapport.privacy.actions import record
from rapport.routing.models import Scheme, ServicePolicy
from rapport.site.demo.furnishing import House
from rapport.team.acting import Actor, acting
from rapport.team.actions import change_role, create_role
from rapport.team.models import Agent
from rapport.team.types import Permission, Visibility

# Documentation addresses, RFC 5737: nobody's.
_OFFICE, _HOME = "192.0.2.14", "198.51.100.7"


def govern(house: House, now: datetime) -> None:
    """Somebody is new and sees only what they were given; the trail says that, and what was changed before."""
    owner, admin = house.part("owner"), house.part("admin")
    everyone = ServicePolicy.objects.get(name="Everyone")
    with _at(now - timedelta(days=28), owner, _OFFICE):
        record("added", "routing.servicepolicy", object=everyone.pk, label=everyone.name)
    with _at(now - timedelta(days=20), admin, _HOME):
        renamed = {"name": ["All customers", everyone.name]}
        record("changed", "routing.servicepolicy", object=everyone.pk, label=everyone.name, changes=renamed)
    with _at(now - timedelta(days=12), admin, _OFFICE):
        record(
            "changed",
            "team.team",
            label=house.scene.inbox("trade"),
            changes={"agent": [[], [house.part("chinese").name]]},
        )
    with _at(now - timedelta(days=6), owner, _OFFICE):
        tried = Scheme.objects.get(name=house.scene.inbox("support"))
        record("changed", "routing.scheme", object=tried.pk, label=tried.name, changes={"is_on": [True, False]})
    with _at(now - timedelta(days=3), owner, _HOME):
        record("exported", "privacy.entry", label="csv")
    with _at(now, owner, _OFFICE):
        may = [Permission.READ, Permission.REPLY, Permission.SEE_FEEDBACK]
        helper = create_role(name="New here", permissions=may, visibility=Visibility.OWN, by=owner)
        change_role(house.part("new"), to=helper, by=owner)


@contextmanager
def _at(moment: datetime, agent: Agent, address: str) -> Iterator[None]:
    """Somebody at a page of the settings, at that moment."""
    with clock.frozen(moment), acting(Actor(agent.pk, agent.name, "page", address)):
        yield
