"""What was asked, as a tree."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

# What could be read as something else behind a colon stands in quotes.
_PLAIN = re.compile(r"(?!(?:OR|AND|NOT|last|this|past|或者?|并且|\d+)$)[^\W_][\w.@+%-]*", re.IGNORECASE)


@dataclass(frozen=True)
class Word:
    """A word, or in quotes several in this order."""

    text: str
    is_quoted: bool = False


@dataclass(frozen=True)
class Asked:
    """An operator by its English name, and what stands behind its colon."""

    name: str
    value: str


@dataclass(frozen=True)
class Not:
    part: "Node"


@dataclass(frozen=True)
class All:
    """Every part is true. Without a part nothing is asked."""

    parts: tuple["Node", ...] = ()


@dataclass(frozen=True)
class Any:
    parts: tuple["Node", ...]


Node = Word | Asked | Not | All | Any


def together(kind: type[All] | type[Any], parts: list[Node]) -> Node:
    """The parts as one node: what is of the same kind is taken apart, and one alone stands for itself."""
    flat: list[Node] = []
    for part in parts:
        inner = part.parts if isinstance(part, (All, Any)) and (isinstance(part, kind) or not part.parts) else (part,)
        flat.extend(each for each in inner if each not in flat)
    return flat[0] if len(flat) == 1 else kind(tuple(flat)) if flat else All()


def turned(part: Node) -> Node:
    """The opposite; of nothing nothing, and twice is not at all."""
    if isinstance(part, Not):
        return part.part
    return part if part == All() else Not(part)


def in_words(node: Node) -> str:
    """What a person would type to ask this; `parse` makes the same tree of it."""
    if isinstance(node, Word):
        return f'"{node.text}"' if node.is_quoted else node.text
    if isinstance(node, Asked):
        if node.name == "number" and node.value.isdecimal():
            return f"#{node.value}"
        return f"{node.name}:{node.value}" if _PLAIN.fullmatch(node.value) else f'{node.name}:"{node.value}"'
    if isinstance(node, Not):
        return "-" + _enclosed(node.part)
    if isinstance(node, Any):
        return " OR ".join(map(_enclosed, node.parts))
    return " ".join(f"({in_words(part)})" if isinstance(part, Any) else in_words(part) for part in node.parts)


def words_in(node: Node) -> Iterator[Word]:
    """The words that are looked for, not those that are left out."""
    if isinstance(node, Word):
        yield node
    elif isinstance(node, (All, Any)):
        for part in node.parts:
            yield from words_in(part)


def _enclosed(node: Node) -> str:
    return f"({in_words(node)})" if isinstance(node, (All, Any)) else in_words(node)
