"""What was typed, as it is understood for one agent."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from rapport.conversations.searching.language import All, Any, Asked, Node, parse, words_in
from rapport.conversations.searching.meaning import Meaning, Note
from rapport.conversations.searching.plans import TooManyAlternatives, Way, ways
from rapport.team.models import Agent


@dataclass(frozen=True)
class Search:
    """`ways` is how it is found; none when nothing is asked."""

    typed: str
    tree: Node
    ways: tuple[Way, ...]
    notes: tuple[Note, ...] = ()

    @property
    def words(self) -> list[str]:
        """What is looked for in texts and names, not what is left out."""
        return [word.text for word in words_in(self.tree)]

    @property
    def files(self) -> list[str]:
        """What is looked for in the names of files alone."""
        parts = self.tree.parts if isinstance(self.tree, (All, Any)) else (self.tree,)
        return [part.value for part in parts if isinstance(part, Asked) and part.name == "file"]

    @property
    def number(self) -> int | None:
        """The number of a conversation, when nothing else is asked."""
        is_number = isinstance(self.tree, Asked) and self.tree.name == "number" and self.tree.value.isdecimal()
        return int(self.tree.value[:9]) if isinstance(self.tree, Asked) and is_number else None


def read(agent: Agent, typed: str) -> Search:
    """Understand a search. It never raises: what makes no sense is a note."""
    tree = parse(typed)
    meaning = Meaning(agent, tree)
    formula = meaning.formula()
    try:
        found = tuple(ways(formula)) if formula else ()
    except TooManyAlternatives:
        found = ()
        meaning.notes.append(Note(_("This asks for too much at once. Leave out some of the ORs.")))
    return Search(typed, tree, found, tuple(dict.fromkeys(meaning.notes)))
