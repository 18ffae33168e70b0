"""Mail that goes to many: whoever gets it can stop it with one click (RFC 8058), signed in nowhere.

RATINGS = mailings.add("ratings", _("Questions about how we helped you"), purpose="surveys")

message = channels.reply(conversation, by=None, author_kind=AuthorKind.RULE, ...)
mailings.mark(message, RATINGS, language="de")      # in the transaction that wrote it

Nothing of a mailing leaves without the consent of whom it goes to: whoever writes one asks `may_get` beforehand, and
`actions.withholding` asks again when it is sent, since people change their minds while it waits.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from rapport.channels.models import Dispatch, Unsubscription
from rapport.conversations.models import Message
from rapport.customers.consent.queries import may_send
from rapport.customers.consent.recording import said_by_link
from rapport.customers.consent.types import Channel as ConsentChannel
from rapport.customers.models import Customer
from rapport.kit.encryption import CannotDecrypt, decrypt, encrypt

_PURPOSE = "unsubscribe"


@dataclass(frozen=True)
class Mailing:
    """A kind of mailing; `label` says to its readers what they would no longer get, `purpose` what they agree to."""

    name: str
    label: str | Promise
    purpose: str


@dataclass(frozen=True)
class Subscriber:
    """Whom an unsubscribe link speaks of, and the language that its mail was in."""

    address: str
    mailing: str
    language: str

    @property
    def label(self) -> str:
        known = _known.get(self.mailing)
        return str(known.label) if known else _("Mail of this kind")


_known: dict[str, Mailing] = {}


def add(name: str, label: str | Promise, *, purpose: str) -> Mailing:
    """Declare a kind of mailing; its name, at most 20 letters, stays in the database. `purpose` is one of consent."""
    _known[name] = Mailing(name, label, purpose)
    return _known[name]


def mailings() -> list[Mailing]:
    return list(_known.values())


def mailing_called(name: str) -> Mailing | None:
    return _known.get(name)


def may_get(customer: Customer, mailing: Mailing, *, address: str = "") -> bool:
    """Whether they are to get it at this address: what they said to its purpose, and to links in earlier ones."""
    address = address or customer.email
    if address and is_unsubscribed([address], mailing):
        return False
    return may_send(customer, mailing.purpose, ConsentChannel.EMAIL, address=address)


def mark(message: Message, mailing: Mailing, *, language: str) -> None:
    """Make a message that was just written one of a mailing. It has to go to one person. Raises ValueError."""
    if len({*message.to, *message.cc, *message.bcc}) != 1:
        raise ValueError("Each letter of a mailing goes to one person, who alone can unsubscribe by it.")
    url = unsubscribe_url(message.to[0], mailing, language=language)
    headers = {"List-Unsubscribe": f"<{url}>"}
    if url.startswith("https:"):
        # Mail programs offer one click only where nobody on the way can click for their user.
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    dispatch = Dispatch.objects.get(message=message)
    dispatch.mailing, dispatch.headers = mailing.name, {**dispatch.headers, **headers}
    dispatch.save(update_fields=["mailing", "headers"])


def unsubscribe_url(address: str, mailing: Mailing, *, language: str) -> str:
    """A link that is good for this address and mailing, for as long as our keys are, and for nothing else."""
    said = json.dumps([_PURPOSE, address.strip().lower(), mailing.name, language])
    return f"{settings.BASE_URL}{reverse('unsubscribe', args=[encrypt(said).rstrip('=')])}"


def subscriber_in(token: str) -> Subscriber | None:
    """Whom a link speaks of; None when we did not make it."""
    try:
        purpose, address, mailing, language = json.loads(decrypt(token + "=" * (-len(token) % 4)))
    except (CannotDecrypt, ValueError, TypeError):
        return None
    return Subscriber(address, mailing, language) if purpose == _PURPOSE else None


@transaction.atomic
def unsubscribe(subscriber: Subscriber, *, by: str) -> None:
    """They get no more of it. Saying it twice is saying it once; the first time is kept."""
    Unsubscription.objects.get_or_create(
        address=subscriber.address[:320], mailing=subscriber.mailing, defaults={"by": by}
    )
    _note(subscriber, is_given=False)


@transaction.atomic
def subscribe_again(subscriber: Subscriber) -> None:
    Unsubscription.objects.filter(address=subscriber.address, mailing=subscriber.mailing).delete()
    _note(subscriber, is_given=True)


def is_unsubscribed(addresses: Iterable[str], mailing: Mailing) -> bool:
    bare = [address.strip().lower() for address in addresses]
    return Unsubscription.objects.filter(address__in=bare, mailing=mailing.name).exists()


def _note(subscriber: Subscriber, *, is_given: bool) -> None:
    """What they said is consent given or withdrawn, of every customer who is known by that address."""
    mailing = _known.get(subscriber.mailing)
    if mailing is not None:
        said_by_link(subscriber.address, purpose=mailing.purpose, is_given=is_given, text=str(mailing.label))
