"""What the company's own fields say, changed where it stands."""

import json
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from rapport.backbone.custom_fields.fieldset import FieldSet, Said
from rapport.backbone.custom_fields.values import NotUnderstood
from rapport.conversations import actions
from rapport.conversations.fields import FIELDS
from rapport.customers import actions as customer_actions
from rapport.customers.companies import changing as companies
from rapport.customers.errors import CustomerError
from rapport.customers.fields import COMPANY_FIELDS
from rapport.customers.fields import FIELDS as CUSTOMER_FIELDS
from rapport.customers.queries import companies_visible_to
from rapport.customers.queries import visible_to as customers_visible_to
from rapport.team.permissions import AgentRequest, needs
from rapport.team.types import Permission
from rapport.workspace.views.answering import Asked, refused, undo_at
from rapport.workspace.views.finding import conversation_of


@require_POST
@needs(Permission.REPLY)
def of_conversation(request: AgentRequest, pk: int) -> HttpResponse:
    """Write down what each named field says of this conversation."""
    conversation = conversation_of(request, pk)
    said = _said(request, FIELDS)
    try:
        changed = actions.fill_in(conversation, said, by=request.user)
    except NotUnderstood as error:
        return refused(str(error))
    return _answer(request, FIELDS, pk, "conversation", changed)


@require_POST
@needs(Permission.REPLY)
def of_customer(request: AgentRequest, pk: int) -> HttpResponse:
    """Write down what each named field says of this customer."""
    customer = get_object_or_404(customers_visible_to(request.user), pk=pk)
    said = _said(request, CUSTOMER_FIELDS)
    try:
        changed = customer_actions.fill_in(customer, said, by=request.user)
    except CustomerError as error:
        return refused(str(error))
    return _answer(request, CUSTOMER_FIELDS, pk, "customer", changed)


@require_POST
@needs(Permission.REPLY)
def of_company(request: AgentRequest, pk: int) -> HttpResponse:
    """Write down what each named field says of this company."""
    company = get_object_or_404(companies_visible_to(request.user), pk=pk)
    said = _said(request, COMPANY_FIELDS)
    try:
        changed = companies.fill_in(company, said, by=request.user)
    except CustomerError as error:
        return refused(str(error))
    return _answer(request, COMPANY_FIELDS, pk, "company", changed)


def _said(request: AgentRequest, fields: FieldSet) -> dict[str, Any]:
    asked = Asked.of(request).values
    keys = set(fields.present.values_list("key", flat=True))
    return {key: value for key, value in asked.items() if key in keys}


def _answer(request: AgentRequest, fields: FieldSet, pk: int, noun: str, changed: dict[str, Any]) -> HttpResponse:
    url = reverse(f"{noun}_fields", args=[pk])
    said = fields.said_of(pk)
    context = {"said": said, "noun": noun, "url": url, "may_reply": True, "swapped": True}
    answer = render(request, "workspace/own_fields.html", context)
    if changed and "undo" not in request.GET:
        before = {key: _written(said, key, was) for key, (was, _is) in changed.items()}
        told = {"text": _("Saved."), "undo": undo_at(url, **before)}
        answer["HX-Trigger"] = json.dumps({"rapport:toast": told})
    return answer


def _written(said: list[Said], key: str, was: Any) -> str:
    """The earlier value as a form writes it."""
    field = next(each.field for each in said if each.field.key == key)
    return Said(field, was, applies=True).written
