"""Names that nobody can guess, and the hashes that are kept of them."""

import hashlib
import secrets

# 32 bytes: guessing one at a billion tries a second takes longer than the universe is old.
_BYTES = 32


def new_token(prefix: str = "") -> str:
    """A random, URL-safe secret, such as `rpt_fJ3…` for the prefix `rpt_`."""
    return prefix + secrets.token_urlsafe(_BYTES)


def hashed(token: str) -> str:
    """What is kept of a token: its SHA-256 in hex. Enough for random secrets, never for passwords."""
    return hashlib.sha256(token.encode()).hexdigest()
