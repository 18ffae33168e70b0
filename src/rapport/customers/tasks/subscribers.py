"""What tasks do when something happens to a customer."""

from rapport.backbone.events import heard, on
from rapport.customers.lifecycle.announcements import StageChanged
from rapport.customers.models import Checklist, Customer, Task
from rapport.customers.tasks import checklists
from rapport.team.announcements import AgentDeactivated
from rapport.team.models import Handover
from rapport.team.types import HandoverWay


def _somebody_listens(names: set[str]) -> set[str]:
    """No job a move where no checklist begins with a stage."""
    return names if Checklist.objects.filter(is_on=True, stage__isnull=False).exists() else set()


@on(StageChanged, wanted=_somebody_listens)
def start_checklists(event: StageChanged) -> None:
    customer = Customer.objects.filter(pk=event.customer).first()
    if customer is not None:
        checklists.start_for_stage(customer, event.after, event=heard().pk)


@on(AgentDeactivated)
def hand_tasks_over(event: AgentDeactivated) -> None:
    """What somebody who left was to do is their heir's, or nobody's."""
    handover = Handover.objects.filter(pk=event.handover, way=HandoverWay.PERSON).first() if event.handover else None
    Task.objects.filter(assignee=event.agent, done_at=None).update(assignee=handover.heir_id if handover else None)
