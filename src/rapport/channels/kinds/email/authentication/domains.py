"""When one domain speaks for another."""


def domain_in(address: str) -> str:
    """The domain of an address, or of what is a domain already, as the name system writes it."""
    return plain(address.strip().strip("<>").rpartition("@")[2])


def plain(domain: str) -> str:
    """Lower case, no final dot, letters of other alphabets as DNS has them; empty when it is no domain."""
    domain = domain.strip().rstrip(".").lower()
    if domain.isascii():
        return domain
    try:
        return domain.encode("idna").decode()
    except UnicodeError:
        return ""


def is_family(one: str, other: str) -> bool:
    """Whether two domains are the same or one is below the other; told without asking anybody."""
    if not one or not other or "." not in one or "." not in other:
        return False
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")
