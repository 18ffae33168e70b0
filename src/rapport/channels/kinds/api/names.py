"""How people, messages and conversations of one system are told from those of every other."""

# A message of ours is called so; the system uses it to say what became of it.
OURS = "rapport_"
LONGEST = 120


def inside(source: str, name: str) -> str:
    """What we call something that the system calls `name`: a person, or an exchange with them."""
    return f"{source}:{name}" if source else name


def outside(address: str) -> str:
    """What the system calls it."""
    return address.partition(":")[2] if ":" in address else address


def of_message(source: str, name: str) -> str:
    """What we call a message, whichever side wrote it."""
    return name if name.startswith(OURS) else f"api:{source}:{name}"


def as_they_call_it(external_id: str) -> str:
    """The other way round; empty for a message of some other channel."""
    if external_id.startswith(OURS):
        return external_id
    kind, _colon, rest = external_id.partition(":")
    return rest.partition(":")[2] if kind == "api" else ""
