"""Handing a message to the Send API: words and files, to Messenger or to Instagram.

Files are uploaded first, so that what cannot be had or taken fails before anything has reached the person. Words and
each file are messages of their own there, and what is too long for Instagram is several. The last one's id stands for
all: what is read up to it was read before it.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _

from rapport.channels.errors import CannotDeliver
from rapport.channels.graph import Graph, GraphProblem, api_in, half_sent, words_in
from rapport.channels.kinds.facebook import media, refusing
from rapport.channels.kinds.facebook.naming import INSTAGRAM, MESSENGER, METADATA, is_on_instagram, scoped_id_of
from rapport.channels.types import Outgoing, Receipt
from rapport.kit import clock
from rapport.kit.text import pieces

MAX_TEXT = 2000
# Instagram counts bytes of UTF-8.
_MAX_BYTES = 1000
_SESSION, _WITH_A_PERSON = timedelta(hours=24), timedelta(days=7)


def graph_of(settings: Mapping[str, Any]) -> Graph:
    return Graph(api_in(settings), str(settings.get("token") or ""))


def send(message: Outgoing, settings: Mapping[str, Any]) -> Receipt:
    """Raises CannotDeliver."""
    if not message.to:
        raise CannotDeliver(_("It goes to nobody."), permanent=True)
    address, graph, page_id = message.to[0].address, graph_of(settings), str(settings["page_id"])
    envelope = {"recipient": {"id": scoped_id_of(address)}, **_right_to_send(message, settings)}
    try:
        payloads = _payloads(message, address, graph, page_id)
    except GraphProblem as error:
        # Nothing has reached the person: an upload is safe to repeat.
        error.in_doubt = False
        raise refusing.cannot_deliver(error, address) from error
    mid = ""
    for number, payload in enumerate(payloads):
        try:
            mid = _post({**envelope, "message": payload}, graph, page_id)
        except GraphProblem as error:
            failure = refusing.cannot_deliver(error, address)
            raise (half_sent(failure, number, len(payloads)) if number else failure) from error
    prefix = INSTAGRAM if is_on_instagram(address) else MESSENGER
    return Receipt(f"{prefix}{mid}", {"parts": len(payloads)})


def act(action: str, address: str, settings: Mapping[str, Any]) -> None:
    """What they see without a word: that somebody is writing, that it was seen. Raises GraphProblem."""
    body = {"recipient": {"id": scoped_id_of(address)}, "sender_action": action}
    graph_of(settings).post(f"{settings['page_id']}/messages", body)


def _right_to_send(message: Outgoing, settings: Mapping[str, Any]) -> dict[str, str]:
    """Within 24 hours anybody may answer, within seven days a person whose app has the feature Human Agent."""
    passed = clock.now() - message.last_heard_at if message.last_heard_at else timedelta()
    if passed <= _SESSION:
        return {"messaging_type": "RESPONSE"}
    if passed > _WITH_A_PERSON or message.is_automatic:
        raise CannotDeliver(str(refusing.TOO_LATE), permanent=True)
    if not settings.get("human_agent"):
        words = _(
            "With Meta's feature Human Agent it would be seven days: an administrator asks for it, and ticks it here."
        )
        raise CannotDeliver(f"{refusing.TOO_LATE} {words}", permanent=True)
    return {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}


def _payloads(message: Outgoing, address: str, graph: Graph, page_id: str) -> list[dict[str, Any]]:
    """What is sent, in order. Raises GraphProblem, CannotDeliver."""
    on_instagram, text = is_on_instagram(address), message.text.strip()
    if len(text) > MAX_TEXT:
        raise CannotDeliver(
            _("Messenger takes %(limit)d characters at most. Make it shorter.") % {"limit": MAX_TEXT}, permanent=True
        )
    files = [media.sendable(part, on_instagram=on_instagram) for part in message.parts]
    if not text and not files:
        raise CannotDeliver(_("There is nothing in it."), permanent=True)
    uploaded = [media.upload(file, graph, page_id, on_instagram=on_instagram) for file in files]
    words = pieces(text, _MAX_BYTES) if on_instagram else [text] if text else []
    # By the metadata its echo is known as ours. Instagram names the app instead.
    mark = {} if on_instagram else {"metadata": METADATA}
    return [{**payload, **mark} for payload in (*({"text": piece} for piece in words), *uploaded)]


def _post(body: Mapping[str, Any], graph: Graph, page_id: str) -> str:
    mid = words_in(graph.post(f"{page_id}/messages", body).get("message_id"))
    if not mid:
        raise GraphProblem(_("It answered without an id for the message."), in_doubt=True)
    return mid
