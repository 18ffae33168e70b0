"""What a person sees when a page failed."""

import sys

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.defaults import server_error

from rapport.backbone import files


def failed(request: HttpRequest) -> HttpResponse:
    """507 where there is no room left to save anything, else 500. Django calls it while the error is being handled."""
    error = sys.exc_info()[1]
    if error is not None and files.is_full(error):
        return HttpResponse(render_to_string("507.html"), status=507)
    return server_error(request)
