"""Pipelines, their stages, and the reasons for which deals end."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from rapport.kit.money import NotMoney, currency_code
from rapport.sales.deals.errors import InUse, NotSaid
from rapport.sales.deals.models import CloseReason, Deal, Pipeline, SalesSettings, Stage
from rapport.sales.deals.types import CLOSED_KINDS, OPEN_KINDS, StageKind
from rapport.team.queries import organisation

THE_SETTINGS = 1


@dataclass(frozen=True)
class StageSaid:
    """A stage as it is to be; without `id` a new one."""

    name: str
    probability: int
    kind: str = StageKind.OPEN
    id: int | None = None


def ready() -> SalesSettings:
    """The settings; on first use with a pipeline and reasons in the company's language."""
    found = SalesSettings.objects.filter(pk=THE_SETTINGS).first()
    if found is not None:
        return found
    with transaction.atomic(), translation.override(organisation().reply_language or "en"):
        chinese = translation.get_language().startswith("zh")
        made, is_new = SalesSettings.objects.get_or_create(
            pk=THE_SETTINGS, defaults={"currency": "CNY" if chinese else "EUR"}
        )
        # Whoever made the row first makes the rest; on PostgreSQL the other one waits for the key.
        if is_new:
            _begin()
    return made


@transaction.atomic
def save_pipeline(pipeline: Pipeline | None, *, name: str, stages: Sequence[StageSaid]) -> Pipeline:
    """This name and these open stages, in their order; won and lost stay at the end. Raises NotSaid, InUse."""
    name = " ".join(name.split())[:80]
    if not name:
        raise NotSaid("name", _("Give the pipeline a name."))
    _check(stages)
    if pipeline is None:
        pipeline = Pipeline(position=Pipeline.objects.count())
    pipeline.name = name
    pipeline.save()
    kept = {stage.pk: stage for stage in pipeline.stages.all()}
    listed = {said.id for said in stages if said.id}
    for stage in kept.values():
        if stage.kind in OPEN_KINDS and stage.pk not in listed:
            _drop(stage)
    for position, said in enumerate(stages):
        row = kept.get(said.id or 0) or Stage(pipeline=pipeline)
        row.name, row.probability, row.position = said.name.strip()[:80], said.probability, position
        if row.kind not in CLOSED_KINDS:
            row.kind = said.kind
        row.save()
    _end(pipeline, after=len(stages))
    return pipeline


@transaction.atomic
def delete_pipeline(pipeline: Pipeline) -> None:
    """Raises InUse while there is a deal in it, or no other one."""
    if Deal.objects.filter(pipeline=pipeline).exists():
        raise InUse(_("There are deals in %(name)s. Move them to another pipeline first.") % {"name": pipeline.name})
    if Pipeline.objects.count() < 2:
        raise InUse(_("This is the only pipeline. Make another one first."))
    pipeline.delete()


@transaction.atomic
def add_reason(*, outcome: str, name: str) -> CloseReason:
    """Raises NotSaid. A retired one of this name comes back."""
    name = " ".join(name.split())[:80]
    if not name:
        raise NotSaid("name", _("Write the reason."))
    made, is_new = CloseReason.objects.get_or_create(
        outcome=outcome, name=name, defaults={"position": CloseReason.objects.filter(outcome=outcome).count()}
    )
    if not is_new and made.is_retired:
        made.is_retired = False
        made.save(update_fields=["is_retired"])
    return made


@transaction.atomic
def rename_reason(reason: CloseReason, *, name: str) -> None:
    """Raises NotSaid."""
    name = " ".join(name.split())[:80]
    if not name:
        raise NotSaid("name", _("Write the reason."))
    if CloseReason.objects.filter(outcome=reason.outcome, name=name).exclude(pk=reason.pk).exists():
        raise NotSaid("name", _("There is a reason of this name already."))
    reason.name = name
    reason.save(update_fields=["name"])


@transaction.atomic
def retire_reason(reason: CloseReason) -> None:
    """It can no longer be chosen; deals that have it keep it."""
    reason.is_retired = True
    reason.save(update_fields=["is_retired"])


@transaction.atomic
def change_settings(**said: Any) -> SalesSettings:
    """Any of currency, address, small_print, tax_rate, valid_days. Raises NotSaid."""
    row = ready()
    if "currency" in said:
        try:
            said["currency"] = currency_code(said["currency"])
        except NotMoney:
            told = _("Write a currency by its code of three letters, such as EUR, USD or CNY.")
            raise NotSaid("currency", told) from None
    if not 0 <= said.get("tax_rate", Decimal(0)) <= 100:
        raise NotSaid("tax_rate", _("A tax rate is between 0 and 100 per cent."))
    for name, value in said.items():
        setattr(row, name, value)
    row.save(update_fields=list(said))
    return row


def _check(stages: Sequence[StageSaid]) -> None:
    if not stages:
        raise NotSaid("stages", _("A pipeline has at least one stage before won and lost."))
    for said in stages:
        if not said.name.strip():
            raise NotSaid("stages", _("Give every stage a name."))
        if not 0 <= said.probability <= 100:
            raise NotSaid("stages", _("A probability is between 0 and 100 per cent."))
        if said.kind not in OPEN_KINDS:
            raise NotSaid("stages", _("Won and lost are at the end of every pipeline by themselves."))


def _drop(stage: Stage) -> None:
    if Deal.objects.filter(stage=stage).exists():
        raise InUse(_("There are deals in %(name)s. Move them to another stage first.") % {"name": stage.name})
    if stage.arrivals.exists():
        told = _("Deals went through %(name)s, and the forecast learns from that. Rename it instead.")
        raise InUse(told % {"name": stage.name})
    stage.delete()


def _end(pipeline: Pipeline, *, after: int) -> None:
    ends = ((StageKind.WON, _("Won"), 100), (StageKind.LOST, _("Lost"), 0))
    for number, (kind, name, probability) in enumerate(ends):
        Stage.objects.update_or_create(
            pipeline=pipeline,
            kind=kind,
            defaults={"position": after + number},
            create_defaults={"position": after + number, "name": name, "probability": probability},
        )


def _begin() -> None:
    if not Pipeline.objects.exists():
        stages = [
            StageSaid(_("Lead"), 5, StageKind.LEAD),
            StageSaid(_("Qualified"), 20),
            StageSaid(_("Proposal sent"), 45),
            StageSaid(_("Negotiation"), 75),
        ]
        save_pipeline(None, name=_("Sales"), stages=stages)
    lost = (_("Too expensive"), _("Chose a competitor"), _("No budget"), _("No answer"), _("Lacks a feature"))
    won = (_("Best offer"), _("Recommended"), _("Already a customer"), _("Good service"))
    for outcome, names in (("lost", lost), ("won", won)):
        for name in names:
            add_reason(outcome=outcome, name=name)
