"""A guest's conversations: the list, one of them with its files, answering, closing, beginning another."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import DatabaseError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from rapport.backbone import files
from rapport.channels.contact import stamping
from rapport.channels.contact.keeping import Said, submit
from rapport.conversations.models import Conversation, Message
from rapport.kit.limiting import Limiter
from rapport.kit.rest.problems import TooMany
from rapport.portal import actions
from rapport.portal.forms import AnswerForm, PreferencesForm, RequestForm
from rapport.portal.queries import Guest, attachment_of, conversations_of, messages_of, policy
from rapport.portal.showing import shown as shown_to
from rapport.portal.views.door import guests_only, page
from rapport.team.queries import organisation

_A_PAGE = 20
_WRITING = Limiter(burst=20, a_second=20 / 600)


class _CannotTake(Exception):
    """What was written is not here; the message says what to do."""

    def __init__(self, reason: str, status: int) -> None:
        super().__init__(reason)
        self.status = status


@require_GET
@guests_only
def home(request: HttpRequest, guest: Guest) -> HttpResponseBase:
    shown = Paginator(conversations_of(guest), _A_PAGE).get_page(request.GET.get("page"))
    return page(request, "home", guest=guest, shown=shown, rows=[(each, standing(each)) for each in shown])


@require_http_methods(["GET", "HEAD", "POST"])
@guests_only
def conversation(request: HttpRequest, guest: Guest, number: int) -> HttpResponseBase:
    found = _theirs(guest, number)
    if request.method == "POST":
        return _answer(request, guest, found)
    if request.headers.get("HX-Request"):
        return _news(request, guest, found)
    return _conversation(request, guest, found, AnswerForm())


@require_POST
@guests_only
def solution(request: HttpRequest, guest: Guest, number: int) -> HttpResponseBase:
    actions.solve(_theirs(guest, number))
    messages.success(request, _("Closed. Write again whenever there is more."))
    return _see_other("portal_conversation", number)


@require_GET
@guests_only
def file(request: HttpRequest, guest: Guest, number: int, attachment_id: int) -> HttpResponseBase:
    found = attachment_of(guest, _theirs(guest, number), attachment_id)
    if found is None:
        raise Http404
    try:
        opened = files.open(found.file)
    except files.Missing:
        raise Http404 from None
    return FileResponse(
        opened,
        as_attachment=True,
        filename=found.name,
        content_type="application/octet-stream",
        headers={"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox; default-src 'none'"},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@guests_only
def new(request: HttpRequest, guest: Guest) -> HttpResponseBase:
    channel = policy().form
    channel_settings = channel.settings if channel else {}
    if request.method != "POST":
        return _new(request, guest, RequestForm(channel_settings))
    form = RequestForm(channel_settings, request.POST, request.FILES)
    if not form.is_valid():
        return _new(request, guest, form, status=422)
    # The address is the guest's own, and not among what was typed.
    form.cleaned_data["email"] = guest.address
    place = str(request.META.get("REMOTE_ADDR", ""))
    said = form.said(name="", trap="", language=guest.session.language, place=place)
    try:
        message = _hand_in(request, guest, said, channel=channel)
    except _CannotTake as error:
        return _new(request, guest, form, problem=str(error), status=error.status)
    messages.success(request, _("We have it, and answer here and by mail."))
    return _see_other("portal_conversation", message.conversation.number) if message else _see_other("portal_home")


@require_http_methods(["GET", "HEAD", "POST"])
@guests_only
def preferences(request: HttpRequest, guest: Guest) -> HttpResponseBase:
    given = request.POST if request.method == "POST" else None
    form = PreferencesForm(given, initial={"language": guest.session.language})
    if request.method == "POST" and form.is_valid():
        actions.choose_language(guest, form.cleaned_data["language"])
        with translation.override(form.cleaned_data["language"] or translation.get_language()):
            messages.success(request, _("Saved."))
        return _see_other("portal_preferences")
    return page(request, "preferences", guest=guest, form=form, status=422 if form.is_bound else 200)


def standing(conversation: Conversation) -> tuple[str, str]:
    """How it stands in a customer's eyes, and the colour of that."""
    if conversation.is_closed:
        return _("Solved"), ""
    if conversation.waiting_since is None:
        return _("Answered"), "good"
    return _("With us"), "accent"


