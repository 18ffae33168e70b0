"""How many people are needed when: queues, chats, mail that can wait, and shifts."""

from rapport.science.staffing.agents import MailPlan, chat_desk, plan_mail, required_agents, scheduled
from rapport.science.staffing.erlang import CannotStaff, Loss, Queue, erlang_a, erlang_b, erlang_c
from rapport.science.staffing.roster import Person, Roster, Shift
from rapport.science.staffing.shifts import ShiftPlan

__all__ = [
    "CannotStaff",
    "Loss",
    "MailPlan",
    "Person",
    "Queue",
    "Roster",
    "Shift",
    "ShiftPlan",
    "chat_desk",
    "erlang_a",
    "erlang_b",
    "erlang_c",
    "plan_mail",
    "required_agents",
    "scheduled",
]
