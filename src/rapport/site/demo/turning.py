"""How each conversation stands now: which are open, snoozed, with whom, and what was asked after closing."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random

from rapport.site.demo.rhythm import squeeze
from rapport.site.demo.scene import Colleague, Scene
from rapport.site.demo.story import Story, Turn

# A customer is asked at most once in this time, as the product does.
ASKED_EVERY = timedelta(days=30)


AWAY = "Thank you for your message. I am out of the office until Monday and will answer then.\n\n{first}"


def settle(stories: list[Story], scene: Scene, now: datetime, dice: Random) -> None:
    """Decide the present of every conversation that is not told by hand."""
    told = [story for story in stories if story.number is not None]
    free = [story for story in stories if story.number is None]
    _leave_unassigned(free, told, scene.scaled(scene.size.unassigned))
    _leave_open(free, told, scene, now, dice)
    _snooze(free, scene, now, dice)
    for story in stories:
        if story.state == "closed":
            _close(story, now, dice)
    _hand_over(free, scene, dice)
    _answer_by_machine(free)
    _ask(stories, now)


def _leave_unassigned(free: list[Story], told: list[Story], count: int) -> None:
    """The newest ones nobody has taken yet: only what the customer wrote."""
    missing = count - sum(story.state == "open" and not story.to for story in told)
    for story in free[-missing:]:
        story.turns = story.turns[:1]
        story.state, story.to, story.is_unread = "open", "", True
        story.rating = None


def _leave_open(free: list[Story], told: list[Story], scene: Scene, now: datetime, dice: Random) -> None:
    """As many open ones for each colleague as the design shows, the younger the likelier."""
    for colleague in scene.colleagues:
        missing = scene.scaled(colleague.open) - sum(
            story.state == "open" and story.to == colleague.key for story in told
        )
        for _ in range(missing):
            story = _one_of_late(free, scene, colleague, now, dice) or _one_of(free, now, dice, colleague.key)
            _sign(story, scene, colleague)
            story.state, story.to, story.rating = "open", colleague.key, None
            waits_for_us = dice.random() < 0.55
            _stop(story, waits_for_us, now, dice)
            story.is_unread = waits_for_us and dice.random() < 0.5


def _snooze(free: list[Story], scene: Scene, now: datetime, dice: Random) -> None:
    for place in range(scene.scaled(scene.size.snoozed)):
        story = _one_of_late(free, scene, None, now, dice) or _one_of(free, now, dice, "")
        story.state, story.rating = "snoozed", None
        _stop(story, False, now, dice)
        story.snoozed_at = story.turns[-1].at + timedelta(minutes=4)
        story.snoozed_until = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=3 + 19 * place)


def _one_of(free: list[Story], now: datetime, dice: Random, key: str) -> Story:
    """A conversation that may still be open: of the last days, with an answer in it, and of this colleague if any."""
    candidates = [
        story
        for story in free[-420:]
        if story.state == "closed"
        and any(turn.by and not turn.is_note for turn in story.turns)
        and now - story.began_at > timedelta(hours=3)
    ]
    theirs = [story for story in candidates[-120:] if story.to == key]
    candidates = theirs or candidates[-120:]
    ages = [(now - story.began_at).total_seconds() / 86400 for story in candidates]
    return dice.choices(candidates, [1 / (0.4 + age) ** 1.6 for age in ages])[0]


def _one_of_late(
    free: list[Story], scene: Scene, colleague: Colleague | None, now: datetime, dice: Random
) -> Story | None:
    """One of the last days, for a company whose mail is thin; whoever takes it over speaks the language."""
    if scene.size.open_days is None:
        return None
    latest = now - timedelta(days=scene.size.open_days)
    found = [
        story
        for story in free
        if latest < story.began_at < now - timedelta(hours=3)
        and story.state == "closed"
        and (colleague is None or ("chinese" in colleague.skills) == (story.person.language == "zh-hans"))
        and any(turn.by and not turn.is_note for turn in story.turns)
    ]
    theirs = [story for story in found if colleague and story.to == colleague.key]
    if not found:
        return None
    ages = [(now - story.began_at).total_seconds() / 86400 for story in theirs or found]
    return dice.choices(theirs or found, [1 / (0.4 + age) for age in ages])[0]


def _sign(story: Story, scene: Scene, colleague: Colleague) -> None:
    """What was told of another colleague is told of this one."""
    other = next(one for one in scene.colleagues if one.key == story.to)
    if other is colleague or scene.size.open_days is None:
        return
    story.turns = [replace(turn, text=turn.text.replace(other.name, colleague.name)) for turn in story.turns]


def _stop(story: Story, waits_for_us: bool, now: datetime, dice: Random) -> None:
    """Cut it where the customer wrote last, or where we did; what ended and came back has only begun."""
    story.turns = story.turns[: next(_comebacks(story), len(story.turns))]
    keep = len(story.turns)
    for place in range(len(story.turns) - 1, 0, -1):
        turn = story.turns[place]
        if not turn.is_note and bool(turn.by) != waits_for_us and not _is_thanks(story, place):
            keep = place + 1
            break
    else:
        keep = 1 if waits_for_us else keep
    story.turns = _in_time(story.turns[:keep], now, dice)
    if story.to:
        story.turns = [replace(turn, by=story.to) if turn.by and not turn.is_note else turn for turn in story.turns]


def _is_thanks(story: Story, place: int) -> bool:
    """A mail that ends the matter does not leave it open."""
    return place == len(story.turns) - 1 and not story.turns[place].by


def _close(story: Story, now: datetime, dice: Random) -> None:
    if story.number is None:
        story.turns = _in_time(story.turns, now - timedelta(minutes=10), dice)
    last = [turn for turn in story.turns if not turn.is_note][-1]
    for place in _comebacks(story):
        before, after = story.turns[place - 1], story.turns[place]
        story.closures.append((before.at + timedelta(minutes=dice.randint(5, 90)), after.at))
    ended = last.at + timedelta(minutes=dice.randint(2, 240) if not last.by else dice.randint(1, 5))
    story.closures.append((min(ended, now - timedelta(minutes=3)), None))


def _comebacks(story: Story) -> Iterator[int]:
    """Where a customer wrote again long after the matter had ended."""
    for place, (before, after) in enumerate(pairwise(story.turns), 1):
        if not before.by and not after.by and after.at - before.at > timedelta(days=1, hours=22):
            yield place


def _hand_over(free: list[Story], scene: Scene, dice: Random) -> None:
    """Some conversations began with a colleague who passed them on."""
    for story in free:
        answers = [turn for turn in story.turns if turn.by and not turn.is_note]
        if story.to and len(answers) > 1 and dice.random() < 0.12:
            earlier = dice.choice([colleague.key for colleague in scene.colleagues if colleague.key != story.to])
            story.handed_over_from = earlier
            story.handed_over_at = answers[0].at - timedelta(minutes=1)


def _answer_by_machine(free: list[Story]) -> None:
    """A few customers are away, and their mail programs say so."""
    for story in [story for story in free if story.state == "closed" and story.person.language == "en"][::190]:
        place = next(place for place, turn in enumerate(story.turns) if turn.by and not turn.is_note)
        at = story.turns[place].at + timedelta(seconds=40)
        if place + 1 < len(story.turns) and story.turns[place + 1].at <= at:
            continue
        story.turns.insert(place + 1, Turn(at, "", AWAY.format(first=story.person.first), is_automatic=True))


def _ask(stories: list[Story], now: datetime) -> None:
    """Ask whoever was not asked in the 30 days before, once all is closed; what is told by hand comes first."""
    asked: dict[int, list[datetime]] = {}
    for story in sorted(stories, key=lambda story: (not _is_rated_by_hand(story), _ended(story, now))):
        if story.state != "closed":
            story.rating = None
            continue
        closed = _ended(story, now)
        others = asked.setdefault(story.person.key, [])
        if any(abs(closed - other) < ASKED_EVERY for other in others):
            story.rating, story.comment = None, ""
            continue
        others.append(closed)
        story.is_asked = True
        if story.rating is not None:
            story.rated_at = min(closed + timedelta(hours=3, minutes=story.person.key % 50), now - timedelta(minutes=2))


def _is_rated_by_hand(story: Story) -> bool:
    return story.number is not None and story.rating is not None


def _ended(story: Story, now: datetime) -> datetime:
    return story.closures[-1][0] if story.closures else now


def _in_time(turns: list[Turn], now: datetime, dice: Random) -> list[Turn]:
    """The turns, none later than now; those that would be end at some moment since they began."""
    latest = now - min((now - turns[0].at) * dice.uniform(0.05, 0.7), timedelta(hours=dice.uniform(0.2, 9)))
    times = [turn.at for turn in turns]
    times = squeeze(times, latest) if times[-1] > now - timedelta(minutes=6) else times
    return [replace(turn, at=at) for turn, at in zip(turns, times, strict=True)]
