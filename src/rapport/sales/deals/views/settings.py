"""Settings of sales: pipelines with their stages, why deals end, and what stands on quotes."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from rapport.sales.deals import actions, queries
from rapport.sales.deals.actions.setting_up import StageSaid
from rapport.sales.deals.errors import DealError, NotSaid
from rapport.sales.deals.models import CloseReason, Pipeline
from rapport.sales.deals.types import StageKind
from rapport.team.permissions import AgentRequest, needs
from rapport.team.types import Permission

_BLANK = StageSaid("", 0)


class SalesForm(forms.Form):
    currency = forms.CharField(label=gettext_lazy("Currency of new deals"), max_length=3)
    address = forms.CharField(
        label=gettext_lazy("Your address on quotes"), required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    tax_rate = forms.DecimalField(
        label=gettext_lazy("Tax rate in per cent"), min_value=0, max_value=100, max_digits=5, decimal_places=2
    )
    valid_days = forms.IntegerField(label=gettext_lazy("Days a quote is valid"), min_value=0, max_value=1000)
    small_print = forms.CharField(
        label=gettext_lazy("At the foot of a quote"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.MANAGE_FIELDS)
def settings_sales(request: AgentRequest) -> HttpResponse:
    settings = actions.ready()
    names = ("currency", "address", "tax_rate", "valid_days", "small_print")
    form = SalesForm(request.POST or None, initial={name: getattr(settings, name) for name in names})
    if form.is_valid():
        try:
            actions.change_settings(**form.cleaned_data)
        except NotSaid as error:
            form.add_error(error.field, str(error))
        else:
            messages.success(request, _("Saved."))
            return redirect("settings_sales")
    context = {
        "form": form,
        "pipelines": queries.pipelines(),
        "reasons": [
            ("won", _("Why deals are won"), queries.reasons("won")),
            ("lost", _("Why deals are lost"), queries.reasons("lost")),
        ],
        "page": "sales",
    }
    return render(request, "sales/deals/settings.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.MANAGE_FIELDS)
def sales_pipeline(request: AgentRequest, pk: int | None = None) -> HttpResponse:
    """A new one without `pk`."""
    actions.ready()
    pipeline = get_object_or_404(Pipeline.objects.prefetch_related("stages"), pk=pk) if pk else None
    stages, name, mistake = _stages(pipeline), pipeline.name if pipeline else "", ""
    if request.method == "POST":
        name = request.POST.get("name", "")
        try:
            stages = _said(request)
            actions.save_pipeline(pipeline, name=name, stages=stages)
        except DealError as error:
            mistake = str(error)
        else:
            messages.success(request, _("Saved."))
            return redirect("settings_sales")
    context = {
        "pipeline": pipeline,
        "name": name,
        "stages": stages,
        "ends": [stage for stage in pipeline.stages.all() if not stage.is_open] if pipeline else [],
        "kinds": [(StageKind.OPEN.value, StageKind.OPEN.label), (StageKind.LEAD.value, StageKind.LEAD.label)],
        "mistake": mistake,
        "page": "sales",
    }
    return render(request, "sales/deals/pipeline.html", context, status=422 if mistake else 200)


@require_POST
@needs(Permission.MANAGE_FIELDS)
def sales_pipeline_deletion(request: AgentRequest, pk: int) -> HttpResponse:
    pipeline = get_object_or_404(Pipeline, pk=pk)
    try:
        actions.delete_pipeline(pipeline)
    except DealError as error:
        messages.error(request, str(error))
        return redirect("sales_pipeline", pk)
    messages.success(request, _("%(name)s is deleted.") % {"name": pipeline.name})
    return redirect("settings_sales")


@require_POST
@needs(Permission.MANAGE_FIELDS)
def sales_reasons(request: AgentRequest) -> HttpResponse:
    """One more reason to win or to lose."""
    outcome = "won" if request.POST.get("outcome") == "won" else "lost"
    try:
        actions.add_reason(outcome=outcome, name=request.POST.get("name", ""))
    except DealError as error:
        messages.error(request, str(error))
    return redirect("settings_sales")


@require_POST
@needs(Permission.MANAGE_FIELDS)
def sales_reason(request: AgentRequest, pk: int) -> HttpResponse:
    """Another name for it, or with `retire` no longer to be chosen."""
    reason = get_object_or_404(CloseReason, pk=pk)
    try:
        if "retire" in request.POST:
            actions.retire_reason(reason)
        else:
            actions.rename_reason(reason, name=request.POST.get("name", ""))
    except DealError as error:
        messages.error(request, str(error))
    return redirect("settings_sales")


def _stages(pipeline: Pipeline | None) -> list[StageSaid]:
    if pipeline is None:
        return [_BLANK, _BLANK]
    stages = queries.open_stages(pipeline)
    return [StageSaid(stage.name, stage.probability, stage.kind, stage.pk) for stage in stages]


def _said(request: AgentRequest) -> list[StageSaid]:
    """Rows without a name are left out."""
    columns = [request.POST.getlist(name) for name in ("stage_name", "stage_probability", "stage_kind", "stage_id")]
    return [
        StageSaid(
            name,
            int(chance) if chance.isdecimal() and len(chance) < 4 else 0,
            kind if kind == StageKind.LEAD else StageKind.OPEN,
            int(pk) if pk.isdecimal() and len(pk) < 19 else None,
        )
        for name, chance, kind, pk in zip(*columns, strict=False)
        if name.strip()
    ]
