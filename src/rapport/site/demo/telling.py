"""The story of a company's last months: who wrote when, about what, and how it ended."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from random import Random
from typing import cast

from rapport.site.demo import rhythm
from rapport.site.demo.cast import Person, crowd
from rapport.site.demo.composing import Composer
from rapport.site.demo.grammar import say
from rapport.site.demo.known import foreigners
from rapport.site.demo.known import people as named_people
from rapport.site.demo.known import stories as named_stories
from rapport.site.demo.scene import Book, Colleague, Scene
from rapport.site.demo.scene import scene as scene_of
from rapport.site.demo.story import Story, Turn
from rapport.site.demo.turning import settle
from rapport.site.demo.words import words_for

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


def tell(now: datetime, scene: Scene | None = None, *, seed: int | None = None) -> tuple[list[Person], list[Story]]:
    """Everybody and everything, oldest conversation first. The same scene, seed and moment tell the same."""
    scene = scene or scene_of()
    dice = Random(seed or scene.says["seed"])  # noqa: S311  # a story, no secret
    by_hand, abroad = scene.book("named"), scene.book("others")
    named = named_people(by_hand, first_key=0)
    foreign = foreigners(abroad, first_key=len(named))
    strangers = scene.scaled(scene.size.customers) - len(named) - len(foreign)
    others = crowd(strangers, dice, first_key=len(named) + len(foreign), kinds=scene.says["crowd"])
    stories = named_stories(by_hand, named, now)
    teller = _Teller(scene, now, dice)
    stories += teller.tell(scene.scaled(scene.size.conversations) - len(stories), named, foreign, others)
    stories.sort(key=lambda story: story.began_at)
    settle(stories, scene, now, dice)
    return [*named.values(), *foreign, *others], stories


class _Teller:
    """Tells what is not told by hand, one conversation after the other."""

    def __init__(self, scene: Scene, now: datetime, dice: Random) -> None:
        self._scene, self._now, self._dice = scene, now, dice

    def tell(self, count: int, named: dict[str, Person], foreign: list[Person], others: list[Person]) -> list[Story]:
        begins = rhythm.moments(count, self._now, self._dice, self._scene)
        writers = self._writers(begins, others, named)
        abroad: dict[int, Person] = {}
        if foreign:
            places = self._dice.sample(range(len(begins) - 80), self._scene.size.others)
            abroad = {place: foreign[turn % len(foreign)] for turn, place in enumerate(places)}
        stories = [
            self._in_another_language(abroad[place], at) if place in abroad else self._story(writers[place], at)
            for place, at in enumerate(begins)
        ]
        self._everyone_wrote(stories, others)
        return stories

    def _writers(self, begins: list[datetime], others: list[Person], named: dict[str, Person]) -> list[Person]:
        """Who writes each time: most people seldom, a few every other week; who is named as often as is said."""
        dice, by_hand = self._dice, self._scene.says.get("named", {})
        often = [person for person in others for _ in range(min(12, int(dice.paretovariate(1.3))))]
        again = by_hand.get("again", "")
        known = [person for key, person in named.items() if key != again and person.language in ("en", "zh-hans")]
        writers = [dice.choice([*often, *known, *known]) for _ in begins]
        if again:
            for place in dice.sample(range(len(begins) - 150), by_hand["more"]):
                writers[place] = named[again]
        return writers

    def _everyone_wrote(self, stories: list[Story], people: Iterable[Person]) -> None:
        """Give those who have not written one of the conversations of those who wrote most."""
        dice = self._dice
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
                    stories[place] = self._story(person, stories[place].began_at)
                    break

    def _story(self, person: Person, at: datetime) -> Story:
        scene, now, dice = self._scene, self._now, self._dice
        shared = scene.book_of(person.language)
        flares = rhythm.is_incident(at, now, scene.incident)
        topic = _topic(shared["topic"], person, dice, flares=flares)
        topic = {**topic, **_case(topic, dice, flares=flares)}
        colleague = self._colleague(person, topic["team"])
        mood = topic.get("mood") or _mood(dice, flares=flares)
        words = words_for(scene, person, colleague, topic["product"], at, now, dice)
        composer = Composer(scene, shared, topic, words, dice, mood=mood, trade=person.is_trade)
        course = dice.choices([course for _, course in _COURSES], [weight for weight, _ in _COURSES])[0]
        subject = composer.subject()
        turns = self._turns(course, composer, colleague, at)
        story = Story(person, subject, turns, to=colleague.key, about={**words, "topic": topic["key"]})
        story.inbox = "trade" if topic.get("trade") else "support"
        story.tags = (scene.incident.tag.format(**words),) if topic.get("incident") and flares else tuple(topic["tags"])
        story.priority = 3 if mood == "angry" and dice.random() < 0.5 else 2
        _rate(story, composer, mood, dice)
        return story

    def _turns(self, course: tuple[str, ...], composer: Composer, colleague: Colleague, at: datetime) -> list[Turn]:
        dice = self._dice
        turns: list[Turn] = []
        when = at
        for place, step in enumerate(course):
            side, part = step[0], step[1:]
            if place:
                when = self._answer_after(when) if side == ">" else _customer_after(part, when, dice)
            if side == ">":
                if dice.random() < 0.12:
                    noted = when - timedelta(minutes=2)
                    turns.append(Turn(noted, self._noter(colleague), composer.note(), is_note=True))
                text = composer.answer(part)
                turns.append(Turn(when, colleague.key, text, files=composer.agent_files_with(text)))
            else:
                text = composer.opening() if part == "opening" else composer.written(part)
                answered = turns and turns[-1].by and not turns[-1].is_note
                quote = turns[-1].text if answered and dice.random() < 0.6 else ""
                in_html = dice.random() < 0.2
                files = composer.files_with(text)
                turns.append(Turn(when, "", text, quote=quote, in_html=in_html, files=files))
        return turns

    def _answer_after(self, at: datetime) -> datetime:
        return rhythm.answer_after(at, self._now, self._dice, self._scene.incident)

    def _colleague(self, person: Person, skill: str) -> Colleague:
        if person.language == "zh-hans" and self._dice.random() < 0.8:
            skill = "chinese"
        return self._dice.choice([one for one in self._scene.colleagues if skill in one.skills])

    def _noter(self, colleague: Colleague) -> str:
        return colleague.key if self._dice.random() < 0.7 else self._dice.choice(self._scene.colleagues).key

    def _in_another_language(self, person: Person, at: datetime) -> Story:
        scene, dice = self._scene, self._dice
        topic = dice.choice(scene.book("others")["topic"])
        colleague = dice.choice([colleague for colleague in scene.colleagues if "orders" in colleague.skills])
        words = words_for(scene, person, colleague, "lamp", at, self._now, dice)
        first, answer, thanks = (say(text, words, dice) for text in topic["turns"])
        answered = self._answer_after(at)
        thanked = rhythm.reply_after(answered, dice)
        turns = [Turn(at, "", first), Turn(answered, colleague.key, answer), Turn(thanked, "", thanks)]
        subject = say(topic["subject"], words, dice)
        return Story(person, subject, turns, to=colleague.key, tags=tuple(topic["tags"]), about=words)


def _customer_after(part: str, at: datetime, dice: Random) -> datetime:
    if part == "again":
        return at + timedelta(days=dice.uniform(2, 6))
    return at + timedelta(hours=dice.uniform(20, 44)) if part == "chasers" else rhythm.reply_after(at, dice)


def _topic(topics: list[Book], person: Person, dice: Random, *, flares: bool) -> Book:
    weights = []
    for topic in topics:
        weight = topic["weight"]
        if topic.get("trade"):
            weight = weight * 4 if person.is_trade else 0
        if topic.get("incident"):
            weight = weight * 3.2 if flares else weight * 0.35
        weights.append(weight)
    return dice.choices(topics, weights)[0]


def _case(topic: Book, dice: Random, *, flares: bool) -> Book:
    """What exactly it is about; a topic that flares up when something fails speaks of the failure then."""
    if topic.get("incident"):
        usual, flaring = topic["cases"]
        return cast(Book, flaring if flares else usual)
    return cast(Book, dice.choice(topic["cases"]))


def _mood(dice: Random, *, flares: bool) -> str:
    weights = (12, 36, 52) if flares else (55, 38, 7)
    return dice.choices(("calm", "worried", "angry"), weights)[0]


def _rate(story: Story, composer: Composer, mood: str, dice: Random) -> None:
    """What the customer would answer if asked; whether they are asked is settled later."""
    weights = {"calm": (1, 1, 4, 20, 74), "worried": (2, 3, 7, 28, 60), "angry": (24, 24, 22, 18, 12)}[mood]
    score = dice.choices((1, 2, 3, 4, 5), weights)[0]
    if dice.random() < 0.42:
        story.rating = score
        if dice.random() < (0.75 if score < 4 else 0.3):
            story.comment = composer.comment(score)
