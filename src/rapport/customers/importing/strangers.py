"""Who came with a table of something else, such as orders, and leaves with it when it is taken back."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from django.db.models import F, Q

from rapport.backbone.models import Event
from rapport.customers.lifecycle.models import StageEntry, Standing
from rapport.customers.models import Company, Customer, Identity
from rapport.customers.segments.models import Score, ScoreChange
from rapport.kit.belonging import with_belongings

# A chunk of an import takes seconds to write; whatever changed later was somebody's doing.
_WRITING = timedelta(minutes=1)
# What is reckoned of everybody, without anybody's doing.
_RECKONED = (StageEntry, Standing, Score, ScoreChange)


def forget_strangers(came: Mapping[int, datetime], *, since: datetime) -> int:
    """Delete those of these customers who came with rows that are gone now; answers how many went.

    `came` says of each since when the rows were written that named them: whoever was here before that stays. So does
    whoever was changed, or came to an address, after `since`, the end of the import; whoever proved an address, is
    looked after by somebody, or has anything in any room. A stage that a rule gave them and a score are nothing of
    theirs: those are reckoned of everybody. In doubt they stay. At most some hundreds at once, in the caller's
    transaction, in a constant number of queries.
    """
    if not came:
        return 0
    untouched = Q(updated_at__lte=since) & Q(updated_at__lte=F("created_at") + _WRITING)
    held = Customer.objects.select_for_update(of=("self",)).filter(
        untouched, pk__in=came, created_at__gte=min(came.values()), owner=None, merged_into=None
    )
    new = {pk for pk, at in held.order_by("pk").values_list("pk", "created_at") if at >= came[pk]}
    new -= with_belongings(Customer, new, but=(Identity, *_RECKONED)) | _spoken_of(new, since)
    if new:
        Customer.objects.filter(pk__in=new).delete()
    return len(new)


def forget_companies(pks: Collection[int], *, since: datetime) -> int:
    """Delete those of these companies that have nobody and nothing, and that nobody changed after `since`.

    In the caller's transaction, in a constant number of queries; answers how many went.
    """
    held = Company.objects.select_for_update(of=("self",)).filter(pk__in=pks, owner=None, about="", merged_into=None)
    idle = set(held.order_by("pk").values_list("pk", flat=True)) if pks else set()
    idle -= with_belongings(Company, idle)
    # A company does not say when it was changed, but its news do.
    subjects = {f"company:{pk}": pk for pk in idle}
    told = Event.objects.filter(subject__in=subjects, at__gt=since).values_list("subject", flat=True) if idle else ()
    idle -= {subjects[subject] for subject in told}
    if idle:
        Company.objects.filter(pk__in=idle).delete()
    return len(idle)


def _spoken_of(pks: Collection[int], since: datetime) -> set[int]:
    """Of whom somebody said something: another address, what one is for, a stage chosen by hand."""
    if not pks:
        return set()
    said = Q(created_at__gt=since) | Q(verified_at__isnull=False) | ~Q(label="")
    found = set(Identity.objects.filter(said, customer__in=pks).values_list("customer_id", flat=True))
    return found | set(
        StageEntry.objects.filter(customer__in=pks, by__isnull=False).values_list("customer_id", flat=True)
    )
