"""What the patterns are filled with: products, numbers, places and dates, the same through one conversation."""

from datetime import datetime, timedelta
from random import Random
from typing import Any

from rapport.site.demo.cast import Colleague, Person
from rapport.site.demo.rhythm import firmware

_PRODUCTS = {
    "en": {
        "lamp": ("Arc desk lamp", "Halo pendant", "Reed floor lamp", "Pebble bedside lamp", "Strand garden light"),
        "hub": ("hub", "second generation hub", "Hub 2"),
        "bulb": ("Glow bulb", "Glow bulb E14"),
    },
    "zh-hans": {
        "lamp": ("Arc 台灯", "Halo 吊灯", "Reed 落地灯", "Pebble 床头灯", "Strand 庭院灯"),
        "hub": ("网关", "第二代网关"),
        "bulb": ("Glow 灯泡", "Glow E14 灯泡"),
    },
}
_ROOMS = {
    "en": ("kitchen", "living room", "hall", "bedroom", "study", "studio", "dining room", "stairwell"),
    "zh-hans": ("客厅", "卧室", "书房", "餐厅", "玄关", "儿童房", "工作室"),
}
_SCENES = {"en": ("Evening", "Reading", "Dinner", "Good night"), "zh-hans": ("夜晚", "阅读", "晚餐", "回家")}
_STREETS = {
    "en": ("14 Mill Lane", "Harbour Street 8", "22 Orchard Road", "Linden Avenue 31", "5 Station Square"),
    "zh-hans": ("和平路 18 号", "滨江大道 206 号", "文化街 7 号", "湖滨南路 92 号"),
}
_PARTS = {"en": ("glass", "power supply", "dial", "foot"), "zh-hans": ("灯罩", "电源", "旋钮", "底座")}
_MONTHS = (
    "January February March April May June July August September October November December".split(),
    [f"{month} 月" for month in range(1, 13)],
)
_WEEKDAYS = (
    "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split(),
    ["周一", "周二", "周三", "周四", "周五", "周六", "周日"],
)


def words_for(
    person: Person, colleague: Colleague, kind: str, at: datetime, now: datetime, dice: Random
) -> dict[str, str]:
    """Everything a pattern may name, for one conversation."""
    tongue = "zh-hans" if person.language == "zh-hans" else "en"
    sort = kind if kind != "any" else dice.choice(("lamp", "lamp", "bulb", "hub"))
    price = dice.choice((39, 59, 89, 129, 149, 180, 219, 260, 340))
    return {
        **_people(person, colleague),
        **_dates(at, tongue, dice),
        "product": dice.choice(_PRODUCTS[tongue][sort]),
        "room": dice.choice(_ROOMS[tongue]),
        "scene": dice.choice(_SCENES[tongue]),
        "street": dice.choice(_STREETS[tongue]),
        "part": dice.choice(_PARTS[tongue]),
        "price": f"¥{price * 8}" if tongue == "zh-hans" else f"€{price}",
        "small_price": f"¥{price // 8 * 10}" if tongue == "zh-hans" else f"€{price // 8}.50",
        "firmware": firmware(at, now),
        **_numbers(dice),
    }


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


def _numbers(dice: Random) -> dict[str, str]:
    made: dict[str, Any] = {
        "order": f"LW-{dice.randint(17000, 20990)}",
        "invoice": f"LW-{dice.randint(6100, 8990)}",
        "tracking": f"LX {dice.randint(100, 999)} {dice.randint(100, 999)} {dice.randint(100, 999)}",
        "serial": f"LW24-{dice.randint(10000, 99999)}",
        "vat": f"{dice.choice(('SE', 'DE', 'NL', 'FR', 'GB'))}{dice.randint(100000000, 999999999)}",
        "percent": dice.choice((20, 25, 30, 40)),
        "rev": dice.choice("ABCD"),
        "minor": dice.randint(2, 9),
        "four": f"{dice.randint(0, 9999):04d}",
        "count": dice.choice((12, 18, 24, 30, 36, 40, 60, 80)),
        "discount": dice.choice((10, 12, 15, 18)),
    }
    return {name: str(value) for name, value in made.items()}
