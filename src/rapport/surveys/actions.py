"""Asking customers to rate a conversation, and keeping what they answer."""

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from rapport.backbone.jobs import job
from rapport.channels import actions as channels
from rapport.channels import mailings
from rapport.channels.errors import CannotWrite
from rapport.channels.visitors import rating
from rapport.conversations import actions as conversations
from rapport.conversations.models import Closure, Conversation
from rapport.conversations.types import AuthorKind
from rapport.customers.models import Customer, Segment
from rapport.kit import clock, ids
from rapport.surveys import letters
from rapport.surveys.models import Invitation, Policy, Rating
from rapport.surveys.queries import RATINGS, THE_POLICY, reason_not_to_ask
from rapport.surveys.types import SCORES, CannotRate

VALID_FOR = timedelta(days=60)
LONGEST_COMMENT = 5000


@job(urgency="background")
def ask(closure_id: int) -> None:
    """Invite the customer of a closing, if it stood."""
    closure = Closure.objects.select_related("conversation").filter(pk=closure_id, reopened_at=None).first()
    if closure:
        invite(closure.conversation)


@transaction.atomic
def invite(conversation: Conversation) -> Invitation | None:
    """Ask its customer how it went, by the way they wrote; None when they should not be asked. Safe to repeat."""
    # Two conversations of one customer may be closed at once: whoever holds the customer's row asks, the other sees it.
    Customer.objects.select_for_update().get(pk=conversation.customer_id)
    conversation = Conversation.objects.select_related("customer", "inbox").get(pk=conversation.pk)
    if reason_not_to_ask(conversation):
        return None
    try:
        with transaction.atomic():
            return _send(conversation)
    except CannotWrite:
        # The address they wrote from cannot be answered. Nobody here can change that, so nobody is told.
        return None


def _send(conversation: Conversation) -> Invitation:
    token, now = ids.new_token(), clock.now()
    invitation = Invitation.objects.create(
        conversation=conversation,
        customer=conversation.customer,
        token_hash=ids.hashed(token),
        language=letters.language_for(conversation),
        sent_at=now,
        expires_at=now + VALID_FOR,
    )
    if rating.asks_there(conversation):
        rating.ask(conversation)
        return invitation
    mail = letters.letter(invitation, token)
    invitation.message = channels.reply(
        conversation, by=None, author_kind=AuthorKind.RULE, text=mail.text, html=mail.html, undo_seconds=0
    )
    mailings.mark(invitation.message, RATINGS, language=invitation.language)
    invitation.save(update_fields=["message"])
    return invitation


@transaction.atomic
def answer(invitation: Invitation, *, score: int, comment: str | None = None) -> Rating:
    """Keep what the customer says; saying it again changes it. A comment of None leaves the one that was there.

    Raises CannotRate once the invitation has expired, and for a score that is not 1 to 5.
    """
    # The row is held so that two clicks on two faces make one rating.
    invitation = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if invitation.is_expired:
        raise CannotRate(_("This link has expired."))
    if score not in SCORES:
        raise CannotRate(_("Choose one of the five faces."))
    said = Rating.objects.filter(invitation=invitation).first() or Rating(
        invitation=invitation, conversation_id=invitation.conversation_id, customer_id=invitation.customer_id
    )
    before = (said.pk and said.score, said.comment)
    said.score = score
    said.comment = said.comment if comment is None else comment.replace("\0", "").strip()[:LONGEST_COMMENT]
    if before == (said.score, said.comment):
        return said
    said.save()
    conversations.rate(invitation.conversation, score=score)
    return said


def forget_link(invitation: Invitation) -> None:
    """Make the link in our copy of the mail useless, so that nobody here can answer for the customer."""
    if invitation.message:
        conversations.redact(invitation.message, secret=letters.LINK, replacement=r"\1…")


@transaction.atomic
def set_policy(*, is_on: bool, every_days: int, question: str, segment: Segment | None = None) -> Policy:
    """When and how customers are asked from now on."""
    policy, _created = Policy.objects.update_or_create(
        pk=THE_POLICY,
        defaults={"is_on": is_on, "every_days": every_days, "question": question.strip(), "segment": segment},
    )
    return policy
