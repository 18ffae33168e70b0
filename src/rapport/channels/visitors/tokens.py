"""What a visitor's browser holds, and how a company's site proves which of its users somebody is.

The token names the visitor and, for a proven user, what was proven; it is signed and belongs to one channel. Nothing in
it is secret from the browser that holds it.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import jwt
from django.core import signing

from rapport.channels.errors import NotAllowed

_SALT = "rapport.channels.visitors"
# An anonymous browser keeps its conversations for a year; a proven user's site proves it anew at every page.
_YEAR, _DAY = 365 * 24 * 3600, 24 * 3600
_LONGEST = 200


@dataclass(frozen=True)
class Claims:
    """What a token says: which visitor of which channel, and whose account where that is proven."""

    channel: str
    pk: int
    handle: str
    external: str = ""
    email: str = ""
    name: str = ""


@dataclass(frozen=True)
class Identified:
    """Who somebody is, as the site says. Proven is what its signature covers."""

    external: str = ""
    email: str = ""
    name: str = ""
    is_proven: bool = False
    is_email_proven: bool = False


def issue(claims: Claims) -> str:
    return signing.dumps(
        [claims.channel, claims.pk, claims.handle, claims.external, claims.email, claims.name], salt=_SALT
    )


def read(token: str, *, channel: str = "") -> Claims:
    """Raises NotAllowed for a token that is not ours, is too old or belongs to another channel."""
    try:
        claims = Claims(*signing.loads(token, salt=_SALT, max_age=_YEAR))
        if claims.external:
            signing.loads(token, salt=_SALT, max_age=_DAY)
    except (signing.BadSignature, TypeError, ValueError) as error:
        raise NotAllowed("This visitor's token is not valid, or not any more.") from error
    if channel and not hmac.compare_digest(claims.channel, channel):
        raise NotAllowed("This visitor's token belongs to another channel.")
    return claims


def bearer(headers: Mapping[str, str]) -> str:
    """The token of an Authorization header. Raises NotAllowed."""
    kind, _, token = str(headers.get("Authorization") or headers.get("authorization") or "").partition(" ")
    if kind.lower() != "bearer" or not token.strip():
        raise NotAllowed("This request brings no visitor's token.")
    return token.strip()


def as_transport(claims: Claims) -> dict[str, str]:
    """What reading a delivery of theirs has to know."""
    return {name: value for name, value in asdict(claims).items() if isinstance(value, str) and value}


def identified(said: Mapping[str, Any], secret: str) -> Identified:
    """Who the site says it is. Raises NotAllowed where a signature is there and wrong, or too old."""
    if token := said.get("token"):
        return _by_jwt(str(token), secret)
    external, email, name = (str(said.get(key) or "").strip()[:_LONGEST] for key in ("id", "email", "name"))
    signature = str(said.get("hash") or "")
    if not signature:
        return Identified("", email, name)
    if not external or not secret or not hmac.compare_digest(user_hash(external, secret), signature.lower()):
        raise NotAllowed("The signature of this user is not right.")
    return Identified(external, email, name, True, bool(email) and email.lower() == external.lower())


def user_hash(external: str, secret: str) -> str:
    """What a site computes of its user's id: HMAC-SHA256, in hex."""
    return hmac.new(secret.encode(), external.encode(), hashlib.sha256).hexdigest()


def _by_jwt(token: str, secret: str) -> Identified:
    if not secret:
        raise NotAllowed("This channel has no secret to check users by.")
    try:
        claims = jwt.decode(token, secret, algorithms=["HS256"], options={"require": ["exp"]}, leeway=30)
    except jwt.InvalidTokenError as error:
        raise NotAllowed(f"The token of this user is not right: {error}") from error
    external = str(claims.get("user_id") or claims.get("sub") or "").strip()[:_LONGEST]
    if not external:
        raise NotAllowed("The token of this user says neither sub nor user_id.")
    email = str(claims.get("email") or "").strip()[:_LONGEST]
    return Identified(external, email, str(claims.get("name") or "").strip()[:_LONGEST], True, bool(email))
