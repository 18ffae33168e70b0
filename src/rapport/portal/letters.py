"""The mail that signs in. Nothing in it was chosen by whoever asked for it."""

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from rapport.channels.actions.sending import send_by
from rapport.channels.models import Channel
from rapport.channels.seam import kind_of, kinds
from rapport.channels.types import Address, IdentityOf, Outgoing
from rapport.customers.models import Customer
from rapport.kit.text import one_line
from rapport.team.queries import organisation


def mailbox_for(customer: Customer | None = None) -> Channel | None:
    """The mailbox that a customer knows from their newest conversation; else the oldest there is."""
    by_mail = [name for name, kind in kinds().items() if kind.identity == IdentityOf.EMAIL and kind.abilities.sends]
    mailboxes = Channel.objects.filter(kind__in=by_mail, paused_at=None).exclude(address="").order_by("id")
    newest = customer.conversations.order_by("-last_at").first() if customer else None
    return (mailboxes.filter(inbox=newest.inbox_id).first() if newest else None) or mailboxes.first()


def send_link(address: str, token: str, *, mailbox: Channel, language: str, minutes: int) -> None:
    """Raises CannotDeliver."""
    with translation.override(language or organisation().reply_language):
        company = one_line(organisation().name) or "Rapport"
        url = settings.BASE_URL + reverse("portal_link", args=[token])
        text = render_to_string("portal/letter.txt", {"company": company, "url": url, "minutes": minutes})
        subject = _("Your link to sign in")
    send_by(
        mailbox,
        Outgoing(
            external_id=kind_of(mailbox.kind).external_id(mailbox.address),
            sender=Address(company, mailbox.address),
            to=[Address("", address)],
            subject=subject,
            text=text.strip() + "\n",
            is_automatic=True,
        ),
    )
