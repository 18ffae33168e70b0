"""What the patterns are filled with: products, numbers, places and dates, the same through one conversation."""

from datetime import datetime, timedelta
from random import Random

from rapport.site.demo import rhythm
from rapport.site.demo.cast import Person
from rapport.site.demo.grammar import number
from rapport.site.demo.scene import Book, Colleague, Scene

_MONTHS = (
    "January February March April May June July August September October November December".split(),
    [f"{month} 月" for month in range(1, 13)],
)
_WEEKDAYS = (
    "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split(),
    ["周一", "周二", "周三", "周四", "周五", "周六", "周日"],
)


def words_for(
    scene: Scene, person: Person, colleague: Colleague, kind: str, at: datetime, now: datetime, dice: Random
) -> dict[str, str]:
    """Everything a pattern may name, for one conversation."""
    tongue = "zh-hans" if person.language == "zh-hans" else "en"
    money, own, incident = scene.says["money"], scene.says["words"][tongue], scene.incident
    sort = kind if kind != "any" else dice.choice(money["any"])
    price = dice.choice(money["prices"])
    return {
        **_people(person, colleague),
        **_dates(at, tongue, dice),
        "house": scene.name,
        "product": dice.choice(own["product"][sort]),
        **{name: dice.choice(choices) for name, choices in own["choice"].items()},
        **_prices(price, money, tongue),
        incident.word: incident.names[tongue][rhythm.era(at, now, incident)],
        **{name: number(pattern, dice) for name, pattern in scene.says["numbers"].items()},
    }


def _prices(price: int, money: Book, tongue: str) -> dict[str, str]:
    """The price, and a small part of it."""
    if tongue == "zh-hans":
        return {"price": f"¥{price * money['factor_zh']}", "small_price": f"¥{price // 8 * 10}"}
    return {"price": money["text"].format(price=f"{price:,}"), "small_price": money["small"].format(part=price // 8)}


def _people(person: Person, colleague: Colleague) -> dict[str, str]:
    return {
        "name": person.name,
        "first": person.first,
        "city": person.city,
        "company": person.company or person.name,
        "domain": person.domain or person.email.rpartition("@")[2],
        "phone": person.phone or ("+86 21 5555 0100" if person.language == "zh-hans" else "+44 20 7946 0100"),
        "agent": colleague.name,
        "agent_first": colleague.name.split()[0],
    }


def _dates(at: datetime, tongue: str, dice: Random) -> dict[str, str]:
    chinese = tongue == "zh-hans"
    before, after = at - timedelta(days=dice.randint(4, 19)), at + timedelta(days=dice.randint(1, 3))
    coming = _MONTHS[chinese][(at.month + dice.randint(1, 2)) % 12]
    return {
        "date": f"{before.month} 月 {before.day} 日" if chinese else f"{before.day} {_MONTHS[0][before.month - 1]}",
        "weekday": _WEEKDAYS[chinese][after.weekday()],
        "month": coming,
        "days": str(dice.randint(4, 9)),
        "months": str(dice.randint(5, 30)),
    }
