"""From what is asked to ways of finding it: each a question to the index, with conditions on what that answers.

What is asked becomes alternatives, of which each part is true; alternatives that differ only in words, or only in
conditions, are asked as one. Most searches are a single way.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Union

from django.db.models import Q

from rapport.backbone.search import OneOf, Phrase, Query

MOST_ALTERNATIVES = 32


class TooManyAlternatives(ValueError):
    """So many ORs stand beside each other that nobody could mean them."""


@dataclass(frozen=True, eq=False)
class Leaf:
    """One thing asked: of the index, of the message, of its conversation. `opposite` is what a minus makes of it.

    `is_narrow` says that few conversations are like that, and that an index finds them; `is_junk` that these are
    junk, which nothing else finds.
    """

    said: Phrase | OneOf | None = None
    message: Q | None = None
    conversation: Q | None = None
    is_narrow: bool = False
    is_junk: bool = False
    is_negated: bool = False
    opposite: "Formula | None" = None


@dataclass(frozen=True, eq=False)
class Every:
    parts: Sequence["Formula"]


@dataclass(frozen=True, eq=False)
class Some:
    parts: Sequence["Formula"]


Formula = Union[Leaf, Every, Some]  # noqa: UP007  # `|` cannot stand beside a name in quotes


@dataclass(frozen=True)
class Way:
    """Without `queries` conversations are listed as they are, but for those in which something of `without` is said."""

    queries: tuple[Query, ...] = ()
    without: tuple[Phrase | OneOf, ...] = ()
    messages: tuple[Q, ...] = ()
    conversations: Q = field(default_factory=Q)
    is_narrow: bool = False
    is_junk: bool = False


def opposite(formula: Formula) -> Formula:
    if isinstance(formula, Every):
        return Some([opposite(part) for part in formula.parts])
    if isinstance(formula, Some):
        return Every([opposite(part) for part in formula.parts])
    return formula.opposite or replace(formula, is_negated=not formula.is_negated)


def ways(formula: Formula) -> list[Way]:
    """How to find it. Raises TooManyAlternatives."""
    alternatives = list(_alternatives(_gathered(formula)))
    by_words: dict[tuple[object, ...], list[Way]] = {}
    for leaves in alternatives:
        way = _way(leaves)
        by_words.setdefault((way.queries, way.without, way.is_junk, *map(id, way.messages)), []).append(way)
    made = [_joined(same) for same in by_words.values()]
    plain = [way for way in made if way.queries and not way.conversations and not way.messages]
    if len(plain) > 1:
        made = [Way(tuple(query for way in plain for query in way.queries)), *(way for way in made if way not in plain)]
    return made


def _gathered(formula: Formula) -> Formula:
    """Alternatives that are words alone as one question to the index."""
    if isinstance(formula, Leaf):
        return formula
    parts = [_gathered(part) for part in formula.parts]
    if isinstance(formula, Every):
        return Every(parts)
    words = [part.said for part in parts if isinstance(part, Leaf) and _is_words(part)]
    if len(words) < 2:
        return Some(parts)
    phrases = tuple(each for said in words if said for each in (said.phrases if isinstance(said, OneOf) else (said,)))
    others = [part for part in parts if not (isinstance(part, Leaf) and _is_words(part))]
    one = Leaf(said=OneOf(phrases))
    return Some([one, *others]) if others else one


def _is_words(leaf: Leaf) -> bool:
    return leaf.said is not None and leaf.message is None and leaf.conversation is None and not leaf.is_negated


def _alternatives(formula: Formula) -> Iterator[tuple[Leaf, ...]]:
    if isinstance(formula, Leaf):
        return iter([(formula,)])
    each = [list(_alternatives(part)) for part in formula.parts]
    if isinstance(formula, Some):
        found = [leaves for part in each for leaves in part]
    else:
        count = 1
        for part in each:
            count *= len(part)
        if count > MOST_ALTERNATIVES:
            raise TooManyAlternatives
        found = [tuple(leaf for leaves in chosen for leaf in leaves) for chosen in product(*each)]
    if len(found) > MOST_ALTERNATIVES:
        raise TooManyAlternatives
    return iter(found)


def _way(leaves: tuple[Leaf, ...]) -> Way:
    wanted = tuple(leaf.said for leaf in leaves if leaf.said and not leaf.is_negated)
    unwanted = tuple(leaf.said for leaf in leaves if leaf.said and leaf.is_negated)
    conditions = Q()
    for leaf in leaves:
        if leaf.conversation is not None:
            conditions &= ~leaf.conversation if leaf.is_negated else leaf.conversation
    return Way(
        queries=(Query(wanted, unwanted),) if wanted else (),
        without=() if wanted else unwanted,
        messages=tuple(leaf.message for leaf in leaves if leaf.message is not None),
        conversations=conditions,
        is_narrow=any(leaf.is_narrow and not leaf.is_negated for leaf in leaves),
        is_junk=any(leaf.is_junk and not leaf.is_negated for leaf in leaves),
    )


def _joined(same: Sequence[Way]) -> Way:
    """The same words under one condition or another; where one of them asks none, none is asked."""
    either = Q()
    if all(way.conversations for way in same):
        for way in same:
            either |= way.conversations
    return replace(same[0], conversations=either, is_narrow=all(way.is_narrow for way in same))
