"""Finding words in a turn: what somebody else is quoted with does not count."""

import re
from collections.abc import Callable

from rapport.science.quality.conversation import Conversation, languages
from rapport.science.quality.results import Evidence
from rapport.science.quality.words import pattern

_QUOTED = re.compile(
    r"^[ \t]*>.*$"  # lines of an earlier mail
    r"|^On .{5,80} wrote:[\s\S]*|^-{2,}\s*(?:Original|Forwarded)[\s\S]*|^在.{4,40}写道[：:][\s\S]*"
    r"|(?<!\w)\"[^\"\n]{2,300}\"|“[^“”\n]{2,300}”|「[^」\n]{1,300}」|『[^』\n]{1,300}』|(?<!\w)'[^'\n]{8,300}'(?!\w)",
    re.M,
)
_STRAIGHT = str.maketrans({"’": "'", "‘": "'", "´": "'", "`": "'"})


def plain(text: str) -> str:
    """The text at the same places, with straight apostrophes and blanks where others are quoted."""
    return _QUOTED.sub(lambda found: re.sub(r"\S", " ", found[0]), text.translate(_STRAIGHT))


class Reader:
    """Looks for words in the turns of one conversation, each in its own language or in a given one."""

    def __init__(self, conversation: Conversation, language: str | None = None) -> None:
        if language not in (None, "en", "zh"):
            raise ValueError(f'The language is "en", "zh" or None for whichever a turn is in, not {language!r}.')
        self.conversation = conversation
        self.texts = [plain(turn.text) for turn in conversation.turns]
        self.languages = [(language,) if language else languages(text) for text in self.texts]

    def find(self, name: str, turn: int, *, unless: str = "") -> Evidence | None:
        """The first place in a turn where `name` stands, other than inside of a place where `unless` stands."""
        for language in self.languages[turn]:
            no = [one.span() for one in pattern(unless, language).finditer(self.texts[turn])] if unless else []
            for one in pattern(name, language).finditer(self.texts[turn]):
                if not any(start < one.end() and one.start() < end for start, end in no):
                    return self.evidence(turn, one.start(), one.end())
        return None

    def first(self, name: str, turns: list[int], *, unless: str = "") -> Evidence | None:
        return self._any(turns, lambda turn: self.find(name, turn, unless=unless))

    def count(self, name: str, turns: list[int]) -> int:
        """How often it stands in these turns."""
        return sum(
            len(pattern(name, language).findall(self.texts[turn]))
            for turn in turns
            for language in self.languages[turn]
        )

    def last_question(self, turn: int) -> Evidence | None:
        """The question that a turn ends with."""
        found = re.search(r"[^.!?。！？\n]{2,}[?？]\s*$", self.texts[turn])
        return None if found is None else self.evidence(turn, *found.span())

    def can_read(self, turns: list[int]) -> bool:
        """Whether at least one of the turns is in a language whose words are known."""
        return any(self.languages[turn] for turn in turns)

    def evidence(self, turn: int, start: int, end: int) -> Evidence:
        return Evidence(turn, start, end, self.conversation.turns[turn].text[start:end])

    @staticmethod
    def _any(turns: list[int], look: Callable[[int], Evidence | None]) -> Evidence | None:
        return next((found for turn in turns if (found := look(turn)) is not None), None)


def content(text: str) -> set[str]:
    """The words that carry meaning: longer Latin words by their beginnings, and pairs of Chinese characters."""
    latin = {word[:6] for word in re.findall(r"[a-z]{4,}", text.lower()) if word not in _EMPTY}
    chinese = re.findall(r"[\u3400-\u9fff]+", text)
    return latin | {part[place : place + 2] for part in chinese for place in range(len(part) - 1)} - _EMPTY


_EMPTY = frozenset(
    "your with that this have from will would could should about please thank thanks hello dear very been they them "
    "what when where which there here just also some more than then into does were "
    "请问 您好 你好 谢谢 这个 那个 我们 可以 怎么 什么 一下 没有 的话".split()
)
