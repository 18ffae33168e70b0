"""The callback: proven, opened, and kept only as the ring of a bell. https://developer.work.weixin.qq.com/document/path/94670"""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.core.cache import cache
from django.utils.translation import gettext as _

from rapport.channels import tencent
from rapport.channels.errors import CannotRead, NotAllowed
from rapport.channels.tencent import fields, must_be_signed, query_of
from rapport.channels.types import Answer, Instruction

if TYPE_CHECKING:
    from rapport.channels.office import Desk

# The token of a callback lets one ask often for ten minutes.
_TOKEN_SECONDS = 600


def verify(body: bytes, settings: Mapping[str, Any], url: str) -> dict[str, str]:
    """Raises NotAllowed."""
    token = _token(settings)
    try:
        encrypted = fields(body).get("Encrypt", "")
    except CannotRead as error:
        raise NotAllowed(str(error)) from error
    query = query_of(url)
    signed = (token, query.get("timestamp", ""), query.get("nonce", ""), encrypted)
    must_be_signed(query.get("msg_signature", ""), *signed)
    _opened(encrypted, settings)
    return {"provider": "WeCom"}


def greet(query: Mapping[str, str], settings: Mapping[str, Any]) -> Answer:
    """What is asked when the address is saved at WeCom: the riddle, decrypted. Raises NotAllowed."""
    riddle = query.get("echostr", "")
    signed = (_token(settings), query.get("timestamp", ""), query.get("nonce", ""), riddle)
    must_be_signed(query.get("msg_signature", ""), *signed)
    return Answer(_opened(riddle, settings).decode(errors="replace"))


def ring(body: bytes, settings: Mapping[str, Any], desk: "Desk") -> None:
    """Something waits: it is asked for at once, with the token that this callback brings."""
    told = fields(_opened(fields(body).get("Encrypt", ""), settings))
    if told.get("Event") != "kf_msg_or_event" or told.get("OpenKfId") != settings.get("open_kfid"):
        return
    # Told apart from the one before even where the token is the same.
    cache.set(_bell(settings), f"{secrets.token_hex(8)} {told.get('Token', '')}", _TOKEN_SECONDS)
    desk.look_now()


def rung(settings: Mapping[str, Any]) -> str:
    """The last ring of the last ten minutes, and its token; empty for none."""
    return str(cache.get(_bell(settings)) or "")


def instructions(settings: Mapping[str, Any], url: str) -> Sequence[Instruction]:
    where = _("WeChat Customer Service, API, callback configuration")
    return [
        Instruction("URL", url, where),
        Instruction("Token", str(settings.get("token") or "")),
        Instruction("EncodingAESKey", str(settings.get("aes_key") or "")),
    ]


def _token(settings: Mapping[str, Any]) -> str:
    token = str(settings.get("token") or "")
    if not token:
        raise NotAllowed("This account takes no pushes: it has no token for them.")
    return token


def _opened(encrypted: str, settings: Mapping[str, Any]) -> bytes:
    return tencent.opened(encrypted, str(settings.get("aes_key") or ""), str(settings.get("corp_id") or ""))


def _bell(settings: Mapping[str, Any]) -> str:
    names = f"{settings.get('api')} {settings.get('corp_id')} {settings.get('open_kfid')}"
    return "wecom:" + hashlib.sha256(names.encode()).hexdigest()
