"""Getting to know visitors: their row, their token, what they look at and what they are typing."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q

from rapport.backbone.events import EVENTS
from rapport.backbone.watching import nudge
from rapport.channels.actions.people import identity_of
from rapport.channels.errors import NotAllowed
from rapport.channels.guests import ProactiveMessage, Visit, Visitor
from rapport.channels.models import Channel, Exchange
from rapport.channels.seam import kind_of
from rapport.channels.visitors import tokens
from rapport.channels.visitors.tokens import Claims, Identified
from rapport.customers.models import Identity, IdentityKind, Segment
from rapport.customers.segments.queries import members_of
from rapport.kit import clock
from rapport.kit.text import one_line, storable

# A stream says this often who is still here; with a missed turn they have left.
LASTS = timedelta(seconds=100)
_TYPING_LASTS = timedelta(seconds=6)
_MOST_ATTRIBUTES = 30
# Who said nothing in that time is forgotten, and so is where the others looked before.
_SILENT_FOR, _VISITS_KEPT = timedelta(days=30), timedelta(days=90)


def meet(channel: Channel, *, token: str = "", who: Identified | None = None, language: str = "") -> Visitor:
    """The visitor behind a token, or a new one; a proven user is one visitor in every browser. Raises NotAllowed."""
    visitor = of_token(channel, token) if token else None
    if who and who.is_proven:
        visitor = _account(channel, visitor, who)
    elif visitor is None or visitor.external:
        # Whoever signed out on the site is nobody we know.
        visitor = Visitor.objects.create(channel=channel, language=language[:12])
    if who:
        _take_word(visitor, who)
    return visitor


def of_token(channel: Channel, token: str) -> Visitor:
    """Raises NotAllowed."""
    claims = tokens.read(token, channel=channel.key)
    visitor = Visitor.objects.filter(pk=claims.pk, channel=channel, handle=claims.handle).first()
    if visitor is None or visitor.external != claims.external:
        raise NotAllowed("This visitor is not known any more.")
    return visitor


def token_of(visitor: Visitor, channel: Channel) -> str:
    email = visitor.email if visitor.is_email_proven else ""
    return tokens.issue(Claims(channel.key, visitor.pk, visitor.handle, visitor.external, email, visitor.name))


def meant_for(channel: Channel, visitor: Visitor | None, who: Identified | None) -> list[ProactiveMessage]:
    """Those for a segment that they are surely in: by what their site proves of them, or as the one who wrote from
    here before. An address that they only say is no proof."""
    proven = Q(pk__in=[])
    if visitor:
        kind, value = identity_of(kind_of(channel.kind), visitor.handle)
        proven |= Q(kind=kind, value=value)
    known: list[Visitor | Identified] = [each for each in (visitor, who) if each is not None]
    for each in known:
        # A visitor has an account only when it was proven, as somebody who is only named has none.
        if each.external:
            proven |= Q(kind=IdentityKind.EXTERNAL, value=each.external)
        if each.email and each.is_email_proven:
            proven |= Q(kind=IdentityKind.EMAIL, value=each.email.lower())
    people = list(Identity.objects.filter(proven).values_list("customer", flat=True))
    rules = ProactiveMessage.objects.filter(
        channel=channel, is_on=True, segment__removed_at=None, segment__isnull=False
    )
    return [
        rule
        for rule in (rules.select_related("segment") if people else ())
        if rule.segment and members_of(rule.segment).filter(pk__in=people).exists()
    ]


def messages_asking_for(segment: Segment) -> list[str]:
    """What the chat says by itself to the customers of this segment."""
    return [message.text for message in ProactiveMessage.objects.filter(segment=segment)]


@transaction.atomic
def describe(visitor: Visitor, said: Mapping[str, Any]) -> None:
    """What they say of themselves, or the site says of them: name, email, answers, attributes. Nothing is proven."""
    changed = ["changed_at"]
    if name := one_line(str(said.get("name") or ""))[:200]:
        visitor.name = name
        changed.append("name")
    if (email := _address(said.get("email"))) and not visitor.is_email_proven:
        visitor.email = email
        changed.append("email")
    for field in ("answers", "attributes"):
        if isinstance(said.get(field), Mapping):
            setattr(visitor, field, _short({**getattr(visitor, field), **said[field]}))
            changed.append(field)
    visitor.changed_at = clock.now()
    visitor.save(update_fields=changed)


@transaction.atomic
def look(visitor: Visitor, *, url: str, title: str = "", did: str = "") -> None:
    """They look at this page now, or did something there."""
    url, title = storable(url)[:500], one_line(title)[:200]
    if not url.startswith(("http://", "https://")):
        return
    last = Visit.objects.filter(visitor=visitor).first()
    if did or last is None or last.url != url or last.did:
        Visit.objects.create(visitor=visitor, url=url, title=title, did=one_line(did)[:80])
        kept = Visit.objects.filter(visitor=visitor).values_list("pk", flat=True)[Visit.MOST : Visit.MOST + 1]
        for oldest in list(kept):
            Visit.objects.filter(visitor=visitor, pk__lte=oldest).delete()
    _change(visitor, page_url=url, page_title=title)


@transaction.atomic
def type_in(visitor: Visitor, *, exchange: str, text: str) -> None:
    """They are typing this; nothing when they stopped. It is shown, and forgotten."""
    text = storable(text)[:300]
    until = clock.now() + _TYPING_LASTS if text.strip() else None
    _change(visitor, typing=text if until else "", typing_in=exchange[:200], typing_until=until)


def forget_old() -> None:
    """What nobody needs any more: old visits, words that were typed and not sent, visitors who never wrote."""
    now = clock.now()
    Visit.objects.filter(at__lt=now - _VISITS_KEPT).delete()
    Visitor.objects.filter(typing_until__lt=now).exclude(typing="").update(typing="")
    silent = Visitor.objects.filter(external="", created_at__lt=now - _SILENT_FOR, changed_at__lt=now - _SILENT_FOR)
    silent.exclude(Exists(Exchange.objects.filter(address=OuterRef("handle")))).delete()


def _change(visitor: Visitor, **changes: Any) -> None:
    Visitor.objects.filter(pk=visitor.pk).update(changed_at=clock.now(), **changes)
    nudge(EVENTS)


def _account(channel: Channel, visitor: Visitor | None, who: Identified) -> Visitor:
    """The one row of an account: the row that has it, else this browser's if it is nobody's yet, else a new one."""
    known = Visitor.objects.filter(channel=channel, external=who.external).first()
    if known is not None:
        return known
    if visitor is None or visitor.external:
        visitor = Visitor(channel=channel)
    visitor.external = who.external
    try:
        with transaction.atomic():
            visitor.save()
    except IntegrityError:
        # Two pages of one user at once: the other came first.
        return Visitor.objects.get(channel=channel, external=who.external)
    return visitor


def _take_word(visitor: Visitor, who: Identified) -> None:
    if who.name:
        visitor.name = one_line(who.name)[:200]
    if (email := _address(who.email)) and (who.is_email_proven or not visitor.is_email_proven):
        visitor.email, visitor.is_email_proven = email, who.is_email_proven
    visitor.changed_at = clock.now()
    visitor.save(update_fields=["name", "email", "is_email_proven", "changed_at"])


def _address(said: object) -> str:
    address = one_line(str(said or ""))[:320]
    try:
        validate_email(address)
    except ValidationError:
        return ""
    return address


def _short(said: Mapping[Any, Any]) -> dict[str, Any]:
    """As much of it as anybody reads: plain values under short names."""
    plain = {one_line(str(name))[:60]: value for name, value in list(said.items())[:_MOST_ATTRIBUTES]}
    return {
        name: value if isinstance(value, bool | int | float) else one_line(str(value))[:300]
        for name, value in plain.items()
        if value is not None
    }
