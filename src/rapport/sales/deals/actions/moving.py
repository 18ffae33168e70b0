"""Deals go from stage to stage: won, lost, reopened, and taken back."""

from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from rapport.backbone.events import Announcement, announce
from rapport.kit import clock
from rapport.sales.deals.actions.opening import top_of
from rapport.sales.deals.announcements import DealLost, DealMoved, DealReopened, DealWon
from rapport.sales.deals.errors import NotSaid, TooLate
from rapport.sales.deals.models import CloseReason, Deal, Stage, StageMove
from rapport.sales.deals.types import UNDO_FOR, StageKind
from rapport.team.models import Agent

# Below this two places are no longer told apart reliably, and the column is numbered anew.
_CLOSEST = 1e-6


@transaction.atomic
def move(
    deal: Deal,
    *,
    to: Stage,
    by: Agent | None,
    before: Deal | None = None,
    at_end: bool = False,
    reason: CloseReason | None = None,
    note: str = "",
    at: datetime | None = None,
) -> StageMove | None:
    """Into this stage: above `before`, at the end, or at the top. None when it only changed its place in the column.

    In a stage of another pipeline it belongs to that one from then on. Raises NotSaid.
    """
    _hold(deal)
    if reason and reason.outcome != to.kind:
        raise NotSaid("reason", _("This reason is not one for this end."))
    origin, moment = deal.stage, at or clock.now()
    was_at, deal.place = deal.place, _place(to, before, at_end)
    if origin.pk == to.pk:
        _shuffle(deal, reason, note)
        return None
    was_closed = not deal.is_open
    deal.stage, deal.pipeline_id, deal.stage_since = to, to.pipeline_id, moment
    deal.closed_at = None if to.is_open else moment
    deal.reason, deal.reason_note = reason, "" if to.is_open else note.strip()[:500]
    deal.save()
    made = StageMove.objects.create(deal=deal, origin=origin, stage=to, origin_place=was_at, at=moment, by=by)
    _tell(deal, origin, was_closed=was_closed, by=by)
    return made


@transaction.atomic
def take_back(made: StageMove, *, by: Agent) -> Deal:
    """As if the last move of a deal had not been, within ten minutes of it. Raises TooLate."""
    deal = Deal.objects.select_for_update().get(pk=made.deal_id)
    last = deal.moves.select_related("origin").last()
    if last is None or last.pk != made.pk or last.origin is None or made.at < clock.now() - UNDO_FOR:
        raise TooLate(_("This can no longer be taken back. Move the deal instead."))
    previous = deal.moves.exclude(pk=made.pk).last()
    gone, was_closed = deal.stage, not deal.is_open
    # A slip of the hand is not history: it would count as an hour in a stage where the deal never was.
    last.delete()
    deal.stage, deal.pipeline_id = last.origin, last.origin.pipeline_id
    deal.place = last.origin_place if last.origin_place is not None else top_of(last.origin)
    deal.stage_since = previous.at if previous else deal.opened_at
    deal.closed_at = None if last.origin.is_open else deal.stage_since
    deal.reason, deal.reason_note = None, ""
    deal.save()
    _tell(deal, gone, was_closed=was_closed, by=by)
    return deal


def _hold(deal: Deal) -> None:
    """Two agents who move it at once do so one after the other."""
    held = Deal.objects.select_for_update().select_related("stage").get(pk=deal.pk)
    for name in ("stage", "place", "closed_at", "stage_since", "reason", "reason_note", "amount", "currency"):
        setattr(deal, name, getattr(held, name))


def _shuffle(deal: Deal, reason: CloseReason | None, note: str) -> None:
    if not deal.is_open and (reason or note):
        deal.reason, deal.reason_note = reason or deal.reason, note.strip()[:500] or deal.reason_note
    deal.save(update_fields=["place", "reason", "reason_note", "updated_at"])


def _place(stage: Stage, before: Deal | None, at_end: bool) -> float:
    if at_end:
        last = Deal.objects.filter(stage=stage).aggregate(last=Max("place"))["last"]
        return 0.0 if last is None else last + 1.0
    if before is None or before.stage_id != stage.pk:
        return top_of(stage)
    above = Deal.objects.filter(stage=stage, place__lt=before.place).aggregate(above=Max("place"))["above"]
    if above is None:
        return before.place - 1.0
    if before.place - above < _CLOSEST:
        _number_anew(stage)
        return _place(stage, Deal.objects.get(pk=before.pk), at_end=False)
    return float(above + before.place) / 2


def _number_anew(stage: Stage) -> None:
    for number, deal in enumerate(Deal.objects.filter(stage=stage).order_by("place", "id")):
        Deal.objects.filter(pk=deal.pk).update(place=float(number))


def _tell(deal: Deal, origin: Stage, *, was_closed: bool, by: Agent | None) -> None:
    who, to = by.pk if by else None, deal.stage
    told: list[Announcement] = [DealMoved(deal.pk, deal.customer_id, origin.pk, to.pk, by=who)]
    if to.kind == StageKind.WON:
        told.append(DealWon(deal.pk, deal.customer_id, deal.amount, deal.currency, by=who))
    elif to.kind == StageKind.LOST:
        told.append(DealLost(deal.pk, deal.customer_id, deal.reason.name if deal.reason else "", by=who))
    elif was_closed:
        told.append(DealReopened(deal.pk, deal.customer_id, to.pk, by=who))
    for news in told:
        announce(news, subject=f"deal:{deal.pk}")
