"""Whether WeChat pushed it, and what it says without its envelope."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from rapport.channels import tencent
from rapport.channels.errors import CannotRead, NotAllowed
from rapport.channels.tencent import must_be_signed, query_of
from rapport.channels.types import Answer, Instruction


def verify(body: bytes, settings: Mapping[str, Any], url: str) -> dict[str, str]:
    """Raises NotAllowed. Where encryption is set up nothing else is taken: a plain body is covered by no signature."""
    query, token = query_of(url), str(settings.get("token") or "")
    if not token:
        raise NotAllowed("This account takes no pushes: it has no token for them.")
    stamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
    if settings.get("mode") == "plain":
        must_be_signed(query.get("signature", ""), token, stamp, nonce)
    else:
        encrypted = _encrypted(body)
        must_be_signed(query.get("msg_signature", ""), token, stamp, nonce, encrypted)
        opened(body, settings)
    keys = " ".join(str(settings.get("menu_keys") or "").split())
    return {"provider": "WeChat", "menu_keys": keys}


def greet(query: Mapping[str, str], settings: Mapping[str, Any]) -> Answer:
    """What is asked when the address is submitted at WeChat's. Raises NotAllowed."""
    token = str(settings.get("token") or "")
    if not token:
        raise NotAllowed("This account has no token.")
    must_be_signed(query.get("signature", ""), token, query.get("timestamp", ""), query.get("nonce", ""))
    return Answer(query.get("echostr", ""))


def opened(body: bytes, settings: Mapping[str, Any]) -> bytes:
    """The message in the clear. Raises NotAllowed."""
    if settings.get("mode") == "plain":
        return body
    return tencent.opened(_encrypted(body), str(settings.get("aes_key") or ""), str(settings.get("app_id") or ""))


def instructions(settings: Mapping[str, Any], url: str) -> Sequence[Instruction]:
    where = _("Settings and Development, Basic configuration, Server configuration")
    mode = _("Plain text mode") if settings.get("mode") == "plain" else _("Safe mode")
    told = [
        Instruction("URL", url, where),
        Instruction("Token", str(settings.get("token") or "")),
        Instruction(_("Message encryption"), mode),
    ]
    if settings.get("mode") != "plain":
        told.insert(2, Instruction("EncodingAESKey", str(settings.get("aes_key") or "")))
    return told


def _encrypted(body: bytes) -> str:
    try:
        found = tencent.fields(body).get("Encrypt", "")
    except CannotRead as error:
        raise NotAllowed(str(error)) from error
    if not found:
        raise NotAllowed("This push is not encrypted. Choose the safe mode in the server configuration at WeChat's.")
    return found
