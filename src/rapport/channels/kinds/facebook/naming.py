"""How people and messages of the two products are called here.

Somebody is their page-scoped id in Messenger and "ig:" with their Instagram-scoped id in Instagram; a message is "fb:"
or "ig:" with Meta's id, which is unique in the world. Ids of Instagram have up to 170 characters, hence so short.
"""

INSTAGRAM = "ig:"
MESSENGER = "fb:"
METADATA = "rapport"


def prefix_of(object_name: str) -> str:
    return INSTAGRAM if object_name == "instagram" else MESSENGER


def address_of(prefix: str, scoped_id: str) -> str:
    return f"{INSTAGRAM}{scoped_id}" if prefix == INSTAGRAM and scoped_id else scoped_id


def is_on_instagram(address: str) -> bool:
    return address.startswith(INSTAGRAM)


def scoped_id_of(address: str) -> str:
    return address.removeprefix(INSTAGRAM)
