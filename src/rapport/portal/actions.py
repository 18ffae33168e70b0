"""Signing in and out, and closing a conversation as its customer."""

import logging
from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from rapport.backbone.jobs import job
from rapport.channels.errors import CannotDeliver
from rapport.conversations.actions import close
from rapport.conversations.actions.telling import tell
from rapport.conversations.announcements import ChannelHappening
from rapport.conversations.models import Conversation
from rapport.kit import clock, ids
from rapport.portal import letters
from rapport.portal.models import Policy, PortalSession, SignInLink
from rapport.portal.queries import Guest, identity_of, policy

log = logging.getLogger("rapport.portal")

GOOD_FOR = timedelta(minutes=15)
# So many links an address is sent within that time.
MOST_LINKS = 3
SESSION = timedelta(days=14)
_SEEN_EVERY = timedelta(minutes=10)


@job(urgency="urgent", retries=4, first_wait=20)
def send_link(address: str, language: str) -> None:
    """Send a link to whoever has this address, if we know them. Whoever asked learns nothing of it."""
    identity = identity_of(address)
    mailbox = letters.mailbox_for(identity.customer) if identity else None
    if identity is None or not policy().is_open:
        return
    if mailbox is None:
        log.warning("There is no mailbox that the portal's links could be sent by")
        return
    recent = SignInLink.objects.filter(address=identity.value, made_at__gt=clock.now() - GOOD_FOR)
    if recent.count() >= MOST_LINKS:
        return
    token = ids.new_token()
    made = SignInLink.objects.create(
        address=identity.value, token_hash=ids.hashed(token), expires_at=clock.now() + GOOD_FOR
    )
    minutes = int(GOOD_FOR.total_seconds() // 60)
    try:
        letters.send_link(identity.value, token, mailbox=mailbox, language=language, minutes=minutes)
    except CannotDeliver as error:
        made.delete()
        if not error.permanent:
            raise
        log.warning("A link to the portal could not be sent: %s", error.reason)


@transaction.atomic
def sign_in(token: str, *, language: str = "") -> str | None:
    """What the browser is to hold from now on; None for a link that was used, is too old, or was never sent."""
    now = clock.now()
    link = SignInLink.objects.filter(token_hash=ids.hashed(token)).first()
    # Whoever marks the row first has it, however many ask at once.
    fresh = SignInLink.objects.filter(pk=link.pk, used_at=None, expires_at__gt=now) if link else None
    if link is None or fresh is None or not fresh.update(used_at=now):
        return None
    word = ids.new_token()
    PortalSession.objects.create(
        address=link.address, token_hash=ids.hashed(word), language=language, expires_at=now + SESSION
    )
    return word


def note_seen(session: PortalSession) -> None:
    if clock.now() - session.seen_at > _SEEN_EVERY:
        PortalSession.objects.filter(pk=session.pk).update(seen_at=clock.now())


def sign_out(guest: Guest, *, everywhere: bool = False) -> None:
    PortalSession.objects.filter(**({"address": guest.address} if everywhere else {"pk": guest.session.pk})).delete()


def choose_language(guest: Guest, language: str) -> None:
    """Of these pages, in every browser of theirs; empty lets the browser decide."""
    PortalSession.objects.filter(address=guest.address).update(language=language)


@transaction.atomic
def solve(conversation: Conversation) -> None:
    """Its customer says that it is solved. Doing it twice is doing it once."""
    if conversation.is_closed:
        return
    said = _("The customer closed it as solved in the portal.")
    tell(conversation, ChannelHappening(conversation.pk, what="portal.solved", said=said))
    close(conversation, by=None)


def forget_old() -> int:
    """Links and sessions that are of no use any more."""
    now = clock.now()
    links, _rows = SignInLink.objects.filter(expires_at__lt=now - timedelta(days=1)).delete()
    sessions, _rows = PortalSession.objects.filter(expires_at__lt=now).delete()
    return links + sessions


def set_policy(**changes: object) -> None:
    Policy.objects.update_or_create(pk=1, defaults=changes)
