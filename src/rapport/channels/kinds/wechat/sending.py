"""Handing a message to WeChat by the customer service API, and what its numbers mean for whom.

https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Service_Center_messages.html
https://developers.weixin.qq.com/doc/offiaccount/Getting_Started/Global_Return_Code.html
"""

import uuid
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rapport.channels.errors import CannotConnect, CannotDeliver
from rapport.channels.kinds.wechat.api import api_of
from rapport.channels.piecemeal import hand_over_each
from rapport.channels.tencent import Meanings, Refusal, Sentence
from rapport.channels.types import Address, Outgoing, Part, Receipt
from rapport.kit.http import HttpProblem
from rapport.kit.text import pieces

MOST_BYTES = 2048
_MB = 1024 * 1024
# What the API calls it, and how large it may be.
CARRIED = {
    "image/jpeg": ("image", 10 * _MB),
    "image/png": ("image", 10 * _MB),
    "image/gif": ("image", 10 * _MB),
    "audio/amr": ("voice", 2 * _MB),
    "audio/mpeg": ("voice", 2 * _MB),
    "video/mp4": ("video", 10 * _MB),
}
# The person is out of reach until they do something.
_GONE: dict[int, Sentence] = {
    43004: gettext_lazy("This person does not follow the account any more. Write to them another way."),
    40003: gettext_lazy("WeChat does not know this person as one of the account's. Write to them another way."),
    48002: gettext_lazy("This person does not want messages of the account. Write to them another way."),
}
_PERMANENT: dict[int, Sentence] = {
    45015: gettext_lazy(
        "More than 48 hours passed since they wrote, or they unfollowed the account. Wait until they write again."
    ),
    45047: gettext_lazy("WeChat allows five answers to each message of theirs. Wait until they write again."),
    45002: gettext_lazy("This is too long for WeChat. Shorten it."),
    40004: gettext_lazy("WeChat does not take files of this type. Send a link instead."),
    40005: gettext_lazy("WeChat does not take files of this type. Send a link instead."),
    40006: gettext_lazy("This file is too large for WeChat. Send a link instead."),
    45001: gettext_lazy("This file is too large for WeChat. Send a link instead."),
    40009: gettext_lazy("This picture is too large for WeChat. Send a smaller one."),
    45008: gettext_lazy("This is too long for WeChat. Shorten it."),
    87014: gettext_lazy("WeChat's content check refuses this. Say it in other words."),
}
# An administrator's turn; it leaves by itself once that is mended.
_OURS: dict[int, Sentence] = {
    40001: gettext_lazy(
        "WeChat does not take the AppSecret. An administrator enters the new one in Settings, Channels."
    ),
    40125: gettext_lazy(
        "WeChat does not take the AppSecret. An administrator enters the new one in Settings, Channels."
    ),
    40013: gettext_lazy("WeChat does not know the AppID. An administrator corrects it in Settings, Channels."),
    40164: gettext_lazy(
        "WeChat lets only listed addresses in. An administrator adds the one of this server to the IP whitelist: "
        "%(said)s"
    ),
    48001: gettext_lazy(
        "This account may not use the customer service API: only verified ones may. An administrator has it verified."
    ),
    48004: gettext_lazy("WeChat has withdrawn this API from the account. An administrator looks at mp.weixin.qq.com."),
    50002: gettext_lazy("WeChat has restricted the account. An administrator looks at mp.weixin.qq.com."),
    50007: gettext_lazy("WeChat has frozen the account. An administrator looks at mp.weixin.qq.com."),
    40243: gettext_lazy("The AppSecret is frozen. An administrator unfreezes it at mp.weixin.qq.com."),
}


MEANINGS = Meanings(
    gone=_GONE,
    permanent=_PERMANENT,
    ours=_OURS,
    passing={
        **dict.fromkeys((40014, 42001), gettext_lazy("WeChat did not take a fresh access token.")),
        -1: gettext_lazy("WeChat is busy: %(said)s"),
    },
    too_many=dict.fromkeys((45009, 45011), gettext_lazy("WeChat's limit on calls is reached.")),
    broke=gettext_lazy(
        "The connection to WeChat broke, and the message may have arrived. Ask before you send it again."
    ),
    other=gettext_lazy("WeChat did not take it: %(said)s"),
)


def send(message: Outgoing, settings: Mapping[str, Any]) -> Receipt:
    """Raises CannotDeliver."""
    if not message.to:
        raise CannotDeliver(_("There is nobody to send this to."), permanent=True)
    person = message.to[0].address
    for part in message.parts:
        _refuse_unfit(part)
    said: list[str | Part] = [*pieces(message.text.strip() and message.text, MOST_BYTES), *message.parts]

    def hand_over(_place: int, each: str | Part) -> None:
        with MEANINGS.put_to(person):
            _hand_over(each, person, settings)

    hand_over_each(said, hand_over, called=lambda each: each.name if isinstance(each, Part) else _("The rest"))
    # WeChat gives these messages no number.
    return Receipt(external_id=f"wechat:sent:{message.once or uuid.uuid4()}")


def show_typing(person: Address, settings: Mapping[str, Any]) -> None:
    """Raises CannotConnect."""
    try:
        api_of(settings).post("/cgi-bin/message/custom/typing", {"touser": person.address, "command": "Typing"})
    except (Refusal, HttpProblem) as error:
        # 45081: it is shown already.
        if isinstance(error, Refusal) and error.code == 45081:
            return
        raise CannotConnect(str(error)) from error


def _refuse_unfit(part: Part) -> None:
    if part.content_type not in CARRIED:
        reason = _("WeChat carries pictures, MP3 or AMR sound and MP4 films only. Send a link in place of %(name)s.")
        raise CannotDeliver(reason % {"name": part.name}, permanent=True)
    limit = CARRIED[part.content_type][1]
    if len(part.body) > limit:
        reason = _("%(name)s is larger than the %(limit)d MB that WeChat takes. Send a link instead.")
        raise CannotDeliver(reason % {"name": part.name, "limit": limit // _MB}, permanent=True)


def _hand_over(said: str | Part, person: str, settings: Mapping[str, Any]) -> None:
    api = api_of(settings)
    if isinstance(said, str):
        api.post("/cgi-bin/message/custom/send", {"touser": person, "msgtype": "text", "text": {"content": said}})
        return
    kind = CARRIED[said.content_type][0]
    told = {"media_id": api.upload(kind, (said.name, said.body, said.content_type))}
    if kind == "video":
        told |= {"title": said.name, "description": ""}
    api.post("/cgi-bin/message/custom/send", {"touser": person, "msgtype": kind, kind: told})
