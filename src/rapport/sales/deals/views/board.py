"""The board and the list of deals, and opening a new one."""

import json
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from rapport.backbone.events import position
from rapport.customers import queries as customers
from rapport.customers.models import Customer
from rapport.sales.deals import actions, queries
from rapport.sales.deals.board import columns
from rapport.sales.deals.errors import NotSaid
from rapport.sales.deals.forms import DealForm, NarrowForm, written
from rapport.sales.deals.listing import heads, listed, narrowed
from rapport.sales.deals.models import Pipeline
from rapport.team.permissions import AgentRequest, needs
from rapport.team.types import Permission

_OFFERED = 12


@require_safe
@needs(Permission.READ)
def deals(request: AgentRequest) -> HttpResponse:
    """One pipeline, a column a stage."""
    actions.ready()
    form = NarrowForm(request.GET)
    chosen = form.chosen()
    pipelines = list(queries.pipelines())
    pipeline = next((each for each in pipelines if each == chosen["pipeline"]), pipelines[0])
    narrow = {name: chosen[name] for name in ("owner", "q")}
    shown = columns(pipeline, narrowed(queries.visible_to(request.user), narrow))
    context: dict[str, Any] = {
        "form": form,
        "pipeline": pipeline,
        "pipelines": pipelines,
        "columns": shown,
        "is_empty": not any(column.count for column in shown),
        "is_narrowed": any(narrow.values()),
        "may_change": request.user.may(Permission.REPLY),
        "here": _here(request, "pipeline", "owner", "q"),
        "after": position(),
        **closing(),
    }
    return render(request, "sales/deals/board.html", context)


@require_safe
@needs(Permission.READ)
def deals_list(request: AgentRequest) -> HttpResponse:
    """All of them in a table."""
    actions.ready()
    form = NarrowForm(request.GET)
    sort, number = request.GET.get("sort", "-opened"), request.GET.get("page", "1")
    found = narrowed(queries.visible_to(request.user), form.chosen())
    here = _here(request, "pipeline", "owner", "status", "stage", "closes_from", "closes_until", "q")
    shown = listed(found, sort=sort, number=int(number) if number.isdecimal() and len(number) < 6 else 1)
    context = {
        "form": form,
        "heads": heads(sort, here),
        "q": here.get("q", ""),
        "list": shown,
        "here": urlencode({**here, "sort": sort}),
        "board": urlencode({name: value for name, value in here.items() if name in ("pipeline", "owner", "q")}),
        "is_narrowed": any(here.values()),
        "may_change": request.user.may(Permission.REPLY),
    }
    return render(request, "sales/deals/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.REPLY)
def new_deal(request: AgentRequest) -> HttpResponse:
    """A page of its own, which the board shows in a dialog."""
    settings = actions.ready()
    pipeline = _pipeline(request)
    customer = _customer(request)
    initial: dict[str, Any] = {
        "pipeline": pipeline,
        "currency": settings.currency,
        "owner": request.user.pk,
        "customer": written(customer),
        "company": customer.company.name if customer and customer.company else "",
        "stage": request.GET.get("stage", ""),
    }
    form = DealForm(request.POST or None, by=request.user, **initial)
    with transaction.atomic():
        if form.is_valid():
            stage = form.cleaned_data["stage"] or queries.open_stages(pipeline)[0]
            try:
                deal = actions.open_deal(stage=stage, by=request.user, **form.facts())
            except NotSaid as error:
                form.add_error(error.field if error.field in form.fields else None, str(error))
            else:
                messages.success(request, _("%(title)s is opened.") % {"title": deal.title})
                return redirect("deal", deal.pk)
        # Somebody met on the way is not kept when the rest was wrong.
        transaction.set_rollback(bool(form.errors))
    context = {"form": form, "pipeline": pipeline, **offered(request)}
    template = "sales/deals/_new.html" if request.htmx else "sales/deals/new.html"
    return render(request, template, context, status=422 if form.errors else 200)


@require_safe
@needs(Permission.READ)
def deal_customers(request: AgentRequest) -> HttpResponse:
    """Who may be meant by what is being typed, as options of the field."""
    words = request.GET.get("customer", request.GET.get("q", ""))[:200]
    found: list[Customer] = []
    if words.strip():
        found = list(customers.called(customers.visible_to(request.user), words).select_related("company")[:_OFFERED])
    options = [
        (written(each), ", ".join(filter(None, (each.email, each.company.name if each.company else ""))))
        for each in found
    ]
    return render(request, "sales/deals/_options.html", {"options": options})


def offered(request: AgentRequest) -> dict[str, Any]:
    """What fields offer to choose from."""
    return {
        "companies": customers.companies_visible_to(request.user).values_list("name", flat=True)[:200],
        "sources": queries.sources(queries.visible_to(request.user)),
    }


def closing() -> dict[str, Any]:
    return {"won_reasons": list(queries.reasons("won")), "lost_reasons": list(queries.reasons("lost"))}


def toast(text: str, undo: str = "", kind: str = "done") -> str:
    """A header that shows what was just done, or with the kind `error` why it was not."""
    return json.dumps({"rapport:toast": {"text": text, "undo": undo, "kind": kind}})


def _pipeline(request: AgentRequest) -> Pipeline:
    said = request.GET.get("pipeline", "") or request.POST.get("pipeline", "")
    pipelines = list(queries.pipelines())
    return next((each for each in pipelines if str(each.pk) == said), pipelines[0])


def _customer(request: AgentRequest) -> Customer | None:
    said = request.GET.get("customer", "")
    known = customers.visible_to(request.user).select_related("company")
    return known.filter(pk=int(said)).first() if said.isdecimal() and len(said) < 19 else None


def _here(request: AgentRequest, *names: str) -> dict[str, str]:
    return {name: request.GET[name] for name in names if request.GET.get(name)}
