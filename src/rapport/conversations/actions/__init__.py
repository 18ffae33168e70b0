"""Every change of a conversation: one verb, one transaction, one event."""

from rapport.conversations.actions.about_orders import find_orders, link_order, link_order_again, unlink_order
from rapport.conversations.actions.arriving import Arrival, receive
from rapport.conversations.actions.assigning import assign, prioritise
from rapport.conversations.actions.closing import close, rate, rate_again, reopen
from rapport.conversations.actions.colliding import MovedOn
from rapport.conversations.actions.deleting import delete
from rapport.conversations.actions.describing import rename, tag, untag
from rapport.conversations.actions.filling import fill_in
from rapport.conversations.actions.handing_over import hand_over
from rapport.conversations.actions.junking import junk, restore
from rapport.conversations.actions.linking import link, unlink
from rapport.conversations.actions.many import change_many, undo_many
from rapport.conversations.actions.merging import UNDO_FOR, merge, standing, unmerge
from rapport.conversations.actions.moving import move, put_back
from rapport.conversations.actions.noticing import follow, unfollow
from rapport.conversations.actions.picturing import unwant_pictures, want_pictures
from rapport.conversations.actions.promising import promise_due
from rapport.conversations.actions.reading import forget_draft, keep_draft, mark_read, mark_unread
from rapport.conversations.actions.redacting import redact
from rapport.conversations.actions.rewriting import forget_words, react, rewrite
from rapport.conversations.actions.signing import set_up_letters, sign_as
from rapport.conversations.actions.snoozing import snooze, wake, wake_due
from rapport.conversations.actions.tagging import delete_tag, describe_tag, merge_tags
from rapport.conversations.actions.viewing import bring_view_back, place_view, remove_view, save_view
from rapport.conversations.actions.writing import begin, unwrite, write, write_note

__all__ = [
    "UNDO_FOR",
    "Arrival",
    "MovedOn",
    "assign",
    "begin",
    "bring_view_back",
    "change_many",
    "close",
    "delete",
    "delete_tag",
    "describe_tag",
    "fill_in",
    "find_orders",
    "follow",
    "forget_draft",
    "forget_words",
    "hand_over",
    "junk",
    "keep_draft",
    "link",
    "link_order",
    "link_order_again",
    "mark_read",
    "mark_unread",
    "merge",
    "merge_tags",
    "move",
    "place_view",
    "prioritise",
    "promise_due",
    "put_back",
    "rate",
    "rate_again",
    "react",
    "receive",
    "redact",
    "remove_view",
    "rename",
    "reopen",
    "restore",
    "rewrite",
    "save_view",
    "set_up_letters",
    "sign_as",
    "snooze",
    "standing",
    "tag",
    "undo_many",
    "unfollow",
    "unlink",
    "unlink_order",
    "unmerge",
    "untag",
    "unwant_pictures",
    "unwrite",
    "wake",
    "wake_due",
    "want_pictures",
    "write",
    "write_note",
]
