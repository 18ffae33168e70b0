"""What is to be done about a deal, and was."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from rapport.backbone.events import announce
from rapport.kit import clock
from rapport.sales.deals.announcements import DealChanged
from rapport.sales.deals.errors import NotSaid
from rapport.sales.deals.models import Activity, Deal
from rapport.team.models import Agent


@transaction.atomic
def plan(
    deal: Deal,
    *,
    kind: str,
    title: str,
    by: Agent | None,
    due_at: datetime | None = None,
    done_at: datetime | None = None,
    owner: Agent | None = None,
) -> Activity:
    """Something to do, or with `done_at` something that was done. Raises NotSaid."""
    title = " ".join(title.split())[:200]
    if not title:
        raise NotSaid("title", _("Write what is to be done."))
    made = Activity.objects.create(
        deal=deal, kind=kind, title=title, due_at=due_at, done_at=done_at, owner=owner or by, by=by
    )
    _tell(deal, by)
    return made


@transaction.atomic
def finish(activity: Activity, *, by: Agent) -> None:
    if Activity.objects.filter(pk=activity.pk, done_at=None).update(done_at=clock.now()):
        _tell(activity.deal, by)


@transaction.atomic
def unfinish(activity: Activity, *, by: Agent) -> None:
    if Activity.objects.filter(pk=activity.pk).exclude(done_at=None).update(done_at=None):
        _tell(activity.deal, by)


def _tell(deal: Deal, by: Agent | None) -> None:
    news = DealChanged(deal.pk, deal.customer_id, "activities", by=by.pk if by else None)
    announce(news, subject=f"deal:{deal.pk}")
