"""Handing a message to WeCom, and what its numbers mean for whom.

https://developer.work.weixin.qq.com/document/path/94677 and https://developer.work.weixin.qq.com/document/path/90455
"""

import hashlib
import logging
import re
import uuid
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rapport.channels.errors import CannotDeliver
from rapport.channels.kinds.wecom.api import api_of
from rapport.channels.piecemeal import hand_over_each
from rapport.channels.tencent import Api, Meanings, Refusal, Sentence
from rapport.channels.types import Address, Outgoing, Part, Receipt
from rapport.kit import clock
from rapport.kit.http import HttpProblem
from rapport.kit.text import pieces

log = logging.getLogger("rapport.channels")

MOST_BYTES = 2048
_MB = 1024 * 1024
LARGEST = 20 * _MB
# A welcome is taken for twenty seconds, and once.
_WELCOME_SECONDS = 20
_WRONG_STATE = 95018
_BY_API = 1
# What the API calls it, and up to which size; everything else, and what is larger, goes as a file.
_KINDS = {
    "image/jpeg": ("image", 10 * _MB),
    "image/png": ("image", 10 * _MB),
    "audio/amr": ("voice", 2 * _MB),
    "video/mp4": ("video", 10 * _MB),
}
_PERMANENT: dict[int, Sentence] = {
    95001: gettext_lazy("WeCom allows five answers to each message of theirs. Wait until they write again."),
    95002: gettext_lazy("More than 48 hours passed since they wrote. Wait until they write again."),
    95013: gettext_lazy("The session was ended at WeCom. Wait until they write again."),
    95018: gettext_lazy(
        "A colleague has this session in WeCom itself, or it was ended there. End it there, or wait until they write."
    ),
    45002: gettext_lazy("This is too long for WeCom. Shorten it."),
    40004: gettext_lazy("WeCom does not take files of this type. Send a link instead."),
    40005: gettext_lazy("WeCom does not take files of this type. Send a link instead."),
    40006: gettext_lazy("This file is empty or too large for WeCom. Send a link instead."),
    40009: gettext_lazy("This picture is too large for WeCom. Send a smaller one."),
    40011: gettext_lazy("This film is too large for WeCom. Send a link instead."),
    45001: gettext_lazy("This file is too large for WeCom. Send a link instead."),
}
_GONE: dict[int, Sentence] = {
    40003: gettext_lazy("WeCom does not know this person any more. Write to them another way."),
    84061: gettext_lazy("WeCom does not know this person any more. Write to them another way."),
}
# An administrator's turn; it leaves by itself once that is mended.
_OURS: dict[int, Sentence] = {
    40001: gettext_lazy("WeCom does not take the Secret. An administrator enters the new one in Settings, Channels."),
    40013: gettext_lazy("WeCom does not know the Corp ID. An administrator corrects it in Settings, Channels."),
    60020: gettext_lazy(
        "WeCom lets only trusted addresses in. An administrator adds the one of this server there: %(said)s"
    ),
    48002: gettext_lazy(
        "WeCom does not allow this API. An administrator gives the application access to this account."
    ),
    60030: gettext_lazy(
        "WeCom does not allow this API. An administrator gives the application access to this account."
    ),
    95000: gettext_lazy("WeCom does not know this customer service account. An administrator corrects its ID."),
    95004: gettext_lazy("WeCom does not know this customer service account. An administrator corrects its ID."),
    95011: gettext_lazy("WeCom does not let this account be managed by API. An administrator allows it there."),
    95012: gettext_lazy("WeCom does not let this account be managed by API. An administrator allows it there."),
    95017: gettext_lazy("The API of customer service is switched off at WeCom. An administrator switches it on."),
}


MEANINGS = Meanings(
    gone=_GONE,
    permanent=_PERMANENT,
    ours=_OURS,
    passing=dict.fromkeys((-1, 6000, 40014, 42001), gettext_lazy("WeCom is busy: %(said)s")),
    too_many=dict.fromkeys((45009, 45033), gettext_lazy("WeCom's limit on calls is reached.")),
    broke=gettext_lazy(
        "The connection to WeCom broke, and the message may have arrived. Ask before you send it again."
    ),
    other=gettext_lazy("WeCom did not take it: %(said)s"),
)


