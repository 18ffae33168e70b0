"""Answers after something was done: to htmx, to a toast that undoes, and to a plain form."""

import json
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from rapport.team.permissions import AgentRequest

CHANGED = "rapport:changed"


def done(
    request: AgentRequest, text: str, undo: str, undo_pk: int, name: str, *args: Any, undo_said: str = ""
) -> HttpResponse:
    """Say what was done, with a button that takes it back. htmx is left where it is and told that something changed.

    `undo_said` is a query string: what taking it back has to know.
    """
    address = reverse(undo, args=[undo_pk]) + (f"?{undo_said}" if undo_said else "")
    if request.htmx:
        told = {"rapport:toast": {"text": text, "undo": address}, CHANGED: {}}
        return HttpResponse(status=204, headers={"HX-Trigger": json.dumps(told)})
    button = '{} <button type="button" data-undo="{}">{}</button>'
    messages.success(request, format_html(button, text, address, _("Undo")))
    return back_to(request, name, *args)


def refused(request: AgentRequest, text: str, name: str, *args: Any) -> HttpResponse:
    """Say why nothing was done."""
    if request.htmx:
        told = {"rapport:toast": {"text": text, "kind": "error"}}
        return HttpResponse(status=204, headers={"HX-Trigger": json.dumps(told)})
    messages.error(request, text)
    return back_to(request, name, *args)


def back_to(request: AgentRequest, name: str, *args: Any) -> HttpResponse:
    """Where the form came from, else this page. htmx, such as a toast's undo, is told that something changed."""
    if request.htmx:
        return HttpResponse(status=204, headers={"HX-Trigger": json.dumps({CHANGED: {}})})
    wanted = request.POST.get("next", "")
    is_ours = wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return HttpResponseRedirect(wanted if is_ours else reverse(name, args=args))
