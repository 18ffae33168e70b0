"""A page of the company's own web site, with the chat in it: `rapport demo` alone shows it."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from rapport.channels.models import Channel
from rapport.channels.seam import kinds
from rapport.site.demo.scene import scene, scene_named
from rapport.team.queries import organisation


@require_GET
def shop(request: HttpRequest) -> HttpResponse:
    """The newest chat there is stands in its corner."""
    with_widget = [name for name, kind in kinds().items() if kind.abilities.widget]
    channel = Channel.objects.filter(kind__in=with_widget, paused_at=None).order_by("id").last()
    if channel is None:
        raise Http404
    company = scene_named(organisation().name) or scene()
    page = company.says["page"]
    context = {"key": channel.key, "language": request.GET.get("language", "")[:12], "company": company, "page": page}
    return render(request, page.get("template", "site/front.html"), context)
