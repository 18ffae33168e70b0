"""Writing down what was said, and asking for it."""

from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from rapport.backbone.events import announce
from rapport.backbone.jobs import GiveUp, job
from rapport.customers.consent.announcements import ConsentChanged
from rapport.customers.consent.models import ConsentRecord, Purpose
from rapport.customers.consent.queries import purpose_called, purposes, ways_to
from rapport.customers.consent.types import Channel, How, State
from rapport.customers.errors import CannotArrange
from rapport.customers.merging import standing
from rapport.customers.models import Customer, Identity, IdentityKind
from rapport.kit import clock
from rapport.team import mail
from rapport.team.models import Agent
from rapport.team.queries import organisation

LONGEST_TEXT = 5000
ASK_AGAIN_AFTER = timedelta(days=1)


@transaction.atomic
def record(
    customer: Customer,
    *,
    purpose: Purpose,
    channel: str,
    state: str,
    how: str,
    where: str = "",
    text: str = "",
    address: str = "",
    by: Agent | None = None,
    ip: str | None = None,
) -> ConsentRecord:
    """Add what was said. Nothing that was said before is changed. Raises CannotArrange."""
    if purpose.is_service:
        raise CannotArrange(_("Service messages are always sent, so there is nothing to agree to."), "purpose")
    made = ConsentRecord.objects.create(
        customer=customer,
        purpose=purpose,
        channel=Channel(channel),
        address=address.strip().lower()[:320],
        state=State(state),
        how=How(how),
        where=where[:80],
        text=text.replace("\0", "").strip()[:LONGEST_TEXT],
        by=by,
        ip=ip,
    )
    news = ConsentChanged(
        customer.pk,
        purpose=purpose.key,
        channel=made.channel,
        state=made.state,
        how=made.how,
        by=by.pk if by else None,
    )
    announce(news, subject=f"customer:{customer.pk}")
    return made


@transaction.atomic
def withdraw_everything(customer: Customer, *, how: str, text: str = "", ip: str | None = None) -> None:
    """Nothing but service messages from now on, by no way."""
    for purpose in purposes():
        if not purpose.is_service:
            record(customer, purpose=purpose, channel=Channel.ANY, state=State.WITHDRAWN, how=how, text=text, ip=ip)


@transaction.atomic
def said_by_link(address: str, *, purpose: str, is_given: bool, text: str) -> None:
    """Somebody followed the unsubscribe link of a mail to this address, or took that back. Safe to repeat."""
    known = purpose_called(purpose)
    if known is None or known.is_service:
        return
    state = State.GIVEN if is_given else State.WITHDRAWN
    for customer in _known_by(address):
        newest = customer.consents.filter(purpose=known, channel=Channel.EMAIL, address=address.lower()).first()
        if newest is None or newest.state != state or newest.how != How.LINK:
            record(
                customer,
                purpose=known,
                channel=Channel.EMAIL,
                state=state,
                how=How.LINK,
                text=text,
                address=address,
            )


@transaction.atomic
def stopped_by_phone(number: str, *, channel: str) -> None:
    """Somebody texted STOP: by this way nothing but service from now on. Texting START later agrees to nothing new."""
    if channel not in (Channel.SMS, Channel.WHATSAPP):
        return
    for customer in _known_by(number, IdentityKind.PHONE):
        for purpose in purposes():
            if not purpose.is_service:
                record(
                    customer,
                    purpose=purpose,
                    channel=channel,
                    state=State.WITHDRAWN,
                    how=How.LINK,
                    text="STOP",
                    address=number,
                )


@transaction.atomic
def ask(customer: Customer, *, purpose: Purpose, by: Agent | None) -> ConsentRecord:
    """Send a letter that asks them to confirm; nothing is given before they did. Raises CannotArrange."""
    if Channel.EMAIL not in ways_to(customer):
        raise CannotArrange(_("A confirmation goes by mail, and no mail address of theirs is known."))
    lately = customer.consents.filter(
        purpose=purpose, channel=Channel.EMAIL, state=State.ASKED, at__gt=clock.now() - ASK_AGAIN_AFTER
    )
    if lately.exists():
        raise CannotArrange(_("They were asked within the last day. Give them time to answer."))
    made = record(
        customer,
        purpose=purpose,
        channel=Channel.EMAIL,
        state=State.ASKED,
        how=How.AGENT if by else How.FORM,
        text=_question(customer, purpose),
        address=customer.email,
        by=by,
    )
    send_question.enqueue(made.pk)
    return made


@transaction.atomic
def confirm(asked: ConsentRecord, *, ip: str | None) -> ConsentRecord:
    """They pressed the button in the letter's page; saying it twice is saying it once."""
    answered = ConsentRecord.objects.filter(
        customer=asked.customer_id, purpose=asked.purpose, channel=asked.channel, how=How.CONFIRMATION, at__gte=asked.at
    )
    return answered.first() or record(
        asked.customer,
        purpose=asked.purpose,
        channel=asked.channel,
        state=State.GIVEN,
        how=How.CONFIRMATION,
        text=asked.text,
        address=asked.address,
        ip=ip,
    )


@job(retries=6, first_wait=30, longest_wait=3600)
def send_question(record_id: int) -> None:
    """The letter of a double opt-in."""
    from rapport.customers.consent.links import confirmation_url

    asked = ConsentRecord.objects.select_related("customer", "purpose").filter(pk=record_id).first()
    if asked is None or not asked.address:
        raise GiveUp("The customer or the address is gone.")
    with translation.override(language_for(asked.customer)):
        company = organisation().name or "Rapport"
        lines = (
            asked.text,
            confirmation_url(asked),
            _("If this was not you, do nothing: then nothing is sent to you."),
            company,
        )
        mail.send(
            _("Please confirm: %(purpose)s") % {"purpose": asked.purpose.label}, "\n\n".join(lines), to=asked.address
        )


def language_for(customer: Customer) -> str:
    """One of our languages: what they read, else what customers are answered in."""
    for language in (customer.language, organisation().reply_language):
        try:
            return translation.get_supported_language_variant(language)
        except LookupError:
            continue
    return "en"


def _question(customer: Customer, purpose: Purpose) -> str:
    with translation.override(language_for(customer)):
        told = {"company": organisation().name or "Rapport", "purpose": purpose.label, "about": purpose.about}
        return _("%(company)s would like to send you this by mail: %(purpose)s. %(about)s") % told


def _known_by(address: str, kind: IdentityKind = IdentityKind.EMAIL) -> Iterable[Customer]:
    known = Identity.objects.filter(kind=kind, value=address.strip().lower()).select_related("customer__merged_into")
    return [standing(identity.customer) for identity in known]
