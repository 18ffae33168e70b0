"""What a machine of ours must not send: the one place that every automatic message passes, whoever had it written.

Two machines that answer each other would go on for ever (RFC 3834): one automatic answer a day for each conversation
and address, none to whoever is no person, and for letters that lost their thread, and so begin a conversation each,
a few minutes between two and a few a day for an address.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from rapport.channels.mailings import mailing_called, may_get
from rapport.channels.models import Dispatch, UnreachableAddress, Unsubscription
from rapport.channels.queries import addressed, channels_by_address
from rapport.channels.types import DispatchState
from rapport.conversations.types import Direction
from rapport.kit import clock

A_DAY = timedelta(days=1)
MOST_A_DAY = 3
A_BREATH = timedelta(minutes=5)
_NO_PERSON = re.compile(
    r"(?:no|do|dont)[-_.]?(?:t[-_.]?)?(?:not[-_.]?)?reply(?:[-_.+].*)?|noreply.*|mailer[-_.]?daemon|mail[-_.]?daemon|"
    r"postmaster|bounces?(?:[-_.+=].*)?|.*[-_.+]bounces?|abuse|hostmaster|nobody|listserv|majordomo|"
    r"owner-.*|.*-(?:request|owner|subscribe|unsubscribe|confirm)|auto[-_.]?(?:reply|confirm|mail(?:er)?|responder)",
    re.IGNORECASE,
)


def why_withheld(dispatch: Dispatch) -> str:
    """Why this must not leave, in words for the record; empty when it may. A person's message always may.

    A mailing has to have the consent of whom it goes to, whoever wrote it.
    """
    message = dispatch.message
    recipients = [address.strip().lower() for address in (*message.to, *message.cc, *message.bcc)]
    if dispatch.mailing and (reason := _about_consent(dispatch, recipients)):
        return reason
    if not message.is_automatic:
        return ""
    return (
        _about_recipients(recipients, dispatch.channel.kind if dispatch.channel else message.conversation.channel)
        or (_about_mailing(dispatch, recipients) if dispatch.mailing else _about_answering(dispatch, recipients))
        or _about_reach(recipients)
    )


def is_no_person(address: str) -> bool:
    """Whether an address says by its name that nobody reads there."""
    return bool(_NO_PERSON.fullmatch(address.strip().rpartition("@")[0]))


def _about_recipients(recipients: list[str], kind: str) -> str:
    ours = channels_by_address(kind)
    for address in recipients:
        if addressed(ours, [address]) is not None:
            return _("%(address)s is an address of our own.") % {"address": address}
        if is_no_person(address):
            return _("Nobody reads mail at %(address)s.") % {"address": address}
    return ""


def _about_consent(dispatch: Dispatch, recipients: list[str]) -> str:
    gone = Unsubscription.objects.filter(address__in=recipients, mailing=dispatch.mailing).first()
    if gone is not None:
        return _("%(address)s asked not to be sent this any more.") % {"address": gone.address}
    mailing = mailing_called(dispatch.mailing)
    customer = dispatch.message.conversation.customer
    for address in recipients:
        if mailing is None or not may_get(customer, mailing, address=address):
            return _("%(address)s did not agree to get this.") % {"address": address}
    return ""


def _about_mailing(dispatch: Dispatch, recipients: list[str]) -> str:
    if dispatch.message.conversation_id in {each.conversation for each in _others(dispatch, recipients)}:
        return _("It was sent one in this conversation today.")
    return ""


def _about_answering(dispatch: Dispatch, recipients: list[str]) -> str:
    conversation = dispatch.message.conversation
    received = conversation.messages.filter(direction=Direction.IN, pk__lt=dispatch.message_id)
    answered = received.filter(external_id=dispatch.message.in_reply_to or None).first() or received.last()
    if answered is not None and answered.is_automatic:
        return _("It would answer a machine.")
    others = _others(dispatch, recipients)
    if any(each.conversation == conversation.pk for each in others):
        return _("It had an automatic answer in this conversation today.")
    if any(each.at > clock.now() - A_BREATH for each in others):
        return _("It had an automatic answer a few minutes ago.")
    if len(others) >= MOST_A_DAY:
        return _("It had %(count)d automatic answers today.") % {"count": MOST_A_DAY}
    return ""


def _about_reach(recipients: list[str]) -> str:
    gone = UnreachableAddress.objects.filter(address__in=recipients, is_permanent=True).first()
    return _("Mail to %(address)s comes back.") % {"address": gone.address} if gone else ""


@dataclass(frozen=True)
class _Other:
    conversation: int
    at: datetime


def _others(dispatch: Dispatch, recipients: list[str]) -> list[_Other]:
    """Those of the same sort, to one of the same people, that left within a day or will.

    Of two that wait only the earlier counts, so that two workers never both let theirs go, nor neither.
    """
    since = clock.now() - A_DAY
    left = Q(sent_at__gt=since)
    waits = Q(state=DispatchState.QUEUED, pk__lt=dispatch.pk, created_at__gt=since)
    doubtful = Q(state=DispatchState.QUEUED, in_doubt=True, handed_at__gt=since)
    found = Dispatch.objects.filter(
        left | waits | doubtful,
        mailing=dispatch.mailing,
        message__is_automatic=True,
        message__conversation__customer=dispatch.message.conversation.customer_id,
    ).exclude(pk=dispatch.pk)
    same = set(recipients)
    rows = found.values_list("message__conversation", "sent_at", "created_at", "message__to", "message__cc")
    return [
        _Other(conversation, sent_at or created_at)
        for conversation, sent_at, created_at, to, cc in rows
        if same & {address.strip().lower() for address in (*to, *cc)}
    ]
