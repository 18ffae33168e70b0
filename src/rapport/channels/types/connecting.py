"""What it takes to set a channel up."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Instruction:
    """Something to set up at a provider: where it goes there, what to copy, and a word on it."""

    name: str
    value: str
    hint: str = ""


@dataclass(frozen=True)
class SignIn:
    """How a provider lets us in without a password: OAuth 2, an authorisation code with PKCE, a refresh token."""

    # As people know it, such as Google.
    provider: str
    authorize_url: str
    token_url: str
    client_id: str
    client_secret: str
    scope: str
    # The account that should sign in there.
    account: str
    # What this provider wants besides, such as {"access_type": "offline"}.
    extra: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Check:
    """One step of a connection test: what was tried, whether it worked, and what to do if not."""

    name: str
    ok: bool
    remedy: str = ""


@dataclass(frozen=True)
class DnsRecord:
    """Something an administrator publishes in the name service."""

    type: str
    name: str
    value: str
