"""One message: what stands behind it, and where it belongs."""

import json
import shutil
import tempfile
import zipfile
from collections.abc import Iterable, Iterator

from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from rapport.backbone import files
from rapport.channels.queries import raw
from rapport.conversations import actions
from rapport.conversations.models import Attachment, Conversation, Message
from rapport.conversations.queries import messages_visible_to, visible_to
from rapport.team.permissions import AgentRequest, needs
from rapport.team.types import Permission
from rapport.workspace.queries.details import details_of
from rapport.workspace.views.answering import Asked, changed, refused, undo_at

LARGEST_ZIP = 500 * 1024 * 1024
IN_MEMORY = 8 * 1024 * 1024


@needs(Permission.READ)
def details(request: AgentRequest, pk: int) -> HttpResponse:
    """Who it went between, and why it is in this conversation."""
    message = _message(request, pk)
    shown = {
        "message": message,
        "details": details_of(message, viewer=request.user),
        "has_later": message.conversation.messages.filter(pk__gt=pk).exists(),
        "may_reply": request.user.may(Permission.REPLY),
    }
    return render(request, "workspace/message_details.html", shown)


@require_http_methods(["POST", "DELETE"])
@needs(Permission.REPLY)
def move(request: AgentRequest, pk: int) -> HttpResponse:
    """POST takes it to a new conversation, or to the one with this `number`; DELETE puts it back where it was."""
    message = _message(request, pk)
    asked = Asked.of(request)
    try:
        if asked.method == "DELETE":
            return changed(request, _put_back(request, message), _("Put back."))
        number = asked.values.get("number", "").strip()
        into = _numbered(request, number) if number else None
        origin = message.conversation
        moved = actions.move(message, by=request.user, with_later=bool(asked.values.get("later")), into=into)
    except ValueError as error:
        return refused(str(error))
    answer = changed(request, origin, "")
    told = {
        "text": _("Moved to No. %(number)d.") % {"number": moved.number},
        "undo": undo_at(reverse("message_move", args=[pk]), "DELETE"),
        "action": {"label": _("Open"), "href": reverse("conversation", args=[moved.number])},
    }
    answer["HX-Trigger"] = json.dumps({"rapport:toast": told})
    return answer


@needs(Permission.READ)
def original(request: AgentRequest, pk: int) -> HttpResponse:
    """Byte for byte what came in, as a file."""
    message = _message(request, pk)
    delivery = get_object_or_404(message.deliveries.select_related("file").order_by("id")[:1])
    answer = HttpResponse(raw(delivery), content_type="application/octet-stream")
    answer["Content-Disposition"] = f'attachment; filename="message-{message.pk}.eml"'
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer["Cache-Control"] = "private, no-store"
    return answer


@needs(Permission.READ)
def files_together(request: AgentRequest, pk: int) -> HttpResponse | FileResponse:
    """Every file of a message in one ZIP."""
    message = _message(request, pk)
    attached = list(message.attachments.select_related("file"))
    if sum(file.size for file in attached) > LARGEST_ZIP:
        return HttpResponse(
            _("Together they are too large. Download them one by one."),
            status=413,
            content_type="text/plain; charset=utf-8",
        )
    packed = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  # the answer closes it
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, file in _named_apart(attached):
            with files.open(file.file) as source, archive.open(name, "w") as target:
                shutil.copyfileobj(source, target, 256 * 1024)
    packed.seek(0)
    name = f"{message.conversation.number}-{message.pk}.zip"
    answer = FileResponse(packed, as_attachment=True, filename=name, content_type="application/zip")
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer


def _named_apart(attached: Iterable[Attachment]) -> Iterator[tuple[str, Attachment]]:
    """Each with a name of its own that leads into no other folder."""
    seen: set[str] = set()
    for file in attached:
        plain = "".join(
            character for character in file.name if character.isprintable() and character not in '/\\:*?"<>|'
        )
        stem, dot, ending = (plain.strip(". ") or "file").rpartition(".")
        stem, ending = (stem, f"{dot}{ending}") if stem else (ending, "")
        name, number = f"{stem}{ending}", 1
        while name.lower() in seen:
            number += 1
            name = f"{stem} ({number}){ending}"
        seen.add(name.lower())
        yield name, file


def _message(request: AgentRequest, pk: int) -> Message:
    return get_object_or_404(messages_visible_to(request.user).select_related("conversation__customer"), pk=pk)


def _numbered(request: AgentRequest, number: str) -> Conversation:
    """Raises ValueError where this agent sees no such conversation."""
    number = number.lstrip("#")
    found = (
        visible_to(request.user).filter(number=int(number)).first() if number.isdecimal() and len(number) < 10 else None
    )
    if found is None:
        raise ValueError(_("There is no conversation with this number."))
    return found


def _put_back(request: AgentRequest, message: Message) -> Conversation:
    last = message.moves.filter(undone_at=None).last()
    if last is not None and last.origin_id and not visible_to(request.user).filter(pk=last.origin_id).exists():
        raise ValueError(_("You cannot see the conversation it came from."))
    return actions.put_back(message, by=request.user)
