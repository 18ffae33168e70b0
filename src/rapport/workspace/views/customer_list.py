"""The list of customers: words, a filter, an order and columns, all of them in the address."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from rapport.backbone.custom_fields.models import FieldBase
from rapport.backbone.filtering import FilterError
from rapport.backbone.filtering.subjects import offered_as_json
from rapport.backbone.filtering.wording import OPS
from rapport.customers.exporting import CUSTOMERS
from rapport.customers.fields import FIELDS
from rapport.customers.models import Company
from rapport.customers.queries import companies_visible_to
from rapport.customers.segments.filters import CustomerFilter
from rapport.customers.segments.vocabulary import Vocabulary
from rapport.exchange.exporting.access import may_export
from rapport.exchange.exporting.writing import csv_rows
from rapport.kit.sheets import CONTENT_TYPE, csv_lines
from rapport.kit.text import storable
from rapport.privacy.actions import record
from rapport.team.permissions import AgentRequest, needs
from rapport.team.types import Permission
from rapport.workspace.queries.customer_list import (
    MOST_COLUMNS,
    STANDING,
    Wanted,
    columns_of,
    customers_in,
    everybody_in,
)
from rapport.workspace.views.finding import query_of

LONGEST_FILTER = 6000
# How many of the fields that may be columns are ones, until somebody chooses.
USUAL_COLUMNS = 3
_KEPT = "customer_columns"


@require_safe
@needs(Permission.READ)
def customers(request: AgentRequest) -> HttpResponse:
    """Everybody who ever wrote, newest first unless said otherwise; `q` narrows by name, address or company."""
    fields = [field for field in FIELDS.present if field.in_lists]
    chosen = _chosen(request, fields)
    vocabulary = Vocabulary()
    wanted, mistake = None, ""
    try:
        said = request.GET.get("filter", "")[: LONGEST_FILTER + 1]
        wanted = CustomerFilter.parse(storable(said), vocabulary) if said else None
    except FilterError as error:
        mistake = str(error)
    sort = _sort(request.GET.get("sort", ""), fields)
    cursor = storable(request.GET.get("before", ""))[:700]
    company = _company(request)
    asked = Wanted(query_of(request), wanted, sort, columns_of(chosen, fields), cursor, company.pk if company else 0)
    page = None if mistake else customers_in(request.user, asked)
    shown: dict[str, Any] = {
        "asked": asked,
        "page": page,
        "mistake": mistake,
        "here": _address(asked),
        "query": asked.query,
    }
    shown["width"] = 6 + len(asked.columns)
    if request.htmx:
        return render(request, "workspace/customer_rows.html", shown)
    shown |= {
        "heads": _heads(asked),
        "fields": fields,
        "chosen": {field.key for field in asked.columns},
        "most": MOST_COLUMNS,
        "may_import": request.user.may(Permission.MANAGE_FIELDS),
        "may_export": may_export(request.user),
        "filter_json": json.dumps((wanted or CustomerFilter("all")).as_json(), ensure_ascii=False),
        "described": wanted.describe() if wanted and wanted.conditions else "",
        "company": company,
        "contact": _head(asked, "contact", _("Last contact")),
        "vocabulary": json.dumps(offered_as_json(vocabulary.offered, OPS)),
        "unfiltered": _address(Wanted(asked.query, None, sort, company=asked.company)),
        "all_companies": _address(Wanted(asked.query, wanted, sort)),
    }
    return render(request, "workspace/customers.html", shown)


@require_safe
@needs(Permission.EXPORT)
def customers_file(request: AgentRequest) -> HttpResponseBase:
    """Everybody whom the list shows, by the same words and filter, as a CSV."""
    if not may_export(request.user):
        raise PermissionDenied
    said = request.GET.get("filter", "")[: LONGEST_FILTER + 1]
    try:
        meant = CustomerFilter.parse(storable(said)) if said else None
        company = _company(request)
        wanted = Wanted(query_of(request), meant, company=company.pk if company else 0)
    except FilterError as error:
        return HttpResponse(str(error), status=422, content_type="text/plain; charset=utf-8")
    found = replace(CUSTOMERS, rows=lambda: everybody_in(request.user, wanted))
    record("exported", "customers.customer", label=(wanted.filter.describe() if wanted.filter else "") or wanted.query)
    columns = found.columns()
    rows = csv_lines([column.name for column in columns], csv_rows(columns, found.chunks()))
    answer = StreamingHttpResponse(rows, content_type=CONTENT_TYPE)
    answer["Content-Disposition"] = f'attachment; filename="customers-{timezone.localdate():%Y-%m-%d}.csv"'
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer


def _company(request: AgentRequest) -> Company | None:
    """The one whose people are asked for."""
    said = request.GET.get("company", "")
    return companies_visible_to(request.user).filter(pk=int(said[:18])).first() if said.isdecimal() else None


def _chosen(request: AgentRequest, fields: Sequence[FieldBase]) -> list[str]:
    """The keys of the columns: those just chosen, which the session keeps, else the kept ones, else the first."""
    if "columns" in request.GET:
        chosen = [key for key in request.GET.getlist("columns") if key][:MOST_COLUMNS]
        request.session[_KEPT] = chosen
        return chosen
    kept = request.session.get(_KEPT)
    return kept if isinstance(kept, list) else [field.key for field in fields[:USUAL_COLUMNS]]


def _sort(said: str, fields: Sequence[FieldBase]) -> str:
    return said if said.removeprefix("-") in (*STANDING, *(field.key for field in fields)) else ""


def _address(asked: Wanted, **more: str) -> str:
    """The query string of this list; `more` replaces parts of it."""
    filter_ = json.dumps(asked.filter.as_json(), ensure_ascii=False, separators=(",", ":")) if asked.filter else ""
    said = {"q": asked.query, "filter": filter_, "sort": asked.sort, "company": str(asked.company or ""), **more}
    return urlencode({name: value for name, value in said.items() if value})


@dataclass(frozen=True)
class Head:
    """The head of a column; `address` is the list sorted by it, `aria` how it is sorted now."""

    label: str
    address: str = ""
    aria: str = ""


def _heads(asked: Wanted) -> list[Head]:
    own = [_head(asked, field.key, field.label) for field in asked.columns]
    standing = [_head(asked, "name", _("Name")), Head(_("Address")), _head(asked, "company", _("Company"))]
    return [*standing, Head(_("Owner")), *own]


def _head(asked: Wanted, key: str, label: str) -> Head:
    """A first click sorts upwards, the next downwards, a third by age again."""
    following = {key: f"-{key}", f"-{key}": ""}.get(asked.sort, key)
    is_this = asked.sorted_by == key
    aria = ("descending" if asked.is_reversed else "ascending") if is_this else ""
    return Head(label, _address(asked, sort=following), aria)
