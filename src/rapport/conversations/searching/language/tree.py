"""What was asked, as a tree."""

import re
from collections.abc import Iterator, Mapping
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


def in_words(node: Node, names: Mapping[str, str] | None = None) -> str:
    """What a person would type to ask this; `parse` makes the same tree of it. `names` are others for operators."""
    return _Saying(names or {}).said(node)


@dataclass(frozen=True)
class _Saying:
    names: Mapping[str, str]

    def said(self, node: Node) -> str:
        if isinstance(node, Word):
            return f'"{node.text}"' if node.is_quoted else node.text
        if isinstance(node, Asked):
            return self.asked(node)
        if isinstance(node, Not):
            return "-" + self.enclosed(node.part)
        if isinstance(node, Any):
            return " OR ".join(map(self.enclosed, node.parts))
        return " ".join(f"({self.said(part)})" if isinstance(part, Any) else self.said(part) for part in node.parts)

    def asked(self, asked: Asked) -> str:
        if asked.name == "number" and asked.value.isdecimal():
            return f"#{asked.value}"
        value = asked.value if _PLAIN.fullmatch(asked.value) else f'"{asked.value}"'
        return f"{self.names.get(asked.name, asked.name)}:{value}"

    def enclosed(self, node: Node) -> str:
        return f"({self.said(node)})" if isinstance(node, (All, Any)) else self.said(node)


def words_in(node: Node) -> Iterator[Word]:
    """The words that are looked for, not those that are left out."""
    if isinstance(node, Word):
        yield node
    elif isinstance(node, (All, Any)):
        for part in node.parts:
            yield from words_in(part)
