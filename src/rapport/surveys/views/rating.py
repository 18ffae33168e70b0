"""The customer's page. Whoever holds the link may answer; nobody is signed in."""

from collections.abc import Callable
from functools import wraps

from allauth.core.internal import ratelimit
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from rapport.kit import ids
from rapport.surveys import actions, letters
from rapport.surveys.models import Invitation, Rating
from rapport.surveys.types import SCORES, CannotRate
from rapport.team.queries import organisation

GUESSES = {"guess": "30/10m/ip"}
ANSWERS = {"answer": "30/10m/key"}

InvitedView = Callable[[HttpRequest, Invitation, str, int], HttpResponseBase]


def invited(view: InvitedView) -> Callable[..., HttpResponseBase]:
    """Find the invitation behind the link, speak its language, and keep the page out of caches and search engines."""

    # Without the check of CSRF: no cookie gives any right here, the link does, and who knows it can answer anyway.
    @csrf_exempt
    @never_cache
    @wraps(view)
    def opened(request: HttpRequest, token: str, score: int = 0) -> HttpResponseBase:
        invitation = _invitation(token)
        if invitation is None and not _consume(request, "guess", GUESSES):
            answer: HttpResponseBase = _page(request, "busy", status=429)
        elif invitation is None or (score and score not in SCORES):
            answer = _page(request, "unknown", status=404)
        else:
            with translation.override(invitation.language):
                answer = _answer(view, request, invitation, token, score)
        answer["X-Robots-Tag"] = "noindex, nofollow"
        answer["Referrer-Policy"] = "no-referrer"
        return answer

    return opened


def _answer(
    view: InvitedView, request: HttpRequest, invitation: Invitation, token: str, score: int
) -> HttpResponseBase:
    if invitation.is_expired:
        return _page(request, "expired", status=410)
    if request.user.is_authenticated and request.method == "POST":
        return _page(request, "ours", status=403)
    if request.method == "POST" and not _consume(request, "answer", ANSWERS, key=invitation.token_hash):
        return _page(request, "busy", status=429)
    return view(request, invitation, token, score)


@invited
def rate(request: HttpRequest, invitation: Invitation, token: str, score: int) -> HttpResponseBase:
    """The five faces; once one is chosen, thanks, the comment, and the faces again for a change of mind."""
    if request.method == "POST":
        return _keep(request, invitation, token, request.POST.get("score", ""), comment=request.POST.get("comment"))
    return _faces(request, invitation, token)


@invited
def rate_score(request: HttpRequest, invitation: Invitation, token: str, score: int) -> HttpResponseBase:
    """One click in the mail. Mail scanners open links too, so only the POST that the page sends by itself counts."""
    if request.method == "POST":
        return _keep(request, invitation, token, str(score), comment=None)
    words = dict(zip(SCORES, letters.score_words(), strict=True))
    return _page(request, "confirm", invitation=invitation, token=token, score=score, word=words[score])


def _keep(
    request: HttpRequest, invitation: Invitation, token: str, score: str, *, comment: str | None
) -> HttpResponseBase:
    try:
        actions.answer(invitation, score=int(score) if score.isdecimal() else 0, comment=comment)
    except CannotRate as error:
        return _faces(request, invitation, token, error=str(error), status=400)
    answer = redirect("rate", token=token)
    answer.status_code = 303
    return answer


def _faces(
    request: HttpRequest, invitation: Invitation, token: str, *, error: str = "", status: int = 200
) -> HttpResponse:
    rating = Rating.objects.filter(invitation=invitation).first()
    return _page(request, "rate", status=status, invitation=invitation, token=token, rating=rating, error=error)


def _page(request: HttpRequest, name: str, *, status: int = 200, **context: object) -> HttpResponse:
    invitation = context.get("invitation")
    if isinstance(invitation, Invitation):
        context["question"] = letters.question(invitation.conversation.subject)
    context["company"] = organisation().name
    return render(request, f"surveys/{name}.html", context, status=status)


def _invitation(token: str) -> Invitation | None:
    return Invitation.objects.select_related("conversation").filter(token_hash=ids.hashed(token)).first()


def _consume(request: HttpRequest, action: str, config: dict[str, str], key: str | None = None) -> bool:
    return bool(
        ratelimit.consume(request, app="rapport.surveys", action=action, config=config, key=key, limit_get=True)
    )
