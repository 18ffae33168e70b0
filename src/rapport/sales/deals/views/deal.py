"""The page of one deal, and what is done there."""

from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import F, QuerySet
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rapport.backbone import files
from rapport.kit import clock
from rapport.kit.money import Money, NotMoney
from rapport.sales.deals import actions, queries, quoting
from rapport.sales.deals.actions.changing import Line
from rapport.sales.deals.errors import DealError, NotSaid
from rapport.sales.deals.forms import ActivityForm, DealForm, QuoteForm
from rapport.sales.deals.history import history, steps
from rapport.sales.deals.models import CloseReason, Deal, Stage, StageMove
from rapport.sales.deals.views.board import closing, offered, toast
from rapport.sales.models import Product
from rapport.team.permissions import AgentRequest, needs
from rapport.team.types import Permission

_OFFERED = 300
_EMPTY_LINES = 1


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.READ)
def deal(request: AgentRequest, pk: int) -> HttpResponse:
    """POST changes its facts."""
    found = _deal(request, pk)
    form: DealForm | None = None
    if request.user.may(Permission.REPLY):
        form = DealForm(request.POST or None, deal=found, by=request.user)
        with transaction.atomic():
            if form.is_valid():
                try:
                    actions.change(found, by=request.user, **form.facts())
                except NotSaid as error:
                    form.add_error(error.field if error.field in form.fields else None, str(error))
                else:
                    messages.success(request, _("Saved."))
                    return redirect("deal", pk)
            transaction.set_rollback(bool(form.errors))
    elif request.method == "POST":
        return HttpResponse(status=403)
    return render(
        request, "sales/deals/deal.html", _shown(request, found, form), status=422 if form and form.errors else 200
    )


@require_POST
@needs(Permission.REPLY)
def deal_moves(request: AgentRequest, pk: int) -> HttpResponse:
    """To a stage, and above another card where one is said; answers with what can be taken back."""
    found = _deal(request, pk)
    stage = get_object_or_404(Stage, pk=_number(request.POST.get("stage", "")))
    before = queries.visible_to(request.user).filter(pk=_number(request.POST.get("before", ""))).first()
    reason = CloseReason.objects.filter(pk=_number(request.POST.get("reason", ""))).first()
    try:
        made = actions.move(
            found, to=stage, before=before, at_end="at_end" in request.POST, reason=reason,
            note=request.POST.get("note", ""), by=request.user,
        )  # fmt: skip
    except DealError as error:
        return _refused(request, pk, error)
    said = _("%(title)s is in %(stage)s.") % {"title": found.title, "stage": stage.name}
    undo = reverse("deal_move_undo", args=[pk, made.pk]) if made else ""
    if request.htmx:
        return HttpResponse(status=204, headers={"HX-Trigger": toast(said, undo)} if made else {})
    messages.success(request, said)
    return redirect("deal", pk)


@require_POST
@needs(Permission.REPLY)
def deal_move_undo(request: AgentRequest, pk: int, move_id: int) -> HttpResponse:
    made = get_object_or_404(StageMove.objects.filter(deal=_deal(request, pk)), pk=move_id)
    try:
        found = actions.take_back(made, by=request.user)
    except DealError as error:
        return _refused(request, pk, error)
    said = _("%(title)s is in %(stage)s again.") % {"title": found.title, "stage": found.stage.name}
    if request.htmx:
        return HttpResponse(status=204, headers={"HX-Trigger": toast(said)})
    messages.success(request, said)
    return redirect("deal", pk)


@require_POST
@needs(Permission.REPLY)
def deal_lines(request: AgentRequest, pk: int) -> HttpResponse:
    """All lines as they are to be; rows without a title are left out."""
    found = _deal(request, pk)
    try:
        actions.replace_lines(found, _lines(request, found), by=request.user)
    except DealError as error:
        return _refused(request, pk, error)
    messages.success(request, _("Saved."))
    return redirect("deal", pk)


@require_POST
@needs(Permission.REPLY)
def deal_activities(request: AgentRequest, pk: int) -> HttpResponse:
    found, form = _deal(request, pk), ActivityForm(request.POST)
    if form.is_valid():
        actions.plan(found, by=request.user, **form.cleaned_data)
        messages.success(request, _("Planned."))
    else:
        messages.error(request, _("Write what is to be done, and a moment that exists."))
    return redirect("deal", pk)


