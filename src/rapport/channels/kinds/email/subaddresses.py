"""Sub-addresses: support+r-word@lampwright.example is delivered to support@lampwright.example."""

PREFIX = "r-"


def with_token(address: str, token: str) -> str:
    """The sub-address of ours that carries a token."""
    local, _at, domain = address.rpartition("@")
    return f"{local.partition('+')[0]}+{PREFIX}{token}@{domain}"
