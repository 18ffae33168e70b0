"""The addresses and numbers of a customer, one by one: which is shown first, which are proven, what they are called."""

from datetime import datetime

from django.db import transaction

from rapport.backbone.events import announce
from rapport.customers import actions
from rapport.customers.announcements import CustomerChanged
from rapport.customers.errors import LastIdentity
from rapport.customers.models import Customer, Identity, IdentityKind
from rapport.kit import clock
from rapport.team.models import Agent

# Which detail of the customer repeats the first of each kind.
SHOWN_AS: dict[str, str] = {IdentityKind.EMAIL: "email", IdentityKind.PHONE: "phone"}
# What people write down; accounts at a provider come with the messages from there.
WRITTEN = (IdentityKind.EMAIL, IdentityKind.PHONE, IdentityKind.EXTERNAL)


def is_primary(identity: Identity, customer: Customer) -> bool:
    """Whether lists show it and answers go to it."""
    field = SHOWN_AS.get(identity.kind)
    return field is not None and getattr(customer, field) == identity.value


@transaction.atomic
def make_primary(identity: Identity, *, by: Agent) -> None:
    """This is the address, or the number, that lists show and answers go to."""
    field = SHOWN_AS.get(identity.kind)
    if field is None or getattr(identity.customer, field) == identity.value:
        return
    setattr(identity.customer, field, identity.value)
    identity.customer.save(update_fields=[field, "updated_at"])
    _tell(identity.customer, field, by)


@transaction.atomic
def verify(identity: Identity, *, by: Agent, is_verified: bool = True) -> None:
    """Somebody made sure that it is theirs, or that nobody did."""
    if (identity.verified_at is not None) == is_verified:
        return
    identity.verified_at = clock.now() if is_verified else None
    identity.save(update_fields=["verified_at"])
    _tell(identity.customer, "identities", by)


@transaction.atomic
def call(identity: Identity, *, label: str, by: Agent) -> None:
    """What people call it: "office"."""
    label = " ".join(label.split())[:40]
    if label == identity.label:
        return
    identity.label = label
    identity.save(update_fields=["label"])
    _tell(identity.customer, "identities", by)


@transaction.atomic
def remove(identity: Identity, *, by: Agent) -> None:
    """They are not known by it any more; the next of its kind is shown instead. Raises LastIdentity."""
    customer = Customer.objects.select_for_update(of=("self",)).get(pk=identity.customer_id)
    others = Identity.objects.filter(customer=customer).exclude(pk=identity.pk)
    if not others.exists():
        raise LastIdentity
    changed = ["identities"]
    if is_primary(identity, customer):
        following = others.filter(kind=identity.kind).values_list("value", flat=True).first() or ""
        field = SHOWN_AS[identity.kind]
        setattr(customer, field, following)
        customer.save(update_fields=[field, "updated_at"])
        changed.append(field)
    identity.delete()
    _tell(customer, ",".join(sorted(changed)), by)


@transaction.atomic
def give_back(
    customer: Customer, *, kind: str, value: str, label: str, verified_at: datetime | None, primary: bool, by: Agent
) -> Identity:
    """As it was before it was removed. Raises IdentityTaken, NotUnderstood."""
    identity = actions.add_identity(customer, kind=IdentityKind(kind), value=value, label=label, primary=primary, by=by)
    if verified_at is not None and identity.verified_at is None:
        identity.verified_at = verified_at
        identity.save(update_fields=["verified_at"])
    return identity


def _tell(customer: Customer, fields: str, by: Agent) -> None:
    announce(CustomerChanged(customer.pk, fields=fields, by=by.pk), subject=f"customer:{customer.pk}")
