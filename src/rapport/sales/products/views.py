"""The list of products."""

from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from rapport.sales.orders.queries import products_visible_to
from rapport.sales.pages import rows_of, words_of
from rapport.team.permissions import AgentRequest, needs
from rapport.team.types import Permission


@require_safe
@needs(Permission.READ)
def products(request: AgentRequest) -> HttpResponse:
    """Newest first; `q` narrows by words in the name, the article number and the kind."""
    found, query = products_visible_to(request.user), words_of(request)
    for word in query.split()[:8]:
        found = found.filter(Q(name__icontains=word) | Q(sku__icontains=word) | Q(kind__icontains=word))
    shown = {
        "page": rows_of(request, found, order=("-id",)),
        "here": urlencode({"q": query}) if query else "",
        "query": query,
    }
    return render(request, "sales/_product_rows.html" if request.htmx else "sales/products.html", shown)