@require_POST
@needs(Permission.REPLY)
def deal_activity_done(request: AgentRequest, pk: int, activity_id: int) -> HttpResponse:
    """Done, or with `undo` not done after all."""
    activity = get_object_or_404(_deal(request, pk).activities, pk=activity_id)
    if "undo" in request.POST:
        actions.unfinish(activity, by=request.user)
    else:
        actions.finish(activity, by=request.user)
    return redirect("deal", pk)


@require_POST
@needs(Permission.REPLY)
def deal_quotes(request: AgentRequest, pk: int) -> HttpResponse:
    """Write a quote of its lines."""
    found, form = _deal(request, pk), QuoteForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say until when the quote is valid, and a tax rate between 0 and 100."))
        return redirect("deal", pk)
    try:
        made = quoting.write(found, by=request.user, **form.cleaned_data)
    except DealError as error:
        return _refused(request, pk, error)
    messages.success(request, _("Quote %(number)s is written.") % {"number": made.number})
    return redirect("deal", pk)


@require_safe
@needs(Permission.READ)
def deal_quote(request: AgentRequest, pk: int, quote_id: int) -> HttpResponse | FileResponse:
    quote = get_object_or_404(_deal(request, pk).quotes.select_related("file"), pk=quote_id)
    try:
        opened = files.open(quote.file)
    except files.Missing as error:
        return HttpResponse(str(error), status=410, content_type="text/plain; charset=utf-8")
    return FileResponse(opened, content_type="application/pdf", as_attachment=True, filename=f"{quote.number}.pdf")


def _deal(request: AgentRequest, pk: int) -> Deal:
    return get_object_or_404(_deals(request), pk=pk)


def _deals(request: AgentRequest) -> QuerySet[Deal]:
    return queries.visible_to(request.user).select_related(*queries.RELATED, "customer__company", "reason")


def _shown(request: AgentRequest, found: Deal, form: DealForm | None) -> dict[str, Any]:
    settings = actions.ready()
    activities = list(found.activities.select_related("owner").order_by(F("due_at").asc(nulls_last=True), "id"))
    until = timezone.localtime(clock.now()).date() + timedelta(days=settings.valid_days)
    lines = list(found.lines.select_related("product"))
    return {
        "deal": found,
        "form": form,
        "steps": steps(found),
        "won_stage": queries.end_of(found.pipeline, "won"),
        "lost_stage": queries.end_of(found.pipeline, "lost"),
        "reopen_stage": queries.open_stages(found.pipeline)[-1],
        "weighted": Money(found.amount * found.stage.probability // 100, found.currency),
        "days_here": max(0, (clock.now() - found.stage_since).days),
        "planned": [each for each in activities if each.done_at is None],
        "history": history(found),
        "lines": lines,
        "empty_lines": range(_EMPTY_LINES if lines else 2),
        "products": Product.objects.filter(is_active=True)[:_OFFERED] if form else [],
        "activity_form": ActivityForm(),
        "quotes": list(found.quotes.select_related("by")),
        "quote_form": QuoteForm(language=quoting.LANGUAGES[0][0], valid_until=until, tax_rate=settings.tax_rate),
        "today": timezone.localtime(clock.now()).date(),
        **(offered(request) if form else {}),
        **closing(),
    }


def _lines(request: AgentRequest, found: Deal) -> list[Line]:
    """Raises NotSaid."""
    columns = [request.POST.getlist(name) for name in ("line_title", "line_quantity", "line_price")]
    lines = []
    for title, quantity, price in zip(*columns, strict=False):
        if not title.strip():
            continue
        product = _product(title)
        try:
            amount = Decimal((quantity or "1").replace(",", "."))
            worth = Money.of(price.replace(" ", "").replace(",", ".") or "0", found.currency).minor
        except (InvalidOperation, NotMoney):
            told = _("“%(title)s” needs a quantity and a price, such as 2 and 99.50.")
            raise NotSaid("lines", told % {"title": title}) from None
        if not price.strip() and product and product.currency == found.currency:
            worth = product.price or 0
        lines.append(Line(title=product.name if product else title, quantity=amount, price=worth, product=product))
    return lines


def _product(title: str) -> Product | None:
    """What is sold under this article number or name, where it is one."""
    said = title.strip()
    return Product.objects.filter(sku=said).first() or Product.objects.filter(name=said).first()


def _refused(request: AgentRequest, pk: int, error: DealError) -> HttpResponse:
    if request.htmx:
        return HttpResponse(status=204, headers={"HX-Trigger": toast(str(error), kind="error")})
    messages.error(request, str(error))
    return redirect("deal", pk)


def _number(said: str) -> int:
    """An id, or one that nothing has."""
    return int(said) if said.isdecimal() and len(said) < 19 else 0
