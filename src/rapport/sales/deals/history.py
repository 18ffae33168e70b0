"""What happened with a deal, and the steps of its way, for its page."""

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from rapport.kit.money import Money
from rapport.sales.deals.models import Activity, Deal, DealTerms, Stage, StageMove
from rapport.sales.deals.types import Call, StageKind

MOST = 200


@dataclass(frozen=True)
class Moment:
    at: datetime
    icon: str
    title: str
    detail: str = ""
    who: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Step:
    """A stage of the strip: `state` is done, current or nothing; `since` is when the deal came there last."""

    stage: Stage
    state: str
    since: datetime | None


def steps(deal: Deal) -> list[Step]:
    """Every open stage, and the end it came to; without an end, won as what it is for."""
    arrived: dict[int, datetime] = {move.stage_id: move.at for move in deal.moves.all()}
    stages = list(deal.pipeline.stages.all())
    end = StageKind.LOST if deal.stage.kind == StageKind.LOST else StageKind.WON
    made = []
    for stage in stages:
        if not stage.is_open and stage.kind != end:
            continue
        is_before = stage.position < deal.stage.position
        state = "current" if stage.pk == deal.stage_id else "done" if is_before and stage.pk in arrived else ""
        made.append(Step(stage, state, arrived.get(stage.pk) if state else None))
    return made


def history(deal: Deal) -> list[Moment]:
    """Newest first: moves, what was said of it, and what was done. Three queries."""
    moves = [
        _moved(each, deal) for each in deal.moves.select_related("origin", "stage", "by").order_by("-at", "-id")[:MOST]
    ]
    done = deal.activities.exclude(done_at=None).select_related("owner").order_by("-done_at")[:MOST]
    terms = list(deal.terms.select_related("by").order_by("-at", "-id")[:MOST])
    changes = [_changed(now, before) for now, before in pairwise(terms)]
    found = [*moves, *(_done(each) for each in done), *(each for each in changes if each.detail)]
    return sorted(found, key=lambda each: each.at, reverse=True)


def _moved(made: StageMove, deal: Deal) -> Moment:
    who = made.by.name if made.by else ""
    if made.origin is None:
        return Moment(made.at, "plus", _("Opened in %(stage)s") % {"stage": made.stage.name}, who=who, tone="accent")
    names = {"origin": made.origin.name, "stage": made.stage.name}
    if made.stage.kind == StageKind.WON:
        return Moment(made.at, "check", _("Won, from %(origin)s") % names, _why(made, deal), who, "good")
    if made.stage.kind == StageKind.LOST:
        return Moment(made.at, "x", _("Lost, from %(origin)s") % names, _why(made, deal), who, "bad")
    return Moment(made.at, "arrow-right", _("From %(origin)s to %(stage)s") % names, who=who)


def _why(made: StageMove, deal: Deal) -> str:
    """The reason is of the last end only."""
    if deal.closed_at != made.at:
        return ""
    return ". ".join(filter(None, (deal.reason.name if deal.reason else "", deal.reason_note)))


def _done(activity: Activity) -> Moment:
    who = activity.owner.name if activity.owner else ""
    return Moment(activity.done_at or activity.made_at, activity.icon, activity.title, activity.get_kind_display(), who)


def _changed(now: DealTerms, before: DealTerms) -> Moment:
    said = []
    if (now.amount, now.currency) != (before.amount, before.currency):
        amounts = {"before": Money(before.amount, before.currency), "now": Money(now.amount, now.currency)}
        said.append(_("Amount from %(before)s to %(now)s") % amounts)
    if now.expected_close != before.expected_close:
        day = date_format(now.expected_close, "DATE_FORMAT") if now.expected_close else _("open")
        said.append(_("Expected close: %(day)s") % {"day": day})
    if now.call != before.call:
        said.append(_("Forecast category: %(word)s") % {"word": Call(now.call).label})
    if now.probability != before.probability:
        share = "–" if now.probability is None else _("%(number)s%%") % {"number": now.probability}
        said.append(_("Own probability: %(share)s") % {"share": share})
    title = _("What is expected changed")
    return Moment(now.at, "note", title, ". ".join(said), now.by.name if now.by else "")
