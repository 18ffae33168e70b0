"""A page of Lampwright's shop, with the chat in it: `rapport demo` alone shows it."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from rapport.channels.models import Channel
from rapport.channels.seam import kinds

CHAT = {
    "colour": "#2d5bd0",
    "position": "right",
    "greeting": "Hello. Ask us anything about our lamps.\nde: Hallo. Fragen Sie uns alles über unsere Lampen.\n"
    "zh-Hans: 您好，关于灯具的问题请随时问我们。",
    "away": "",
    "ask_name": "no",
    "ask_email": "optional",
    "questions": [],
    "quick_replies": ["Where is my order?", "I want to return something", "Trade prices"],
    "articles": [
        {"title": "Cables and plugs for Arc lamps", "url": "/demo/shop/?article=cables"},
        {"title": "Returns within 60 days", "url": "/demo/shop/?article=returns"},
        {"title": "Repairs, free for ten years", "url": "/demo/shop/?article=repairs"},
    ],
    "language": "auto",
    "privacy_url": "",
    "takes_files": True,
    "mail_after": 5,
    "origins": [],
}
# What the chat says by itself: text, pages, seconds.
UNASKED = ("Need more than ten lamps? Trade prices begin there, and we can quote today.", "/demo/shop/*", 25)


@require_GET
def shop(request: HttpRequest) -> HttpResponse:
    """The newest chat there is stands in its corner."""
    with_widget = [name for name, kind in kinds().items() if kind.abilities.widget]
    channel = Channel.objects.filter(kind__in=with_widget, paused_at=None).order_by("id").last()
    if channel is None:
        raise Http404
    return render(request, "site/shop.html", {"key": channel.key, "language": request.GET.get("language", "")[:12]})
