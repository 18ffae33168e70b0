"""Handing a message to the Cloud API: words, files, an approved template.

Files are uploaded first, so that what cannot be had or taken fails before anything has reached the person. A message
with several files becomes several of WhatsApp's; the later ones carry the id of the first, by which what is told of
them later finds its way back.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from rapport.channels.errors import CannotDeliver
from rapport.channels.graph import Graph, GraphProblem, api_in, as_dict, dicts_in, half_sent, words_in
from rapport.channels.kinds.whatsapp import media, refusing, templating
from rapport.channels.kinds.whatsapp.naming import own_id, recipient
from rapport.channels.types import Outgoing, Receipt

MAX_TEXT = 4096
_MAX_CAPTION = 1024


def graph_of(settings: Mapping[str, Any]) -> Graph:
    return Graph(api_in(settings), str(settings.get("token") or ""))


def send(message: Outgoing, settings: Mapping[str, Any]) -> Receipt:
    """Raises CannotDeliver."""
    if not message.to:
        raise CannotDeliver(_("It goes to nobody."), permanent=True)
    address, graph = message.to[0].address, graph_of(settings)
    try:
        payloads = _payloads(message, graph, settings)
    except GraphProblem as error:
        # Nothing has reached the person: an upload is safe to repeat.
        error.in_doubt = False
        raise refusing.cannot_deliver(error, address) from error
    first = ""
    for number, payload in enumerate(payloads):
        try:
            wamid = _post(payload, address, first, graph, settings)
        except GraphProblem as error:
            failure = refusing.cannot_deliver(error, address)
            raise (half_sent(failure, number, len(payloads)) if number else failure) from error
        first = first or wamid
    return Receipt(own_id(first), {"parts": len(payloads)})


def _payloads(message: Outgoing, graph: Graph, settings: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What is sent, in order. Raises GraphProblem, CannotDeliver."""
    if message.template is not None:
        return [templating.payload(message.template, graph, settings)]
    text = message.text.strip()
    if len(text) > MAX_TEXT:
        raise CannotDeliver(
            _("WhatsApp takes %(limit)d characters at most. Make it shorter.") % {"limit": MAX_TEXT}, permanent=True
        )
    files = [media.sendable(part) for part in message.parts]
    if not text and not files:
        raise CannotDeliver(_("There is nothing in it."), permanent=True)
    described = [(file, media.upload(file, graph, str(settings["phone_number_id"]))) for file in files]
    payloads = [{"type": file.sort, file.sort: told} for file, told in described]
    if text and len(files) == 1 and files[0].takes_caption and len(text) <= _MAX_CAPTION:
        described[0][1]["caption"] = text
    elif text:
        payloads.insert(0, {"type": "text", "text": {"body": text, "preview_url": "://" in text}})
    return payloads


def _post(payload: Mapping[str, Any], address: str, first: str, graph: Graph, settings: Mapping[str, Any]) -> str:
    body = {"messaging_product": "whatsapp", "recipient_type": "individual", **recipient(address), **payload}
    if first:
        body["biz_opaque_callback_data"] = first
    told = graph.post(f"{settings['phone_number_id']}/messages", body)
    wamid = words_in((dicts_in(told.get("messages")) or [{}])[0].get("id"))
    if not wamid:
        raise GraphProblem(_("It answered without an id for the message."), in_doubt=True)
    return wamid


def show_read(wamid: str, settings: Mapping[str, Any], *, typing: bool = False) -> None:
    """Two blue ticks, and for up to 25 seconds that somebody is writing. Raises GraphProblem."""
    body: dict[str, Any] = {"messaging_product": "whatsapp", "status": "read", "message_id": wamid}
    if typing:
        body["typing_indicator"] = {"type": "text"}
    graph_of(settings).post(f"{settings['phone_number_id']}/messages", as_dict(body))
