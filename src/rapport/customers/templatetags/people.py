"""What templates say of people: phone numbers in groups, languages and clocks by their names."""

from django import template

from rapport.customers.models import Identity, IdentityKind
from rapport.customers.profiles import choices
from rapport.kit import phones

register = template.Library()
register.filter("language_name", choices.language_name)
register.filter("zone_name", choices.zone_name)
register.filter("phone", phones.shown)

_ICONS = {IdentityKind.EMAIL: "mail", IdentityKind.PHONE: "phone", IdentityKind.HANDLE: "chat"}


@register.filter
def identity_icon(identity: Identity) -> str:
    return _ICONS.get(IdentityKind(identity.kind), "key")


@register.filter
def as_read(identity: Identity) -> str:
    """As people read it: a phone number in groups, an account without the name of its provider."""
    if identity.kind == IdentityKind.PHONE:
        return phones.shown(identity.value)
    return (
        identity.value.partition(":")[2] or identity.value if identity.kind == IdentityKind.HANDLE else identity.value
    )
