"""The systems that there are; another one is a module beside these and a name here."""

from rapport.exchange.syncing.hubspot import HubSpot
from rapport.exchange.syncing.models import Connection
from rapport.exchange.syncing.salesforce import Salesforce
from rapport.exchange.syncing.seam import Noun, System

SYSTEMS: dict[str, type[System]] = {each.name: each for each in (HubSpot, Salesforce)}


def system_of(connection: Connection) -> System:
    """Signed in as it is set up; settings that it renews by itself are kept at once."""

    def keep(changed: dict[str, object]) -> None:
        held = Connection.objects.get(pk=connection.pk)
        held.settings = {**held.settings, **changed}
        held.save(update_fields=["settings"])
        connection.settings = held.settings

    return SYSTEMS[connection.kind](connection.settings, keep)


def usual_mapping(kind: type[System]) -> dict[str, list[dict[str, str]]]:
    """As it begins: name, address, phone, company and place, both ways, the newer change wins."""
    return {
        noun: [
            {"ours": line.ours, "theirs": line.theirs, "direction": line.direction, "rule": line.rule}
            for line in kind.usual[noun]
        ]
        for noun in Noun
    }