def send(message: Outgoing, settings: Mapping[str, Any]) -> Receipt:
    """Raises CannotDeliver."""
    if not message.to:
        raise CannotDeliver(_("There is nobody to send this to."), permanent=True)
    for part in message.parts:
        if len(part.body) > LARGEST:
            reason = _("%(name)s is larger than the 20 MB that WeCom takes. Send a link instead.")
            raise CannotDeliver(reason % {"name": part.name}, permanent=True)
    person = message.to[0].address
    said: list[str | Part] = [*pieces(message.text.strip() and message.text, MOST_BYTES), *message.parts]
    name = hashlib.sha256((message.once or str(uuid.uuid4())).encode()).hexdigest()[:24]

    def hand_over(place: int, each: str | Part) -> None:
        with MEANINGS.put_to(person):
            _hand_over(each, f"{name}-{place}-{len(said)}", person, settings)

    hand_over_each(said, hand_over, called=lambda each: each.name if isinstance(each, Part) else _("The rest"))
    return Receipt(external_id=f"wecom:{settings.get('open_kfid')}:{name}-0-{len(said)}")


def take_back(person: Address, provider_id: str, settings: Mapping[str, Any]) -> None:
    """Within two minutes. Raises CannotDeliver."""
    found = re.fullmatch(r"wecom:(\S+):([0-9a-f]{24})-0-(\d+)", provider_id)
    if found is None:
        raise CannotDeliver(_("This message is not on WeCom."), permanent=True)
    for number in range(int(found[3])):
        asked = {"msgid": f"{found[2]}-{number}-{found[3]}", "open_kfid": found[1]}
        with MEANINGS.put_to(person.address):
            api_of(settings).post("/cgi-bin/kf/recall_msg", asked)


def welcome(told: Mapping[str, Any], settings: Mapping[str, Any]) -> None:
    """Greet whoever opens the chat, where a greeting is set up. That it could not be greeted loses nothing."""
    event = told.get("event") if told.get("msgtype") == "event" else None
    code = event.get("welcome_code") if isinstance(event, dict) else None
    words = str(settings.get("welcome") or "").strip()
    if not code or not words or clock.now().timestamp() - int(told.get("send_time") or 0) > _WELCOME_SECONDS:
        return
    try:
        asked = {"code": code, "msgtype": "text", "text": {"content": words}}
        api_of(settings).post("/cgi-bin/kf/send_msg_on_event", asked)
    except (Refusal, HttpProblem) as error:
        log.info("A greeting was not taken by WeCom: %s", error)


def _hand_over(said: str | Part, number: str, person: str, settings: Mapping[str, Any]) -> None:
    api = api_of(settings)
    given = {"touser": person, "open_kfid": settings.get("open_kfid"), "msgid": number, **_worded(api, said)}
    try:
        api.post("/cgi-bin/kf/send_msg", given)
    except Refusal as refusal:
        if refusal.code != _WRONG_STATE or not _take_over(api, person, settings):
            raise
        api.post("/cgi-bin/kf/send_msg", given)


def _worded(api: Api, said: str | Part) -> dict[str, Any]:
    if isinstance(said, str):
        return {"msgtype": "text", "text": {"content": said}}
    kind, most = _KINDS.get(said.content_type, ("file", LARGEST))
    kind = kind if len(said.body) <= most else "file"
    media_id = api.upload(kind, (said.name, said.body, said.content_type))
    return {"msgtype": kind, kind: {"media_id": media_id}}


def _take_over(api: Api, person: str, settings: Mapping[str, Any]) -> bool:
    """A session may be written to by API only while the API has it: ask for it, where nobody else has."""
    asked = {"open_kfid": settings.get("open_kfid"), "external_userid": person, "service_state": _BY_API}
    try:
        api.post("/cgi-bin/kf/service_state/trans", asked)
    except Refusal:
        return False
    return True
