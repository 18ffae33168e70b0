"""Taking a move back: what came with it goes, unless somebody here touched it since.

Nobody is told, as nobody was when it came. Gaps that were filled in customers who were here before stay filled.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from rapport.automation.models import Macro
from rapport.backbone import files, search
from rapport.backbone.events import announce
from rapport.conversations.models import Attachment, Conversation, Draft, Message
from rapport.customers.fields import CustomerValue
from rapport.customers.models import Company, Customer, Identity, ImportedRow
from rapport.exchange.moving_in.announcements import MoveInUndone
from rapport.exchange.moving_in.models import MovedThing, MoveIn, MoveState
from rapport.exchange.moving_in.types import Kind
from rapport.exchange.moving_in.writing import articles
from rapport.kit import clock

_AT_ONCE = 100
# Those that refer to others go before these.
_ORDER = (Kind.CONVERSATIONS, Kind.CUSTOMERS, Kind.COMPANIES, Kind.MACROS, Kind.ARTICLES)


def go_on(move: MoveIn, *, deadline: float) -> bool:
    """Chunk by chunk; what a chunk took is noted no longer. Answers whether it is over."""
    for kind in _ORDER:
        while _some(move, kind):
            if clock.monotonic() > deadline:
                return False
    with transaction.atomic():
        held = MoveIn.objects.select_for_update(of=("self",)).get(pk=move.pk)
        if held.state == MoveState.UNDOING:
            MovedThing.objects.filter(move=held).delete()
            said: dict[str, Any] = {
                "state": MoveState.UNDONE,
                "cursors": {},
                "finished_kinds": [],
                "counts": {},
                "begun_at": None,
            }
            MoveIn.objects.filter(pk=held.pk).update(touched_at=clock.now(), **said)
            news = MoveInUndone(
                held.pk, source=held.source, taken_back=held.taken_back, kept=held.kept, by=held.undone_by_id
            )
            announce(news, subject=f"move-in:{held.pk}")
    return True


@transaction.atomic
def _some(move: MoveIn, kind: Kind) -> bool:
    held = MoveIn.objects.select_for_update(of=("self",)).get(pk=move.pk)
    if held.state != MoveState.UNDOING:
        return False
    things = list(MovedThing.objects.filter(move=held, kind=kind, is_new=True).order_by("-id")[:_AT_ONCE])
    if not things:
        return False
    gone = _REMOVE[kind](things)
    MovedThing.objects.filter(pk__in=[thing.pk for thing in things]).delete()
    counts = {"taken_back": F("taken_back") + gone, "kept": F("kept") + len(things) - gone}
    MoveIn.objects.filter(pk=held.pk).update(touched_at=clock.now(), **counts)
    return True


def _conversations(things: Sequence[MovedThing]) -> int:
    came = {thing.ours: thing.at for thing in things}
    held = Conversation.objects.select_for_update(of=("self",)).order_by("pk").filter(pk__in=came)
    drafted = set(Draft.objects.filter(conversation__in=came).values_list("conversation", flat=True))
    untouched = {row.pk for row in held if row.updated_at <= came[row.pk] and row.pk not in drafted}
    untouched -= set(Conversation.objects.filter(merged_into__in=came).values_list("merged_into", flat=True))
    messages = Message.objects.filter(conversation__in=untouched)
    search.remove(messages.values_list("pk", flat=True))
    attached = set(Attachment.objects.filter(message__conversation__in=untouched).values_list("file_id", flat=True))
    Conversation.objects.filter(pk__in=untouched).delete()
    files.forget(attached)
    return len(untouched)


def _customers(things: Sequence[MovedThing]) -> int:
    came = {thing.ours: thing.at for thing in things}
    held = Customer.objects.select_for_update(of=("self",)).order_by("pk").filter(pk__in=came, merged_into=None)
    untouched = {row.pk for row in held if row.updated_at <= came[row.pk]} - _busy(came)
    Customer.objects.filter(pk__in=untouched).delete()
    return len(untouched)


def _busy(came: dict[int, datetime]) -> set[int]:
    """With whom something else happened: a conversation, an order, another address, a value of a field."""
    found: set[int] = set()
    for field in _relations(Customer, (Identity, CustomerValue, ImportedRow)):
        rows = field.model._base_manager.filter(**{f"{field.name}__in": came})
        found.update(rows.values_list(field.attname, flat=True))
    addresses = Identity.objects.filter(customer__in=came).values_list("customer", "created_at", "verified_at")
    found.update(pk for pk, at, verified in addresses if verified or at > came[pk])
    said = CustomerValue.objects.filter(owner__in=came).values_list("owner", "at")
    found.update(pk for pk, at in said if pk and at > came[pk])
    return found


def _companies(things: Sequence[MovedThing]) -> int:
    made = {thing.ours for thing in things}
    for field in _relations(Company, ()):
        used = field.model._base_manager.filter(**{f"{field.name}__in": made})
        made -= set(used.values_list(field.attname, flat=True))
    made = set(Company.objects.filter(pk__in=made).values_list("pk", flat=True))
    Company.objects.filter(pk__in=made).delete()
    return len(made)


def _macros(things: Sequence[MovedThing]) -> int:
    came = {thing.ours: thing.at for thing in things}
    rows = Macro.objects.filter(pk__in=came, uses=0).filter(Q(deleted_at=None))
    untouched = {row.pk for row in rows if row.updated_at <= came[row.pk]}
    Macro.objects.filter(pk__in=untouched).delete()
    return len(untouched)


def _articles(things: Sequence[MovedThing]) -> int:
    """The files are beside the database: they go when nothing can fail any more."""
    for thing in things:
        transaction.on_commit(lambda thing=thing: articles.remove(thing.account, thing.key))  # type: ignore[misc]
    return len(things)


def _relations(model: Any, own: Sequence[Any]) -> Iterator[Any]:
    for relation in model._meta.get_fields(include_hidden=True):
        is_theirs = relation.auto_created and (relation.one_to_many or relation.one_to_one)
        if is_theirs and relation.related_model not in own:
            yield relation.field


_REMOVE: dict[Kind, Callable[[Sequence[MovedThing]], int]] = {
    Kind.CONVERSATIONS: _conversations,
    Kind.CUSTOMERS: _customers,
    Kind.COMPANIES: _companies,
    Kind.MACROS: _macros,
    Kind.ARTICLES: _articles,
}
