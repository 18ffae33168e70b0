"""Everything that comes in by a channel and leaves by one."""

from rapport.channels.actions.accepting import accept, accept_all
from rapport.channels.actions.amending import change_sent, take_back_sent
from rapport.channels.actions.blocking import block, block_all, blocked_by, unblock, unblockable
from rapport.channels.actions.deleting import delete
from rapport.channels.actions.polling import poll
from rapport.channels.actions.replying import cancel, reply, send_now, try_again
from rapport.channels.actions.sending import send
from rapport.channels.actions.settling import process, process_all, retry
from rapport.channels.actions.sifting import noise_limit, set_noise_limit

__all__ = [
    "accept",
    "accept_all",
    "block",
    "block_all",
    "blocked_by",
    "cancel",
    "change_sent",
    "delete",
    "noise_limit",
    "poll",
    "process",
    "process_all",
    "reply",
    "retry",
    "send",
    "send_now",
    "set_noise_limit",
    "take_back_sent",
    "try_again",
    "unblock",
    "unblockable",
]
