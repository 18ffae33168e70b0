"""What conversations hear of the people who work here, and of what comes in."""

from rapport.backbone.events import on
from rapport.conversations import actions
from rapport.conversations.announcements import MessageArrived
from rapport.conversations.models import Message
from rapport.sales.models import Order
from rapport.team.announcements import AgentDeactivated


@on(AgentDeactivated)
def hand_over(event: AgentDeactivated) -> None:
    """One job, however many conversations; it goes on where a killed worker stopped."""
    if event.handover is not None:
        actions.hand_over(event.handover)


def while_there_are_orders(names: set[str]) -> set[str]:
    """A company that sells nothing pays no job a message."""
    return names if Order.objects.exists() else set()


@on(MessageArrived, wanted=while_there_are_orders)
def find_the_orders_it_names(event: MessageArrived) -> None:
    if event.is_automatic:
        return
    message = Message.objects.select_related("conversation", "customer").filter(pk=event.message).first()
    if message:
        actions.find_orders(message)
