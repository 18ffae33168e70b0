"""The page of a form: hosted by itself, or in a frame on the company's site. Nobody is signed in."""

from typing import Any
from urllib.parse import urlencode

from django.core import signing
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from rapport.backbone.files import NoSpace
from rapport.channels.contact import doubting, framing, stamping
from rapport.channels.contact.drawing import USUAL_MEGABYTES, ContactForm
from rapport.channels.contact.keeping import KIND, submit
from rapport.channels.models import Channel
from rapport.channels.seam import kinds
from rapport.channels.visitors.offering import in_language
from rapport.kit.rest.problems import TooMany
from rapport.team.queries import organisation

_THANKS = "rapport.channels.contact.thanks"


@require_GET
def embed_script(request: HttpRequest) -> HttpResponse:
    headers = {"Cache-Control": "public, max-age=3600", "Cross-Origin-Resource-Policy": "cross-origin"}
    return HttpResponse(framing.script(), "text/javascript; charset=utf-8", headers=headers)


# Without the check of CSRF: no cookie gives any right here, and in a frame on another site browsers send none.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def form_page(request: HttpRequest, key: str) -> HttpResponse:
    channel = _channel(key)
    if channel is None:
        return _page(request, None, "gone", status=404)
    if channel.paused_at:
        return _page(request, channel, "closed", status=410)
    if request.method != "POST":
        return _form(request, channel, ContactForm(channel.settings))
    if _size(request) > (_megabytes(channel) + 1) * 1024 * 1024:
        problem = _("This is larger than %(size)d MB. Choose fewer or smaller files.") % {"size": _megabytes(channel)}
        return _form(request, channel, ContactForm(channel.settings), problem=problem, status=413)
    return _take(request, channel)


@never_cache
@require_GET
def form_thanks(request: HttpRequest, key: str) -> HttpResponse:
    """The reference stands in a signed word: nobody reads another's by counting."""
    channel = _channel(key)
    if channel is None:
        return _page(request, None, "gone", status=404)
    try:
        number = int(signing.loads(request.GET.get("ref", ""), salt=_THANKS))
    except (signing.BadSignature, TypeError, ValueError):
        number = 0
    return _page(request, channel, "thanks", number=number, moved=True)


def _take(request: HttpRequest, channel: Channel) -> HttpResponse:
    form = ContactForm(channel.settings, request.POST, request.FILES)
    stamp = stamping.read(request.POST.get("stamp", ""), channel.key)
    if not form.is_valid():
        return _form(request, channel, form, status=422)
    if stamp is None:
        return _form(request, channel, form, status=422, problem=_("This page had been open for long. Send it again."))
    if stamp.is_too_fast:
        problem = _("That was faster than people write. Look it over, and send it again.")
        return _form(request, channel, form, status=422, problem=problem)
    place = str(request.META.get("REMOTE_ADDR", ""))
    try:
        doubting.admit(place=place, email=form.cleaned_data["email"])
        said = form.said(
            name=f"{channel.key}-{stamp.name}",
            trap=request.POST.get("website", ""),
            language=translation.get_language() or "",
            page=request.headers.get("Referer", "")[:300],
            place=place,
        )
        message = submit(said, channel=channel, source=f"the form, from {place}")
    except TooMany:
        problem = _("Too much was sent from here just now. Wait some minutes, and send it again.")
        return _form(request, channel, form, status=429, problem=problem)
    except (NoSpace, DatabaseError):
        problem = _("It could not be kept just now, and was not sent. Try again in a minute.")
        return _form(request, channel, form, status=503, problem=problem)
    number = message.conversation.number if message else 0
    query = {"ref": signing.dumps(number, salt=_THANKS), **({"embed": ""} if "embed" in request.GET else {})}
    answer = redirect(f"{reverse('form_thanks', args=[channel.key])}?{urlencode(query)}")
    answer.status_code = 303
    return answer


def _form(
    request: HttpRequest, channel: Channel, form: ContactForm, *, problem: str = "", status: int = 200
) -> HttpResponse:
    # The same stamp goes on while it is good, so that what is sent twice counts once.
    kept = request.POST.get("stamp", "") if request.method == "POST" and status != 413 else ""
    stamp = kept if kept and stamping.read(kept, channel.key) else stamping.new(channel.key)
    lost = bool(request.method == "POST" and status != 413 and request.FILES)
    context = {"form": form, "stamp": stamp, "problem": problem, "lost_files": lost, "moved": request.method == "POST"}
    return _page(request, channel, "form", status=status, **context)


def _page(
    request: HttpRequest, channel: Channel | None, name: str, *, status: int = 200, **context: Any
) -> HttpResponse:
    settings = channel.settings if channel else {}
    language = (translation.get_language() or "en").lower()
    context |= {
        "channel": channel,
        "company": organisation().name,
        "embedded": "embed" in request.GET,
        "frame": "channels/contact/_frame.html" if "embed" in request.GET else "channels/contact/_public.html",
        "privacy_url": settings.get("privacy_url", ""),
        **{text: in_language(settings.get(text, ""), language) for text in ("heading", "lead", "thanks")},
    }
    answer = render(request, f"channels/contact/{name}.html", context, status=status)
    # What django-csp's decorator and Django's own would set, for the sites of this one form.
    answer._csp_replace = {"frame-ancestors": framing.ancestors(settings)}  # type: ignore[attr-defined]
    answer.xframe_options_exempt = True
    answer["Referrer-Policy"] = "strict-origin-when-cross-origin"
    if name != "form":
        answer["X-Robots-Tag"] = "noindex"
    return answer


def _channel(key: str) -> Channel | None:
    if KIND not in kinds():
        return None
    return Channel.objects.select_related("inbox").filter(kind=KIND, key=key).first()


def _megabytes(channel: Channel) -> int:
    takes = channel.settings.get("takes_files", True)
    return int(channel.settings.get("megabytes") or USUAL_MEGABYTES) if takes else 0


def _size(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0
