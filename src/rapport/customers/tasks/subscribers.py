"""What tasks do when something happens to a customer."""

from rapport.backbone.events import heard, on
from rapport.customers.lifecycle.announcements import StageChanged
from rapport.customers.models import Checklist, Customer
from rapport.customers.tasks import checklists


def _somebody_listens(names: set[str]) -> set[str]:
    """No job a move where no checklist begins with a stage."""
    return names if Checklist.objects.filter(is_on=True, stage__isnull=False).exists() else set()


@on(StageChanged, wanted=_somebody_listens)
def start_checklists(event: StageChanged) -> None:
    customer = Customer.objects.filter(pk=event.customer).first()
    if customer is not None:
        checklists.start_for_stage(customer, event.after, event=heard().pk)
