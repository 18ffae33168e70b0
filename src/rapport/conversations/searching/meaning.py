"""What each operator means here: who is called so, which tags there are. What is not understood becomes words again."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from rapport.backbone.search import OneOf, Phrase, marked, phrase
from rapport.conversations.filtering import Vocabulary
from rapport.conversations.models import Tag
from rapport.conversations.searching.language import (
    VALUES,
    All,
    Any,
    Asked,
    Node,
    Not,
    Word,
    days_in_words,
    in_words,
    nearest,
    words_in,
)
from rapport.conversations.searching.language.days import EARLIEST
from rapport.conversations.searching.plans import Every, Formula, Leaf, Some, opposite
from rapport.conversations.types import Status
from rapport.customers.models import Customer
from rapport.customers.queries import called
from rapport.kit import clock
from rapport.team.models import Agent

MOST_CALLED = 200


@dataclass(frozen=True)
class Note:
    """What was not understood, as a sentence; `instead` is the search that was probably meant, and `word` its word."""

    text: str
    word: str = ""
    instead: str = ""


@dataclass
class Meaning:
    """Reads a tree for one agent. `notes` are what there is to say about it."""

    agent: Agent
    tree: Node
    notes: list[Note] = field(default_factory=list)
    vocabulary: Vocabulary = field(default_factory=Vocabulary)
    last: Word | None = None

    def formula(self) -> Formula | None:
        """None when nothing is asked."""
        self.last = next(iter([*words_in(self.tree)][::-1]), None)
        return self.of(self.tree)

    def of(self, node: Node) -> Formula | None:
        if isinstance(node, Word):
            return self.word(node)
        if isinstance(node, Asked):
            return self.asked(node)
        if isinstance(node, Not):
            inner = self.of(node.part)
            return opposite(inner) if inner else None
        parts = [made for part in node.parts if (made := self.of(part)) is not None]
        if len(parts) < 2:
            return parts[0] if parts else None
        return Some(parts) if isinstance(node, Any) else Every(parts)

    def word(self, word: Word) -> Formula | None:
        said = phrase(word.text, may_be_unfinished=word is self.last and not word.is_quoted)
        return Leaf(said=said) if said else None

    def asked(self, asked: Asked) -> Formula | None:
        return _MEANS[asked.name](self, asked)

    def as_words(self, asked: Asked, sentence: str = "", known: Iterable[str] = ()) -> Formula | None:
        """Look for what was not understood as words, and say so."""
        meant = nearest(asked.value, list(known))
        if sentence:
            instead = in_words(_replaced(self.tree, asked, Asked(asked.name, meant))) if meant else ""
            self.notes.append(Note(sentence % {"name": asked.value}, meant or "", instead))
        return self.word(Word(asked.value))


def _people(kind: str) -> Callable[[Meaning, Asked], Formula | None]:
    def means(meaning: Meaning, asked: Asked) -> Formula | None:
        me = VALUES["assignee"].get(asked.value.casefold()) == "me"
        if me:
            mark = f"writer{meaning.agent.pk}" if kind == "by" else None
            said: Phrase | None = Phrase((mark,), is_mark=True) if mark else marked(kind, meaning.agent.email)
        else:
            said = marked(kind, asked.value)
        if said is None:
            return None
        if kind == "by" or me:
            return Leaf(said=said)
        known = list(called(Customer.objects.order_by(), asked.value).values_list("pk", flat=True)[: MOST_CALLED + 1])
        if not known or len(known) > MOST_CALLED:
            return Leaf(said=said)
        ours = Every([Leaf(said=_mark("isout")), Leaf(conversation=Q(customer__in=known), is_narrow=True)])
        return Some([Leaf(said=said), ours])

    return means


def _of_customer(subject: str) -> Callable[[Meaning, Asked], Formula | None]:
    def means(meaning: Meaning, asked: Asked) -> Formula | None:
        found = meaning.vocabulary.find(subject)
        return Leaf(conversation=found.q("has", asked.value, meaning.agent), is_narrow=True) if found else None

    return means


def _state(meaning: Meaning, asked: Asked) -> Formula | None:
    word = VALUES["is"].get(asked.value.casefold())
    agent = meaning.agent
    states: dict[str, Callable[[], Leaf]] = {
        **{status.value: lambda status=status: Leaf(conversation=Q(status=status)) for status in Status},  # type: ignore[misc]
        "unread": lambda: _filter(meaning, "unread", True),
        "read": lambda: _filter(meaning, "unread", False),
        "unassigned": lambda: Leaf(conversation=Q(assignee=None)),
        "assigned": lambda: Leaf(conversation=Q(assignee__isnull=False)),
        "mine": lambda: Leaf(conversation=Q(assignee=agent), is_narrow=True),
        "waiting": lambda: Leaf(conversation=Q(status=Status.OPEN, waiting_since__isnull=False)),
        "urgent": lambda: _filter(meaning, "priority", ("urgent",)),
        "junk": lambda: Leaf(conversation=Q(junk_at__isnull=False), is_narrow=True, is_junk=True),
    }
    if word:
        return states[word]()
    known = [each for each in VALUES["is"] if each.isascii() == asked.value.isascii()]
    return meaning.as_words(asked, _("A conversation cannot be “%(name)s”."), known)


def _filter(meaning: Meaning, name: str, value: object) -> Leaf:
    subject = meaning.vocabulary.find(name)
    return Leaf(conversation=subject.q("is", value, meaning.agent)) if subject else Leaf()


def _named(name: str, *, is_narrow: bool = False) -> Callable[[Meaning, Asked], Formula | None]:
    """Something of the house by its name: a tag, a team, an inbox."""

    def means(meaning: Meaning, asked: Asked) -> Formula | None:
        subject = meaning.vocabulary.find(name)
        if subject is None or subject.choices is None:
            return None
        fixed = VALUES.get(name, {}).get(asked.value.casefold())
        choices = list(subject.choices())
        values = (fixed,) if fixed else _chosen(asked.value, choices)
        if not values and name == "tag":
            values = tuple(Tag.objects.filter(name__iexact=asked.value).values_list("name", flat=True))
        if values:
            return Leaf(conversation=subject.q("is", values, meaning.agent), is_narrow=is_narrow)
        known = [str(label) for value, label in choices if ":" not in value]
        return meaning.as_words(asked, _UNKNOWN[name](), known)

    return means


_UNKNOWN: dict[str, Callable[[], str]] = {
    "tag": lambda: _("There is no tag called “%(name)s”."),
    "team": lambda: _("There is no team called “%(name)s”."),
    "inbox": lambda: _("There is no inbox called “%(name)s”."),
    "channel": lambda: _("Nothing came by a channel called “%(name)s”."),
    "assignee": lambda: _("Nobody here is called “%(name)s”."),
    "priority": lambda: _("There is no priority called “%(name)s”."),
}


def _chosen(said: str, choices: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """The values called exactly so; else those of whose names a word begins so."""
    small = " ".join(said.casefold().split())
    named = [(value, str(label).casefold()) for value, label in choices]
    exact = tuple(value for value, label in named if small in (label, value.casefold()) and not value.isdecimal())
    exact = exact or tuple(value for value, label in named if label == small)
    return exact or tuple(value for value, label in named if f" {label}".find(f" {small}") >= 0 and ":" not in value)


def _subject(_meaning: Meaning, asked: Asked) -> Formula | None:
    said = phrase(asked.value, may_be_unfinished=True)
    words = Q()
    for word in asked.value.split()[:8]:
        words &= Q(subject__icontains=word)
    return Leaf(said=said, conversation=words, opposite=Leaf(conversation=~words)) if said else None


def _has(meaning: Meaning, asked: Asked) -> Formula | None:
    word = VALUES["has"].get(asked.value.casefold())
    if word == "tag":
        none = _filter(meaning, "tag", ("none:",)).conversation
        return Leaf(conversation=~none) if none is not None else None
    if word:
        return Leaf(said=_mark("hasfile" if word == "file" else "isnote"))
    return meaning.as_words(asked, _("A message cannot have “%(name)s”."), list(VALUES["has"]))


def _file(_meaning: Meaning, asked: Asked) -> Formula | None:
    said = marked("file", asked.value)
    return Leaf(said=said) if said else None


def _place(meaning: Meaning, asked: Asked) -> Formula | None:
    word = VALUES["in"].get(asked.value.casefold())
    if word:
        return Leaf(said=_mark(f"is{word}"))
    return meaning.as_words(asked, _("There is nothing called “%(name)s” to search in."), list(VALUES["in"]))


def _number(meaning: Meaning, asked: Asked) -> Formula | None:
    digits = asked.value.removeprefix("#")
    if not digits.isascii() or not digits.isdecimal():
        return meaning.as_words(asked, _("“%(name)s” is no number of a conversation."))
    return Leaf(conversation=Q(number=int(digits[:9])), is_narrow=True)


def _days(meaning: Meaning, asked: Asked) -> Formula | None:
    today = timezone.localdate(clock.now())
    found = days_in_words(asked.value, today)
    if found is None:
        return meaning.as_words(asked, _("“%(name)s” names no day. Write 2026-11-01, yesterday or last week."))
    after = found.last + timedelta(days=1)
    before_it, from_it, past_it = (
        _between(EARLIEST, found.first), _between(found.first, None), _between(after, None),
    )  # fmt: skip
    meant = {"before": before_it, "since": from_it, "after": past_it}.get(asked.name)
    other = {"before": from_it, "since": before_it, "after": _between(EARLIEST, after)}.get(asked.name)
    if meant is not None:
        return Leaf(meant.said, meant.message, opposite=other)
    within = _between(found.first, after)
    return Leaf(within.said, within.message, opposite=Some([before_it, past_it]))


def _between(first: date, end: date | None) -> Leaf:
    """Messages of these local days: by the marks of their days in UTC, and then by the moment itself."""
    begins = timezone.make_aware(datetime.combine(first, time()))
    ends = timezone.make_aware(datetime.combine(end, time())) if end else None
    moment = Q(created_at__gte=begins) & (Q(created_at__lt=ends) if ends else Q())
    last = ends or clock.now() + timedelta(days=2)
    return Leaf(
        said=OneOf(tuple(_day_marks(begins.astimezone(UTC).date(), last.astimezone(UTC).date()))), message=moment
    )


def _day_marks(first: date, last: date) -> Iterable[Phrase]:
    """As few as there can be: whole years, whole months, and days."""
    day = first
    while day <= last:
        year_end = date(day.year, 12, 31)
        month_end = date(day.year + day.month // 12, day.month % 12 + 1, 1) - timedelta(days=1)
        if day == date(day.year, 1, 1) and year_end <= last:
            yield _mark(f"y{day.year}")
            day = year_end
        elif day.day == 1 and month_end <= last:
            yield _mark(f"{day:m%Y%m}")
            day = month_end
        else:
            yield _mark(f"{day:d%Y%m%d}")
        day += timedelta(days=1)
    if first > last:
        yield _mark(f"{first:d%Y%m%d}")


def _mark(word: str) -> Phrase:
    return Phrase((word,), is_mark=True)


def _replaced(node: Node, old: Node, new: Node) -> Node:
    if node == old:
        return new
    if isinstance(node, Not):
        return Not(_replaced(node.part, old, new))
    if isinstance(node, (All, Any)):
        return type(node)(tuple(_replaced(part, old, new) for part in node.parts))
    return node


_MEANS: dict[str, Callable[[Meaning, Asked], Formula | None]] = {
    "from": _people("by"), "to": _people("to"),
    "customer": _of_customer("customer"), "company": _of_customer("company"),
    "is": _state, "tag": _named("tag", is_narrow=True), "assignee": _named("assignee", is_narrow=True),
    "team": _named("team"), "inbox": _named("inbox"), "channel": _named("channel"), "priority": _named("priority"),
    "before": _days, "after": _days, "since": _days, "on": _days, "has": _has, "file": _file, "in": _place,
    "number": _number, "subject": _subject,
}  # fmt: skip
