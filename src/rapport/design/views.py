"""The styleguide page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from rapport.design import icons, samples


def styleguide(request: HttpRequest) -> HttpResponse:
    """Every component in every state, with the same sample people and numbers as everywhere."""
    context = {"icons": icons.names(), "forced_theme": request.GET.get("theme", ""), **samples.context()}
    return render(request, "design/styleguide.html", context)
