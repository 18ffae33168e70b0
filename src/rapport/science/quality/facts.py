"""How a conversation went, in numbers: who wrote how much, how long each waited, how it ended, and what was checked."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from rapport.science.quality.checking import CHECKS, checks
from rapport.science.quality.conversation import Conversation
from rapport.science.quality.reading import Reader, content

CHECKED = tuple(name for name in CHECKS if name != "name")


def facts_of(conversations: Sequence[Conversation], encoder: Any = None) -> pd.DataFrame:
    """One row a conversation; NaN where a time is not known or a check does not apply."""
    table = pd.DataFrame([_facts(one, encoder) for one in conversations])
    return table.astype({name: float for name in table.columns if name != "last_word"})


def _facts(talk: Conversation, encoder: Any) -> dict[str, Any]:
    reader = Reader(talk)
    customer, agent = talk.by("customer"), talk.by("agent")
    last = talk.turns[-1].author if talk.turns else "customer"
    found = {check.name: check.passed for check in checks(talk, encoder=encoder)}
    return {
        "turns": len(talk.turns),
        "customer_turns": len(customer),
        "agent_turns": len(agent),
        "bot_turns": len(talk.by("bot")),
        "customer_letters": sum(len(talk.turns[turn].text) for turn in customer),
        "agent_letters": sum(len(talk.turns[turn].text) for turn in agent),
        "last_word": last,
        "thanks_at_the_end": bool(reader.first("thanks", customer[-1:])),
        "unsolved_at_the_end": bool(reader.first("unsolved", customer[-1:])),
        "asks_at_the_end": bool(last == "customer" and reader.first("asks", customer[-1:])),
        "complaints": reader.count("complaint", customer),
        "repeats": _repeats(reader, customer),
        "reopened": talk.reopened,
        **_times(talk),
        **{f"check_{name}": np.nan if found[name] is None else float(bool(found[name])) for name in CHECKED},
    }


def _repeats(reader: Reader, customer: list[int]) -> int:
    """How often the customer says much the same again."""
    said: list[set[str]] = []
    times = 0
    for turn in customer:
        words = content(reader.texts[turn])
        if len(words) >= 3 and any(len(words & before) >= 0.6 * min(len(words), len(before)) for before in said):
            times += 1
        if len(words) >= 3:
            said.append(words)
    return times


def _times(talk: Conversation) -> dict[str, float]:
    """Minutes to the first answer of a person, of the longest wait of the customer, and hours of silence and in all."""
    names = ("first_response_minutes", "longest_wait_minutes", "longest_silence_hours", "duration_hours")
    at = [turn.at for turn in talk.turns]
    if not at or any(not isinstance(one, datetime) for one in at):
        return dict.fromkeys(names, np.nan)
    try:
        seconds = [(one - at[0]).total_seconds() for one in at if one is not None and at[0] is not None]
    except TypeError:
        raise ValueError("The times of one conversation all have a time zone, or none has.") from None
    asked: float | None = None
    first, longest = np.nan, 0.0
    for turn, moment in zip(talk.turns, seconds, strict=True):
        if turn.author == "customer":
            asked = moment if asked is None else asked
        elif turn.author == "agent" and asked is not None:
            wait = max(0.0, moment - asked) / 60
            first = wait if np.isnan(first) else first
            longest, asked = max(longest, wait), None
    silence = max((max(0.0, b - a) for a, b in pairwise(seconds)), default=0.0)
    return dict(zip(names, (first, longest, silence / 3600, (max(seconds) - min(seconds)) / 3600), strict=True))
