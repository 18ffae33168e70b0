"""Moving customers from stage to stage: by hand, which can be undone, and by rules, many at once."""

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from rapport.backbone.events import announce, gathered
from rapport.customers.errors import CannotArrange
from rapport.customers.lifecycle.announcements import StageChanged
from rapport.customers.lifecycle.deciding import reason_of
from rapport.customers.lifecycle.founding import life_cycle
from rapport.customers.lifecycle.models import Stage, StageEntry, Standing
from rapport.customers.lifecycle.types import Verdict
from rapport.customers.models import Customer
from rapport.kit import clock
from rapport.team.models import Agent

UNDO_FOR = timedelta(hours=1)


@transaction.atomic
def move(customer: Customer, *, to: Stage, by: Agent | None, reason: str = "") -> StageEntry:
    """Put them into a stage by hand; rules leave them there for a while. Where they stand already nothing happens."""
    Customer.objects.select_for_update().get(pk=customer.pk)
    here = Standing.objects.select_related("stage", "entry").filter(customer=customer).first()
    now = clock.now()
    held = now + timedelta(days=life_cycle().hand_days)
    if here is not None and here.stage_id == to.pk:
        Standing.objects.filter(pk=here.pk).update(held_until=held)
        return here.entry
    StageEntry.objects.filter(customer=customer, until=None).update(until=now)
    origin = here.stage if here else None
    entry = StageEntry.objects.create(
        customer=customer, stage=to, origin=origin, since=now, by=by, reason=" ".join(reason.split())[:300]
    )
    _stand(entry, held=True)
    _tell(customer.pk, origin.key if origin else "", to.key, entry.reason, by)
    return entry


@transaction.atomic
def undo(entry: StageEntry, *, by: Agent) -> None:
    """As if it had not been moved: they stand where they stood before. Raises CannotArrange."""
    Customer.objects.select_for_update().get(pk=entry.customer_id)
    entry = StageEntry.objects.select_related("stage", "origin").get(pk=entry.pk)
    if entry.until is not None:
        raise CannotArrange(_("They were moved on since. Move them back by hand."))
    if entry.by_id is None or entry.since < clock.now() - UNDO_FOR:
        raise CannotArrange(_("Only a move by hand of the last hour can be undone. Move them back instead."))
    before = (
        StageEntry.objects.filter(customer=entry.customer_id, until__isnull=False).order_by("-since", "-id").first()
    )
    Standing.objects.filter(customer=entry.customer_id).delete()
    entry.delete()
    if before is not None:
        before.until = None
        before.save(update_fields=["until"])
        _stand(before, held=before.by_id is not None)
    _tell(entry.customer_id, entry.stage.key, entry.origin.key if entry.origin else "", _("Undone"), by)


@transaction.atomic
def move_many(verdicts: Sequence[Verdict], *, stages: dict[str, Stage], is_told: bool) -> int:
    """Move them as rules decided; who was moved by hand meanwhile stays. Answers how many moved."""
    held = Standing.objects.select_for_update(of=("self",)).filter(customer__in=[each.customer for each in verdicts])
    here = dict(held.values_list("customer_id", "stage_id"))
    keys = {stage.pk: stage.key for stage in stages.values()}
    moving = [each for each in verdicts if keys.get(here.get(each.customer, 0), "") == each.before]
    now = clock.now()
    StageEntry.objects.filter(customer__in=[each.customer for each in moving if each.before], until=None).update(
        until=now
    )
    entries = StageEntry.objects.bulk_create(
        [
            StageEntry(
                customer_id=each.customer,
                stage=stages[each.after],
                origin=stages.get(each.before),
                since=now,
                rule_id=each.rule.pk,
                conditions=[condition.as_json() for condition in each.rule.conditions],
            )
            for each in moving
        ],
        batch_size=1000,
    )
    Standing.objects.bulk_create(
        [Standing(customer_id=entry.customer_id, stage=entry.stage, entry=entry, since=now) for entry in entries],
        update_conflicts=True,
        unique_fields=["customer"],
        update_fields=["stage", "entry", "since", "held_until"],
        batch_size=1000,
    )
    if is_told:
        reasons = {each.rule.pk: reason_of(each.rule.conditions) for each in moving}
        with gathered():
            for each in moving:
                _tell(each.customer, each.before, each.after, reasons[each.rule.pk], None)
    return len(moving)


def _stand(entry: StageEntry, *, held: bool) -> None:
    until = entry.since + timedelta(days=life_cycle().hand_days) if held else None
    Standing.objects.update_or_create(
        customer_id=entry.customer_id,
        defaults={"stage": entry.stage, "entry": entry, "since": entry.since, "held_until": until},
    )


def _tell(customer: int, before: str, after: str, reason: str, by: Agent | None) -> None:
    news = StageChanged(customer, before=before, after=after, reason=reason[:300], by=by.pk if by else None)
    announce(news, subject=f"customer:{customer}")
