"""One name here, two there."""


def joined(first: str, last: str) -> str:
    return " ".join(f"{first} {last}".split())


def split(name: str) -> tuple[str, str]:
    """First and last: the last word is the family's, and so is a name of one word."""
    first, _space, last = " ".join(name.split()).rpartition(" ")
    return first, last
