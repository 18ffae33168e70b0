"""A few pages for the browser tests: one that answers slowly, one that works, one that fails."""

import time

from django.http import HttpResponse
from django.template import engines
from django.urls import include, path

SLOW = """{% extends "design/public.html" %}{% block title %}Slow{% endblock %}{% block main %}
<h1>{% if request.method == "POST" %}Thank you{% else %}How was it?{% endif %}</h1>
<form id="slow" method="post" action="/slow">{% csrf_token %}<button class="btn">Send</button></form>{% endblock %}"""


def slow(request):
    if request.method == "POST":
        time.sleep(0.4)
    return HttpResponse(engines["django"].from_string(SLOW).render({}, request))


def undone(request):
    return HttpResponse(status=200, headers={"HX-Trigger": '{"rapport:toast": {"text": "It is open again."}}'})


def broken(request):
    return HttpResponse("<h1>500</h1>", status=500)


urlpatterns = [
    path("slow", slow),
    path("undone", undone),
    path("broken", broken),
    path("", include("rapport.design.urls")),
]
