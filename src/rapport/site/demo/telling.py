"""The story of Lampwright's last 90 days: who wrote when, about what, and how it ended."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from random import Random
from typing import Any

from rapport.site.demo import rhythm
from rapport.site.demo.cast import COLLEAGUES, Colleague, Person, crowd
from rapport.site.demo.composing import Composer, book, book_of
from rapport.site.demo.grammar import say
from rapport.site.demo.known import foreigners
from rapport.site.demo.known import people as named_people
from rapport.site.demo.known import stories as named_stories
from rapport.site.demo.story import Story, Turn
from rapport.site.demo.turning import settle
from rapport.site.demo.words import words_for

CUSTOMERS = 400
CONVERSATIONS = 1500
IN_OTHER_LANGUAGES = 28
SEED = 20417
# Besides the five that are told by hand.
ELENA_MORE = 7

# How a conversation goes, part by part: what a customer writes (`<`), what an agent answers (`>`).
_COURSES: tuple[tuple[int, tuple[str, ...]], ...] = (
    (22, ("<opening", ">answers", "<thanks")),
    (12, ("<opening", ">answers")),
    (22, ("<opening", ">questions", "<facts", ">answers", "<thanks")),
    (10, ("<opening", ">questions", "<facts", ">answers", "<thanks", ">welcomes")),
    (16, ("<opening", ">answers", "<followups", ">finals", "<thanks")),
    (6, ("<opening", "<chasers", ">answers", "<thanks")),
    (5, ("<opening", "<chasers", ">delays", ">answers", "<thanks")),
    (7, ("<opening", ">answers", "<thanks", "<again", ">finals", "<thanks")),
)


def tell(now: datetime, *, seed: int = SEED) -> tuple[list[Person], list[Story]]:
    """Everybody and everything, oldest conversation first. The same seed and moment tell the same."""
    dice = Random(seed)  # noqa: S311  # a story, no secret
    named = named_people(first_key=0)
    foreign = foreigners(first_key=len(named))
    others = crowd(CUSTOMERS - len(named) - len(foreign), dice, first_key=len(named) + len(foreign))
    by_hand = named_stories(named, now)
    begins = rhythm.moments(CONVERSATIONS - len(by_hand), now, dice)
    writers = _writers(begins, others, named, dice)
    places = dice.sample(range(len(begins) - 80), IN_OTHER_LANGUAGES)
    abroad = {place: foreign[turn % len(foreign)] for turn, place in enumerate(places)}
    stories = [
        _in_another_language(abroad[place], at, now, dice) if place in abroad else _story(writers[place], at, now, dice)
        for place, at in enumerate(begins)
    ]
    _everyone_wrote(stories, others, now, dice)
    stories = sorted([*by_hand, *stories], key=lambda story: story.began_at)
    settle(stories, now, dice)
    return [*named.values(), *foreign, *others], stories


def _writers(begins: list[datetime], others: list[Person], named: dict[str, Person], dice: Random) -> list[Person]:
    """Who writes each time: most people seldom, a few every other week; Elena as often as the design says."""
    often = [person for person in others for _ in range(min(12, int(dice.paretovariate(1.3))))]
    known = [person for key, person in named.items() if key != "elena" and person.language in ("en", "zh-hans")]
    writers = [dice.choice([*often, *known, *known]) for _ in begins]
    for place in dice.sample(range(len(begins) - 150), ELENA_MORE):
        writers[place] = named["elena"]
    return writers


def _everyone_wrote(stories: list[Story], people: Iterable[Person], now: datetime, dice: Random) -> None:
    """Give those who have not written one of the conversations of those who wrote most."""
    counts: dict[int, int] = {}
    for story in stories:
        counts[story.person.key] = counts.get(story.person.key, 0) + 1
    for person in people:
        if counts.get(person.key):
            continue
        for _ in range(200):
            place = dice.randrange(len(stories))
            donor = stories[place].person
            if counts[donor.key] > 2 and donor.language == person.language:
                counts[donor.key] -= 1
                counts[person.key] = 1
                stories[place] = _story(person, stories[place].began_at, now, dice)
                break


def _story(person: Person, at: datetime, now: datetime, dice: Random) -> Story:
    shared = book_of(person.language)
    topic = _topic(shared["topic"], person, at, now, dice)
    topic = {**topic, **_case(topic, at, now, dice)}
    colleague = _colleague(person, topic["team"], dice)
    mood = topic.get("mood") or _mood(at, now, dice)
    words = words_for(person, colleague, topic["product"], at, now, dice)
    composer = Composer(shared, topic, words, dice, mood=mood, trade=person.is_trade)
    course = dice.choices([course for _, course in _COURSES], [weight for weight, _ in _COURSES])[0]
    story = Story(person, composer.subject(), _turns(course, composer, colleague, at, now, dice), to=colleague.key)
    story.inbox = "trade" if topic.get("trade") else "support"
    incident = topic.get("incident") and rhythm.is_incident(at, now)
    story.tags = (f"Firmware {words['firmware']}",) if incident else tuple(topic["tags"])
    story.priority = 3 if mood == "angry" and dice.random() < 0.5 else 2
    _rate(story, composer, mood, dice)
    return story


def _turns(
    course: tuple[str, ...], composer: Composer, colleague: Colleague, at: datetime, now: datetime, dice: Random
) -> list[Turn]:
    turns: list[Turn] = []
    when = at
    for place, step in enumerate(course):
        side, part = step[0], step[1:]
        if place:
            when = rhythm.answer_after(when, now, dice) if side == ">" else _customer_after(part, when, dice)
        if side == ">":
            if dice.random() < 0.12:
                turns.append(Turn(when - timedelta(minutes=2), _noter(colleague, dice), composer.note(), is_note=True))
            text = composer.answer(part)
            turns.append(Turn(when, colleague.key, text, files=composer.agent_files_with(text)))
        else:
            text = composer.opening() if part == "opening" else composer.written(part)
            quote = turns[-1].text if turns and turns[-1].by and not turns[-1].is_note and dice.random() < 0.6 else ""
            in_html = dice.random() < 0.2
            files = composer.files_with(text)
            turns.append(Turn(when, "", text, quote=quote, in_html=in_html, files=files))
    return turns


def _customer_after(part: str, at: datetime, dice: Random) -> datetime:
    if part == "again":
        return at + timedelta(days=dice.uniform(2, 6))
    return at + timedelta(hours=dice.uniform(20, 44)) if part == "chasers" else rhythm.reply_after(at, dice)


def _topic(topics: list[Any], person: Person, at: datetime, now: datetime, dice: Random) -> Any:
    weights = []
    for topic in topics:
        weight = topic["weight"]
        if topic.get("trade"):
            weight = weight * 4 if person.is_trade else 0
        if topic.get("incident"):
            weight = weight * 3.2 if rhythm.is_incident(at, now) else weight * 0.35
        weights.append(weight)
    return dice.choices(topics, weights)[0]


def _case(topic: Any, at: datetime, now: datetime, dice: Random) -> Any:
    """What exactly it is about; a topic that flares up when an update fails speaks of the update then."""
    if topic.get("incident"):
        usual, flaring = topic["cases"]
        return flaring if rhythm.is_incident(at, now) else usual
    return dice.choice(topic["cases"])


def _colleague(person: Person, skill: str, dice: Random) -> Colleague:
    if person.language == "zh-hans" and dice.random() < 0.8:
        skill = "chinese"
    return dice.choice([colleague for colleague in COLLEAGUES if skill in colleague.skills])


def _noter(colleague: Colleague, dice: Random) -> str:
    return colleague.key if dice.random() < 0.7 else dice.choice(COLLEAGUES).key


def _mood(at: datetime, now: datetime, dice: Random) -> str:
    weights = (12, 36, 52) if rhythm.is_incident(at, now) else (55, 38, 7)
    return dice.choices(("calm", "worried", "angry"), weights)[0]


def _rate(story: Story, composer: Composer, mood: str, dice: Random) -> None:
    """What the customer would answer if asked; whether they are asked is settled later."""
    weights = {"calm": (1, 1, 4, 20, 74), "worried": (2, 3, 7, 28, 60), "angry": (24, 24, 22, 18, 12)}[mood]
    score = dice.choices((1, 2, 3, 4, 5), weights)[0]
    if dice.random() < 0.42:
        story.rating = score
        if dice.random() < (0.75 if score < 4 else 0.3):
            story.comment = composer.comment(score)


def _in_another_language(person: Person, at: datetime, now: datetime, dice: Random) -> Story:
    topic = dice.choice(book("others")["topic"])
    colleague = dice.choice([colleague for colleague in COLLEAGUES if "orders" in colleague.skills])
    words = words_for(person, colleague, "lamp", at, now, dice)
    first, answer, thanks = (say(text, words, dice) for text in topic["turns"])
    answered = rhythm.answer_after(at, now, dice)
    thanked = rhythm.reply_after(answered, dice)
    turns = [Turn(at, "", first), Turn(answered, colleague.key, answer), Turn(thanked, "", thanks)]
    subject = say(topic["subject"], words, dice)
    return Story(person, subject, turns, to=colleague.key, tags=tuple(topic["tags"]))
