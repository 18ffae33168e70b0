"""What was sent by a page of ours: kept as a delivery, then read at once, since somebody waits for it."""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from rapport.channels import actions, tokens
from rapport.channels.models import Channel, Delivery
from rapport.channels.parcels import Fetched, pack
from rapport.channels.types import Consent, Incoming, Outcome
from rapport.conversations.models import Conversation, Message

log = logging.getLogger("rapport.channels")

KIND = "form"


@dataclass(frozen=True)
class Said:
    """`name` is this submission's own: what comes twice under one counts once."""

    name: str
    email: str
    text: str
    author: str = ""
    subject: str = ""
    answers: Sequence[tuple[str, str]] = ()
    # By the keys of the company's own fields.
    fields: Mapping[str, str] = field(default_factory=dict)
    files: Sequence["UploadedFile[Any]"] = ()
    language: str = ""
    page: str = ""
    consents: Sequence[Consent] = ()
    suspicion: str = ""


def submit(
    said: Said,
    *,
    channel: Channel | None,
    source: str,
    into: Conversation | None = None,
    is_proven: bool = False,
) -> Message | None:
    """Keep it and read it; None where reading has to wait: then the worker or the sweep does it.

    With `into` it goes on in that conversation; `is_proven` says that the address is surely the writer's.
    Raises NoSpace, or the database's own errors, when it could not be kept.
    """
    transport = {"provider": "form", "suspicion": said.suspicion, "proven": said.email if is_proven else ""}
    host = settings.BASE_URL.partition("://")[2].partition(":")[0].partition("/")[0] or "localhost"
    named = (f"portal+r-{tokens.token_for(into.pk)}@{host}",) if into else ()
    incoming = Incoming(_body(said), source, named, transport={name: word for name, word in transport.items() if word})
    delivery = actions.accept(incoming, kind=KIND, channel=channel)
    try:
        (settled,) = actions.process_all([delivery])
    except Exception:
        log.exception("Reading what was sent by a page failed")
        actions.process.enqueue(delivery.pk)
        return None
    return _message_of(settled)


def _message_of(settled: Delivery) -> Message | None:
    if settled.message is not None:
        return settled.message
    # Sent twice at once: the other one brought it.
    earlier = Delivery.objects.exclude(message=None).filter(external_id=settled.external_id)
    found = earlier.select_related("message").first() if settled.outcome == Outcome.DUPLICATE else None
    return found.message if found else None


def _body(said: Said) -> bytes:
    told = {
        "id": said.name,
        "name": said.author,
        "email": said.email,
        "subject": said.subject,
        "message": said.text,
        "answers": [{"label": label, "value": value} for label, value in said.answers],
        "fields": dict(said.fields),
        "language": said.language,
        "page": said.page,
        "consents": [asdict(each) for each in said.consents],
    }
    push = json.dumps({name: value for name, value in told.items() if value}, ensure_ascii=False).encode()
    files = [
        Fetched(str(number), file.name or "file", file.content_type or "application/octet-stream", file.read())
        for number, file in enumerate(said.files)
    ]
    return pack(push, files) if files else push
