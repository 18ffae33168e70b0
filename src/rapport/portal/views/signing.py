"""Signing in by a link in a mail. Nothing here says whether an address is known."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from rapport.kit.limiting import Limiter
from rapport.kit.rest.problems import TooMany
from rapport.portal import actions
from rapport.portal.forms import SignInForm
from rapport.portal.queries import Guest, guest_of
from rapport.portal.views.door import COOKIE, forget, guests_only, keep, page, portal

_BY_PLACE = Limiter(burst=10, a_second=10 / 600)
_BY_ADDRESS = Limiter(burst=5, a_second=5 / 900)
_GUESSES = Limiter(burst=20, a_second=20 / 600)


@require_http_methods(["GET", "HEAD", "POST"])
@portal
def sign_in(request: HttpRequest) -> HttpResponseBase:
    if request.method != "POST":
        if guest_of(request.COOKIES.get(COOKIE, "")):
            return redirect("portal_home")
        return page(request, "sign_in", form=SignInForm(label_suffix=""))
    form = SignInForm(request.POST, label_suffix="")
    if not form.is_valid():
        return page(request, "sign_in", form=form, status=422)
    address = form.cleaned_data["email"].strip().lower()
    try:
        _BY_PLACE.admit(_place(request))
        _BY_ADDRESS.admit(address)
    except TooMany:
        problem = _("That was asked for very often. Wait some minutes, and try again.")
        return page(request, "sign_in", form=form, problem=problem, status=429)
    # Whether anybody is known is found out by the job, so that the answer takes as long for everybody.
    actions.send_link.enqueue(address, translation.get_language() or "")
    minutes = int(actions.GOOD_FOR.total_seconds() // 60)
    return page(request, "sent", address=address, minutes=minutes)


@require_http_methods(["GET", "HEAD", "POST"])
@portal
def link(request: HttpRequest, token: str) -> HttpResponseBase:
    """Mail scanners open links too, so only the button signs in."""
    if request.method != "POST":
        answer: HttpResponseBase = page(request, "confirm", token=token)
    else:
        answer = _enter(request, token)
    answer["Referrer-Policy"] = "no-referrer"
    return answer


def _enter(request: HttpRequest, token: str) -> HttpResponseBase:
    try:
        _GUESSES.admit(_place(request))
    except TooMany:
        return page(request, "over", status=429)
    word = actions.sign_in(token)
    if word is None:
        return page(request, "over", status=410)
    answer = keep(redirect("portal_home"), word)
    answer.status_code = 303
    return answer


@require_POST
@guests_only
def sign_out(request: HttpRequest, guest: Guest) -> HttpResponseBase:
    actions.sign_out(guest, everywhere="everywhere" in request.POST)
    return forget(redirect("portal_sign_in"))


def _place(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))
