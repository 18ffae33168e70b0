"""Who buys there: as many as are asked for, with the names, cities and companies they have."""

from dataclasses import dataclass
from random import Random

from rapport.site.demo.scene import Book


@dataclass(frozen=True)
class Person:
    """A customer, as known to the shop."""

    key: int
    name: str
    first: str
    email: str
    language: str
    time_zone: str
    city: str
    phone: str = ""
    company: str = ""
    domain: str = ""

    @property
    def is_trade(self) -> bool:
        return bool(self.company)


_PLACES = (
    ("London", "Europe/London", "+44 20 7946 0"),
    ("Manchester", "Europe/London", "+44 161 496 0"),
    ("Dublin", "Europe/Dublin", "+353 1 555 0"),
    ("Stockholm", "Europe/Stockholm", "+46 8 465 00 "),
    ("Copenhagen", "Europe/Copenhagen", "+45 32 12 0"),
    ("Amsterdam", "Europe/Amsterdam", "+31 20 555 0"),
    ("Berlin", "Europe/Berlin", "+49 30 23125 "),
    ("Vienna", "Europe/Vienna", "+43 1 555 0"),
    ("Lyon", "Europe/Paris", "+33 4 65 71 0"),
    ("Milan", "Europe/Rome", "+39 02 5550 0"),
    ("Valencia", "Europe/Madrid", "+34 96 555 0"),
    ("Lisbon", "Europe/Lisbon", "+351 21 555 0"),
    ("Prague", "Europe/Prague", "+420 255 550 "),
    ("New York", "America/New_York", "+1 212 555 0"),
    ("Toronto", "America/Toronto", "+1 416 555 0"),
    ("Melbourne", "Australia/Melbourne", "+61 3 5550 0"),
)
_CHINESE_PLACES = ("上海", "北京", "杭州", "深圳", "广州", "成都", "南京", "苏州", "武汉", "厦门", "青岛", "西安")
_FIRST = (
    "Amelia Oliver Isla Harry Freya Leo Poppy Arthur Maya Theo Ingrid Lars Elin Nils Astrid Erik Hanna Mats Clara "
    "Lena Felix Greta Emil Nora Anton Sophie Louis Camille Hugo Chloé Jules Giulia Marco Chiara Luca Marta Pablo Irene "
    "Diego Inês Tiago Eva Petr Klára Tomáš Daniel Grace Samuel Zoe Caleb Naomi Ethan Ruby Owen Fatima Yusuf Leila Omar "
    "Aisha Kwame Ama Rohan Anjali Vikram Meera Kenji Yuki Sara Adam Helen Peter Judith Martin Agnes Viktor Bea"
).split()
_LAST = (
    "Hughes Bennett Okoye Larsen Nyberg Holm Lindgren Berg Dahl Jensen Sørensen Falk Bauer Vogel Keller Brandt "
    "Winter Lambert Moreau Girard Fontaine Rossi Conti Moretti Greco Navarro Ortega Vidal Serrano Costa Almeida Novák "
    "Dvořák Svoboda Carter Brooks Foster Hayes Murphy Walsh Byrne Osei Mensah Rahman Siddiqui Karim Nasser Iyer Mehta "
    "Kapoor Sato Mori Ito Fraser Campbell Reid Stewart Palmer Grant Whitfield Ashworth Kaplan Stern Petrov Horvat"
).split()
_FAMILY = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
_GIVEN = (
    "伟 芳 娜 敏 静 丽 强 磊 军 洋 勇 艳 杰 涛 明 超 秀英 雨桐 子涵 浩然 欣怡 梓萱 "
    "宇轩 诗涵 俊杰 思远 佳怡 晓雯 文博 一诺 若曦 天宇 雅婷 志强 婉清 书瑶 嘉豪 晨曦 慧敏 海燕"
).split()
_PINYIN_FAMILY = (
    "wang li zhang liu chen yang zhao huang zhou wu xu sun hu zhu gao lin he guo ma luo liang song zheng xie han tang "
    "feng yu dong xiao cheng cao yuan deng xu fu shen zeng peng lv"
).split()


def crowd(count: int, dice: Random, *, first_key: int, kinds: Book) -> list[Person]:
    """This many customers; `kinds` says how many write Chinese, how many come from companies, and of which kinds."""
    people: list[Person] = []
    for key in range(first_key, first_key + count):
        chinese = dice.random() < kinds["chinese"]
        people.append(_chinese(key, dice, kinds) if chinese else _western(key, dice, kinds))
    return people


def _western(key: int, dice: Random, kinds: Book) -> Person:
    first, last = dice.choice(_FIRST), dice.choice(_LAST)
    city, time_zone, prefix = dice.choice(_PLACES)
    is_company = dice.random() < kinds["company"]
    company = f"{dice.choice((last, city, first))} {dice.choice(kinds['kinds'])}" if is_company else ""
    domain = f"{_plain(company).replace(' ', '-')}-{key}.example" if company else ""
    host = domain or dice.choice(("mail.example", "post.example", "inbox.example", "home.example"))
    address = f"{_plain(first)}.{_plain(last)}" + ("" if company else str(key))
    phone = f"{prefix}{dice.randint(100, 199)}" if dice.random() < 0.5 else ""
    return Person(key, f"{first} {last}", first, f"{address}@{host}", "en", time_zone, city, phone, company, domain)


def _chinese(key: int, dice: Random, kinds: Book) -> Person:
    at = dice.randrange(len(_FAMILY))
    given = dice.choice(_GIVEN)
    name, city = f"{_FAMILY[at]}{given}", dice.choice(_CHINESE_PLACES)
    is_company = dice.random() < kinds["company_zh"]
    company = f"{city}{dice.choice('光悦禾木澄简森白')}{dice.choice(kinds['kinds_zh'])}" if is_company else ""
    domain = f"{_PINYIN_FAMILY[at]}-{key}.example" if company else ""
    host = domain or dice.choice(("youxiang.example", "mail.example", "xin.example"))
    phone = f"+86 138 0013 {dice.randint(1000, 9999)}" if dice.random() < 0.6 else ""
    address = f"{_PINYIN_FAMILY[at]}{dice.randint(80, 99)}{key:03d}@{host}"
    return Person(key, name, name, address, "zh-hans", "Asia/Shanghai", city, phone, company, domain)


_FOLDED = str.maketrans("éáíóúâêôãõçñüöäåøěščřžýůíï", "eaiouaeoaocnuoaaoescrzyuii")


def _plain(text: str) -> str:
    return text.lower().translate(_FOLDED)
