"""Company sign-in: what `RAPPORT_OIDC` says, as allauth's settings.

    RAPPORT_OIDC=https://CLIENT:SECRET@issuer.example/path?domain=lampwright.example&role=agent&name=Lampwright

`CLIENT` and `SECRET` are percent-encoded. Without `domain` only people who are known or invited get in. With it,
anyone whose verified address is in that domain gets an account with `role` (agent unless it says otherwise).
"""

from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

PROVIDER = "company"
KNOWN = {"domain", "role", "name"}
# Owners and administrators are made by people, never by arriving.
GRANTED = ("viewer", "agent", "lead")


class BadCompanySignIn(Exception):
    """RAPPORT_OIDC does not say what it should; the text names the remedy."""


@dataclass(frozen=True)
class Company:
    """One identity provider, and whom it lets in."""

    issuer: str
    client: str
    secret: str
    name: str = ""
    domains: tuple[str, ...] = ()
    role: str = "agent"

    @property
    def origin(self) -> str:
        parts = urlsplit(self.issuer)
        return f"{parts.scheme}://{parts.netloc}"

    def as_providers(self) -> dict[str, object]:
        """The value of allauth's SOCIALACCOUNT_PROVIDERS."""
        app = {
            "provider_id": PROVIDER,
            "name": self.name or "Company",
            "client_id": self.client,
            "secret": self.secret,
            "settings": {"server_url": self.issuer},
        }
        return {"openid_connect": {"APPS": [app], "OAUTH_PKCE_ENABLED": True}}


def read_company(value: str) -> Company | None:
    """What RAPPORT_OIDC says; None when it is empty. Raises BadCompanySignIn."""
    if not value:
        return None
    parts = urlsplit(value)
    options = parse_qs(parts.query, keep_blank_values=True)
    _refuse_slips(parts, options)
    host = parts.hostname or ""
    port = f":{parts.port}" if parts.port else ""
    return Company(
        issuer=f"{parts.scheme}://{host}{port}{parts.path.rstrip('/')}",
        client=unquote(parts.username or ""),
        secret=unquote(parts.password or ""),
        name=options.get("name", [""])[0],
        domains=tuple(domain.strip().lower() for domain in options.get("domain", []) if domain.strip()),
        role=options.get("role", ["agent"])[0],
    )


def _refuse_slips(parts: SplitResult, options: dict[str, list[str]]) -> None:
    if parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "localhost"):
        raise BadCompanySignIn("RAPPORT_OIDC must begin with https://, so that nobody on the way can sign in as you.")
    if not (parts.hostname and parts.username and parts.password):
        raise BadCompanySignIn("RAPPORT_OIDC must look like https://CLIENT:SECRET@issuer.example.")
    unknown = sorted(set(options) - KNOWN)
    if unknown:
        raise BadCompanySignIn(f"RAPPORT_OIDC does not know {unknown[0]!r}; it knows {', '.join(sorted(KNOWN))}.")
    role = options.get("role", ["agent"])[0]
    if role not in GRANTED:
        raise BadCompanySignIn(f"RAPPORT_OIDC cannot give the role {role!r}; it can give {', '.join(GRANTED)}.")
