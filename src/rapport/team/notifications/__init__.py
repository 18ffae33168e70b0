"""What people who work here are told of: in the app, by mail and by push, as each of them wishes.

    MENTION = declare(Kind("mention", _("Somebody mentions me"), _("%(by)s mentioned you"), icon="at"))
    describes("conversation", describe)          # what a place is called, to one who may see it
    notify("mention", [ada.pk], place="conversation:12", by=omar, message=7)

Any room above may declare kinds and notify. Nobody is told of what they did themselves, nor of a place that they have
before them just now. In quiet hours mail and push wait, and are summed up after.
"""

from rapport.team.notifications.carrying import carries
from rapport.team.notifications.kinds import Kind, declare, kinds
from rapport.team.notifications.places import Described, describes
from rapport.team.notifications.reading import read, unread_places
from rapport.team.notifications.telling import News, notify, notify_all

__all__ = [
    "Described",
    "Kind",
    "News",
    "carries",
    "declare",
    "describes",
    "kinds",
    "notify",
    "notify_all",
    "read",
    "unread_places",
]
