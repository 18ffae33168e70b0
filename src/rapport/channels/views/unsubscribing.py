"""Getting off a mailing. Whoever holds the link may; nobody is signed in."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from rapport.channels import mailings
from rapport.channels.models import Unsubscription
from rapport.team.queries import organisation


# Without the check of CSRF: no cookie gives any right here, and mail programs post by themselves (RFC 8058).
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """GET asks, for mail scanners open links too; POST does it, by a mail program or by our page."""
    subscriber = mailings.subscriber_in(token)
    if subscriber is None:
        return _private(render(request, "channels/unsubscribe_unknown.html", _words(), status=404))
    is_one_click = request.POST.get("List-Unsubscribe") == "One-Click"
    with translation.override(subscriber.language):
        if request.method == "POST" and "again" in request.POST:
            mailings.subscribe_again(subscriber)
        elif request.method == "POST":
            mailings.unsubscribe(subscriber, by="one-click" if is_one_click else "page")
        if is_one_click:
            return _private(HttpResponse(status=200, content_type="text/plain"))
        known = Unsubscription.objects.filter(address=subscriber.address, mailing=subscriber.mailing)
        context = {**_words(), "subscriber": subscriber, "token": token, "is_gone": known.exists()}
        return _private(render(request, "channels/unsubscribe.html", context))


def _words() -> dict[str, str]:
    return {"company": organisation().name}


def _private(answer: HttpResponse) -> HttpResponse:
    answer["X-Robots-Tag"] = "noindex, nofollow"
    answer["Referrer-Policy"] = "no-referrer"
    return answer
