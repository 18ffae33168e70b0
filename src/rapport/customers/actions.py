"""Getting to know people."""

from django.db import transaction

from rapport.customers.models import Company, Customer, Identity, IdentityKind
from rapport.kit import clock

# Everyone can have an address here, so it says nothing about where they work.
FREE_MAIL = frozenset(
    "gmail.com googlemail.com outlook.com hotmail.com live.com msn.com yahoo.com ymail.com icloud.com me.com mac.com "
    "aol.com gmx.de gmx.net gmx.com web.de t-online.de proton.me protonmail.com fastmail.com mail.com zoho.com "
    "yandex.ru yandex.com mail.ru qq.com foxmail.com 163.com 126.com yeah.net sina.com sohu.com 139.com aliyun.com "
    "orange.fr free.fr wanadoo.fr laposte.net libero.it virgilio.it naver.com daum.net hanmail.net".split()
)


@transaction.atomic
def meet(*, kind: IdentityKind, value: str, name: str = "", verified: bool = False) -> Customer:
    """The customer known by this identity; a new one when nobody is. A name is only ever filled in, not replaced."""
    value = normalise(kind, value)
    identity = Identity.objects.select_related("customer").filter(kind=kind, value=value).first()
    if identity is None:
        return _introduce(kind, value, name, verified)
    customer = identity.customer
    if name and not customer.name:
        customer.name = name[:200]
        customer.save(update_fields=["name", "updated_at"])
    return customer


def normalise(kind: str, value: str) -> str:
    """One spelling of an identity: mail addresses in lower case, phone numbers as digits after a plus."""
    value = value.strip()
    if kind == IdentityKind.EMAIL:
        return value.lower()[:320]
    if kind == IdentityKind.PHONE:
        digits = "".join(character for character in value if character.isdigit())
        return f"+{digits}" if value.startswith("+") else digits
    return value[:320]


def _introduce(kind: IdentityKind, value: str, name: str, verified: bool) -> Customer:
    customer = Customer.objects.create(
        name=name[:200],
        email=value if kind == IdentityKind.EMAIL else "",
        phone=value[:32] if kind == IdentityKind.PHONE else "",
        company=_company_of(value) if kind == IdentityKind.EMAIL else None,
    )
    Identity.objects.create(
        customer=customer, kind=kind, value=value, verified_at=clock.now() if verified else None
    )
    return customer


def _company_of(address: str) -> Company | None:
    domain = address.rpartition("@")[2]
    if not domain or domain in FREE_MAIL or len(domain) > 253:
        return None
    return Company.objects.filter(domain=domain).first()
