"""What is written down about a customer, changed where it stands: addresses, notes, files. Each can be taken back."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rapport.backbone import files as stored_files
from rapport.customers.errors import CustomerError
from rapport.customers.models import Customer, CustomerFile, CustomerNote, Identity
from rapport.customers.profiles import filing, identities, notes
from rapport.customers.queries import visible_to
from rapport.kit.rest.downloads import untrusted
from rapport.team.permissions import AgentRequest, needs
from rapport.team.types import Permission
from rapport.workspace.queries import profiles
from rapport.workspace.views.answering import Asked, undo_at

# Whoever shows a timeline asks for it anew.
NEWS = "rapport:timeline"


@require_POST
@needs(Permission.REPLY)
def add_address(request: AgentRequest, pk: int) -> HttpResponse:
    """Another address, number or account; as an undo one that was removed, as it was."""
    customer, said = _customer(request, pk), Asked.of(request).values
    kind, value = said.get("kind", ""), said.get("value", "")
    if kind not in identities.WRITTEN:
        return _not_added(request, customer, said, _("Choose what kind of address this is."))
    is_primary = said.get("primary") == "1"
    try:
        identities.give_back(
            customer,
            kind=kind,
            value=value,
            label=said.get("label", ""),
            verified_at=_moment(said.get("verified_at", "")),
            primary=is_primary,
            by=request.user,
        )
    except CustomerError as error:
        return _not_added(request, customer, said, str(error))
    return _addresses(request, customer, _("Added."))


@require_POST
@needs(Permission.REPLY)
def address(request: AgentRequest, pk: int, identity_id: int) -> HttpResponse:
    """`do` says what: primary, verify, unverify, call or remove."""
    customer = _customer(request, pk)
    written = Identity.objects.filter(kind__in=identities.WRITTEN).select_related("customer")
    found = get_object_or_404(written, customer=customer, pk=identity_id)
    by, said, undo = request.user, Asked.of(request).values, ""
    here = reverse("customer_address", args=[pk, identity_id])
    match said.get("do"):
        case "primary":
            before = next(
                (row for row in customer.identities.filter(kind=found.kind) if _is_shown(row, customer)), None
            )
            identities.make_primary(found, by=by)
            undo = undo_at(reverse("customer_address", args=[pk, before.pk]), do="primary") if before else ""
        case "verify":
            identities.verify(found, by=by)
            undo = undo_at(here, do="unverify")
        case "unverify":
            identities.verify(found, by=by, is_verified=False)
            undo = undo_at(here, do="verify")
        case "call":
            undo = undo_at(here, do="call", label=found.label)
            identities.call(found, label=said.get("label", ""), by=by)
        case "remove":
            undo = undo_at(reverse("customer_addresses", args=[pk]), **_as_it_is(found, customer))
            try:
                identities.remove(found, by=by)
            except CustomerError as error:
                return _refused(request, customer, str(error))
    return _addresses(request, customer, _("Removed.") if said.get("do") == "remove" else _("Saved."), undo)


@require_POST
@needs(Permission.REPLY)
def add_note(request: AgentRequest, pk: int) -> HttpResponse:
    customer = _customer(request, pk)
    try:
        note = notes.write(customer, text=request.POST.get("text", ""), by=request.user)
    except CustomerError as error:
        return _refused(request, customer, str(error))
    undo = undo_at(reverse("customer_note", args=[pk, note.pk]), do="remove")
    return _notes(request, customer, _("The note is added."), undo)


@require_http_methods(["GET", "POST"])
@needs(Permission.REPLY)
def note(request: AgentRequest, pk: int, note_id: int) -> HttpResponse:
    """GET answers the card with the form of this note; POST does what `do` says: edit, pin, unpin, remove, restore."""
    customer = _customer(request, pk)
    found = get_object_or_404(CustomerNote, customer=customer, pk=note_id)
    if request.method == "GET":
        return _notes(request, customer, editing=found if notes.may_edit(found, request.user) else None)
    said, by = Asked.of(request).values, request.user
    here, told, undo = reverse("customer_note", args=[pk, note_id]), _("Saved."), ""
    match said.get("do"):
        case "edit":
            if not notes.may_edit(found, by):
                return HttpResponse(status=403)
            undo = undo_at(here, do="edit", text=found.text) if len(found.text) < 1500 else ""
            try:
                notes.edit(found, text=said.get("text", ""), by=by)
            except CustomerError as error:
                return _refused(request, customer, str(error))
        case "pin" | "unpin" as word:
            notes.pin(found, by=by, is_pinned=word == "pin")
            undo = undo_at(here, do="unpin" if word == "pin" else "pin")
        case "remove":
            notes.remove(found, by=by)
            told, undo = _("The note is removed."), undo_at(here, do="restore")
        case "restore":
            notes.bring_back(found, by=by)
    return _notes(request, customer, told, undo)


@require_POST
@needs(Permission.REPLY)
def add_file(request: AgentRequest, pk: int) -> HttpResponse:
    customer = _customer(request, pk)
    given = request.FILES.get("file")
    if given is None:
        return _refused(request, customer, _("Choose a file first."))
    if (given.size or 0) > filing.LARGEST:
        told = _("This file is larger than %(most)d MB.") % {"most": filing.LARGEST // 1024 // 1024}
        return _refused(request, customer, told)
    try:
        made = filing.keep(
            customer,
            data=given.file or b"",
            name=given.name or "",
            content_type=given.content_type or "",
            by=request.user,
        )
    except CustomerError as error:
        return _refused(request, customer, str(error))
    undo = undo_at(reverse("customer_file", args=[pk, made.pk]), do="remove")
    return _files(request, customer, _("The file is added."), undo)


@require_POST
@needs(Permission.REPLY)
def file(request: AgentRequest, pk: int, file_id: int) -> HttpResponse:
    """`do` says what: remove or restore."""
    customer = _customer(request, pk)
    found = get_object_or_404(CustomerFile, customer=customer, pk=file_id)
    here = reverse("customer_file", args=[pk, file_id])
    if Asked.of(request).values.get("do") == "restore":
        filing.bring_back(found, by=request.user)
        return _files(request, customer, _("The file is back."))
    filing.remove(found, by=request.user)
    return _files(request, customer, _("The file is removed."), undo_at(here, do="restore"))


@require_safe
@needs(Permission.READ)
def file_bytes(request: AgentRequest, pk: int, file_id: int) -> HttpResponse:
    """A file as a download."""
    customer = get_object_or_404(visible_to(request.user), pk=pk)
    found = get_object_or_404(filing.files_of(customer), pk=file_id)
    return untrusted(stored_files.read(found.file), name=found.name, kind=found.content_type)


def _customer(request: AgentRequest, pk: int) -> Customer:
    found: Customer = get_object_or_404(visible_to(request.user).select_related("company"), pk=pk)
    return found


def _is_shown(row: Identity, customer: Customer) -> bool:
    return identities.is_primary(row, customer)


def _as_it_is(found: Identity, customer: Customer) -> Mapping[str, str]:
    """What giving it back needs."""
    return {
        "kind": found.kind,
        "value": found.value,
        "label": found.label,
        "primary": "1" if identities.is_primary(found, customer) else "",
        "verified_at": found.verified_at.isoformat() if found.verified_at else "",
    }


def _moment(said: str) -> datetime | None:
    try:
        found = parse_datetime(said)
    except ValueError:
        return None
    return found if found and found.tzinfo else None


def _addresses(request: AgentRequest, customer: Customer, said: str, undo: str = "") -> HttpResponse:
    customer.refresh_from_db()
    return _answer(request, customer, "workspace/customer_addresses.html", profiles.addresses(customer), said, undo)


def _not_added(request: AgentRequest, customer: Customer, said: Mapping[str, str], reason: str) -> HttpResponse:
    """The card with what was typed and why it cannot be; as an undo the reason alone."""
    if not request.htmx or "undo" in request.GET:
        return _refused(request, customer, reason)
    tried = {name: said.get(name, "") for name in ("kind", "value", "label")}
    shown = {**profiles.addresses(customer), "tried": tried, "mistake": reason}
    context = {**shown, "customer": customer, "may_edit": True, "swapped": True}
    return render(request, "workspace/customer_addresses.html", context, status=422)


def _notes(
    request: AgentRequest, customer: Customer, said: str = "", undo: str = "", editing: CustomerNote | None = None
) -> HttpResponse:
    shown = {**profiles.noted(customer, request.user), "editing": editing}
    return _answer(request, customer, "workspace/customer_notes.html", shown, said, undo)


def _files(request: AgentRequest, customer: Customer, said: str, undo: str = "") -> HttpResponse:
    return _answer(request, customer, "workspace/customer_files.html", profiles.filed(customer), said, undo)


def _answer(
    request: AgentRequest, customer: Customer, template: str, shown: Mapping[str, Any], said: str, undo: str
) -> HttpResponse:
    """The card as it is now; without htmx back to the page."""
    if not request.htmx:
        if said:
            messages.success(request, said)
        return redirect("customer", pk=customer.pk)
    answer = render(request, template, {**shown, "customer": customer, "may_edit": True, "swapped": True})
    news: dict[str, Any] = {NEWS: {}} if said else {}
    if said and "undo" not in request.GET:
        news["rapport:toast"] = {"text": said, "undo": undo}
    if news:
        answer["HX-Trigger"] = json.dumps(news)
    return answer


def _refused(request: AgentRequest, customer: Customer, reason: str) -> HttpResponse:
    """Nothing changed; what was typed stays where it is."""
    if not request.htmx:
        messages.error(request, reason)
        return redirect("customer", pk=customer.pk)
    answer = HttpResponse(reason, status=422, content_type="text/plain; charset=utf-8")
    answer["HX-Trigger"] = json.dumps({"rapport:toast": {"text": reason, "kind": "error"}})
    return answer
