"""What conversations hear of the people who work here."""

from rapport.backbone.events import on
from rapport.conversations import actions
from rapport.team.announcements import AgentDeactivated


@on(AgentDeactivated)
def hand_over(event: AgentDeactivated) -> None:
    """One job, however many conversations; it goes on where a killed worker stopped."""
    if event.handover is not None:
        actions.hand_over(event.handover)
