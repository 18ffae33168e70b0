"""Mails of one topic, put together from its patterns."""

from collections.abc import Mapping
from random import Random
from typing import Any

from rapport.site.demo.grammar import pick
from rapport.site.demo.scene import Book, Scene

# Words that promise a file, so that one is there when a mail speaks of it and not otherwise.
_PROMISES = ("attach", "photo", "附", "照片", "截图", "日志在", "Anhang")


class Composer:
    """Writes both sides of one conversation about one topic."""

    def __init__(
        self,
        scene: Scene,
        shared: Book,
        topic: Book,
        words: Mapping[str, str],
        dice: Random,
        *,
        mood: str,
        trade: bool,
    ) -> None:
        self._moods = scene.says["moods"]
        self._shared = shared
        self._topic = topic
        self._words = words
        self._dice = dice
        self._mood = mood
        self._trade = trade
        self._followed = 0
        self._answered = False

    def subject(self) -> str:
        text = self._say(self._topic["subjects"])
        return text[:1].upper() + text[1:]

    def opening(self) -> str:
        dice = self._dice
        details = dice.sample(self._topic["details"], k=dice.choice((0, 1, 1, 2)))
        lines = [self._say(self._topic["opening"]), *(self._say([detail]) for detail in details)]
        ask = self._say(self._topic["asks"])
        feeling = self._say(self._shared[self._feeling()])
        body = self._join(lines)
        rest = self._join([ask, feeling])
        body = f"{body}\n\n{rest}" if dice.random() < 0.5 else self._join([body, rest])
        signature = self._shared["trade_signoffs" if self._trade else "signoffs"]
        return _letter(self._say(self._shared["greetings"]), body, self._say(signature))

    def written(self, part: str) -> str:
        """What the customer writes later: shorter, as people do."""
        text = self._part(part)
        if self._dice.random() < 0.35:
            return f"{text}\n\n{self._words['first']}"
        return text

    def answer(self, part: str) -> str:
        """What an agent writes: a greeting, regret where it fits, the matter, an offer and a name."""
        text = self._part(part)
        sorry = self._say(self._shared["agent_sorry"]) if part == "answers" and self._mood != "calm" else ""
        greeting = self._say(self._shared["agent_greetings_again" if self._answered else "agent_greetings"])
        self._answered = True
        closing = self._say(self._shared["agent_closings"]) if part in ("answers", "finals") else ""
        body = self._join([sorry, text])
        body = f"{body}\n\n{closing}" if closing else body
        return _letter(greeting, body, self._say(self._shared["agent_signoffs"]))

    def note(self) -> str:
        return self._say(self._topic["notes"])

    def comment(self, score: int) -> str:
        fitting = [one for one in self._shared["comments"][str(score)] if self._concerns_us(one)]
        return self._say(fitting) if fitting else ""

    def files_with(self, text: str) -> tuple[str, ...]:
        """The files a customer's mail speaks of."""
        offered = self._topic.get("files", ())
        if not offered or not any(word in text for word in _PROMISES):
            return ()
        return (self._dice.choice(offered),)

    def agent_files_with(self, text: str) -> tuple[str, ...]:
        offered = self._topic.get("agent_files", ())
        return (self._dice.choice(offered),) if offered and any(word in text for word in _PROMISES) else ()

    def _concerns_us(self, comment: str) -> bool:
        return all(
            self._topic["key"] == key
            for key, words in self._moods.get("only_about", {}).items()
            if any(word in comment for word in words)
        )

    def _feeling(self) -> str:
        """Whose day depends on it says so; who waits for a paper is only in a hurry."""
        return "pressed" if self._mood == "worried" and self._topic["team"] != self._moods["team"] else self._mood

    def _part(self, part: str) -> str:
        """One of the topic's own sentences, or of those that fit every topic; a final answers what came before it."""
        if part == "again" and self._topic["team"] != self._moods["team"]:
            part = "once_more"
        patterns = self._topic.get(part) or self._shared[part]
        if part == "followups":
            self._followed = self._dice.randrange(len(patterns))
            return self._say([patterns[self._followed]])
        if part == "finals":
            return self._say([patterns[self._followed % len(patterns)]])
        return self._say(patterns)

    def _say(self, patterns: Any) -> str:
        return pick(patterns, self._words, self._dice)

    def _join(self, sentences: list[str]) -> str:
        spoken = [sentence for sentence in sentences if sentence]
        # Chinese sentences follow each other without a space.
        space = "" if any("\u4e00" <= character <= "\u9fff" for character in "".join(spoken)) else " "
        return space.join(spoken)


def _letter(greeting: str, body: str, signature: str) -> str:
    return "\n\n".join(part for part in (greeting, body, signature) if part)