def _answer(request: HttpRequest, guest: Guest, found: Conversation) -> HttpResponseBase:
    form = AnswerForm(request.POST, request.FILES)
    if not form.is_valid():
        return _conversation(request, guest, found, form, status=422)
    said = Said(
        name="",
        author=guest.customer.name,
        email=guest.address,
        text=form.cleaned_data["message"],
        files=form.cleaned_data["files"],
        language=guest.session.language,
    )
    try:
        message = _hand_in(request, guest, said, into=found)
    except _CannotTake as error:
        return _conversation(request, guest, found, form, problem=str(error), status=error.status)
    messages.success(request, _("Sent.") if message else _("We have it; it appears here in a moment."))
    return _see_other("portal_conversation", found.number)


def _hand_in(request: HttpRequest, guest: Guest, said: Said, **where: Any) -> Message | None:
    """Like whatever is sent by a page: a delivery first. Raises _CannotTake."""
    stamp = stamping.read(request.POST.get("stamp", ""), _place(guest))
    if stamp is None:
        raise _CannotTake(_("This page had been open for long. Send it again."), 422)
    try:
        _WRITING.admit(guest.address)
        named = replace(said, name=f"portal-{stamp.name}")
        return submit(named, source="the portal", is_proven=guest.is_sure, **{"channel": None, **where})
    except TooMany:
        raise _CannotTake(_("You wrote very often just now. Wait some minutes, and send it again."), 429) from None
    except (files.NoSpace, DatabaseError):
        raise _CannotTake(_("It could not be kept just now, and was not sent. Try again in a minute."), 503) from None


def _news(request: HttpRequest, guest: Guest, found: Conversation) -> HttpResponseBase:
    """What the page asks for now and then: nothing while nothing changed."""
    context = _what_was_said(guest, found)
    if request.GET.get("after") == context["state"]:
        return HttpResponse(status=204)
    return page(request, "_said", guest=guest, **context)


def _conversation(
    request: HttpRequest, guest: Guest, found: Conversation, form: AnswerForm, *, problem: str = "", status: int = 200
) -> HttpResponse:
    context = {
        **_what_was_said(guest, found),
        "form": form,
        "stamp": _stamp(request, guest),
        "problem": problem,
        "lost_files": bool(status != 200 and request.FILES),
    }
    return page(request, "conversation", guest=guest, status=status, **context)


def _new(
    request: HttpRequest, guest: Guest, form: RequestForm, *, problem: str = "", status: int = 200
) -> HttpResponse:
    context = {"form": form, "stamp": _stamp(request, guest), "problem": problem}
    return page(request, "new", guest=guest, status=status, lost_files=bool(status != 200 and request.FILES), **context)


def _what_was_said(guest: Guest, found: Conversation) -> dict[str, Any]:
    said = messages_of(guest, found)
    return {
        "conversation": found,
        "said": shown_to(said, guest, organisation().name),
        "state": _state(found, said),
        "standing": standing(found),
    }


def _state(found: Conversation, said: list[Message]) -> str:
    """Changes whenever what is shown changes."""
    last = said[-1].pk if said else 0
    changed = max((each.edited_at or each.deleted_at or each.created_at for each in said), default=found.created_at)
    return f"{last}-{len(said)}-{found.status}-{int(changed.timestamp())}"


def _stamp(request: HttpRequest, guest: Guest) -> str:
    """The one of the page that was sent goes on, so that what is sent twice counts once."""
    kept = request.POST.get("stamp", "")
    return kept if kept and stamping.read(kept, _place(guest)) else stamping.new(_place(guest))


def _place(guest: Guest) -> str:
    return f"portal:{guest.session.pk}"


def _theirs(guest: Guest, number: int) -> Conversation:
    """Raises 404 for everybody else's, as for what is not there."""
    return get_object_or_404(conversations_of(guest), number=number)


def _see_other(name: str, *args: object) -> HttpResponseBase:
    answer = redirect(name, *args)
    answer.status_code = 303
    return answer
