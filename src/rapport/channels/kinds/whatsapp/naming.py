"""How WhatsApp's ids and people are called here."""

_PREFIX = "whatsapp:"


def own_id(wamid: str) -> str:
    """What we call a message of WhatsApp; its own ids are unique in the world."""
    return f"{_PREFIX}{wamid}" if wamid else ""


def wamid_of(external_id: str) -> str:
    """The other way round; empty for a message that is not WhatsApp's."""
    return external_id.removeprefix(_PREFIX) if external_id.startswith(_PREFIX) else ""


def address_of(phone: str, user_id: str) -> str:
    """+ and digits; the id that WhatsApp made for us where somebody with a user name keeps their number."""
    digits = "".join(character for character in phone if character.isdigit())
    return f"+{digits}" if digits else user_id


def recipient(address: str) -> dict[str, str]:
    """Whom the API is told to send to."""
    if address.startswith("+"):
        return {"to": address.removeprefix("+")}
    return {"recipient": address}
