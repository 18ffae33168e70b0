"""What a column of a spreadsheet is: guessed from its head and from what stands in it, and checked as chosen."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rapport.backbone.custom_fields.models import FieldBase
from rapport.customers.importing.errors import WrongColumns

OWN = "field:"
# Several columns may be these: all of them count.
REPEATABLE = frozenset({"email", "phone", "location"})
_KNOWN_BY = frozenset({"email", "phone", "account"})

TARGETS: dict[str, str | Promise] = {
    "name": gettext_lazy("Name"),
    "first_name": gettext_lazy("First name"),
    "last_name": gettext_lazy("Last name"),
    "email": gettext_lazy("Email"),
    "phone": gettext_lazy("Phone"),
    "account": gettext_lazy("Account number"),
    "company": gettext_lazy("Company"),
    "domain": gettext_lazy("Domain of the company"),
    "language": gettext_lazy("Language"),
    "time_zone": gettext_lazy("Time zone"),
    "location": gettext_lazy("Place"),
}

# As `_plain` writes them: no spaces, no punctuation, no accents.
HEADS: dict[str, str] = {
    "name": "name fullname customer customername contact contactname person client clientname displayname "
    "姓名 名字 名称 客户 客户姓名 客户名称 客户名 联系人 联系人姓名 昵称 全名 kunde kundenname "
    "ansprechpartner nom nombre",
    "first_name": "firstname givenname forename vorname prenom nombre1 名 名(名) givennames",
    "last_name": "lastname surname familyname nachname familienname nomdefamille apellido apellidos 姓 姓氏",
    "email": "email emailaddress mail mailaddress emails email1 email2 primaryemail workemail "
    "emailadresse mailadresse "
    "courriel correo correoelectronico 邮箱 电子邮箱 电子邮件 邮件 邮件地址 邮箱地址 邮箱号 电邮",
    "phone": "phone phonenumber telephone tel mobile mobilephone mobilenumber cell cellphone phone1 "
    "phone2 workphone "
    "telefon telefonnummer handy mobil rufnummer telefono 电话 手机 手机号 手机号码 电话号码 "
    "联系电话 联系方式 移动电话 座机",
    "company": "company companyname organisation organization organisationname organizationname org "
    "accountname "
    "employer firm business firma firmenname unternehmen societe entreprise empresa 公司 公司名称 "
    "公司名 企业 企业名称 "
    "单位 单位名称 组织 所属公司 客户公司",
    "domain": "domain companydomain website web url homepage webseite internet site 域名 公司域名 网站 网址 官网",
    "language": "language lang locale preferredlanguage sprache langue idioma 语言 首选语言 语种",
    "time_zone": "timezone tz zeitzone timezonename 时区",
    "location": "place location city town address country region state ort stadt wohnort land "
    "adresse ville ciudad "
    "地点 位置 城市 所在城市 所在地 地区 地址 国家 省份 省 市",
    "account": "accountnumber accountno accountid customerid customernumber customerno customercode clientid "
    "externalid id number kundennummer kundennr kundenid knr 客户编号 客户号 客户id 编号 账号 帐号 "
    "账户 账户编号 会员号 会员编号 用户id",
}
_BY_HEAD = {word: target for target, words in HEADS.items() for word in words.split()}
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PHONE = re.compile(r"\+?[\d ()./-]{6,24}")


@dataclass(frozen=True)
class Guess:
    """A target for every column, and whether the first row has their names."""

    columns: list[str]
    has_header: bool


def guess(rows: Sequence[Sequence[str]], fields: Sequence[FieldBase]) -> Guess:
    """From the first rows of a file."""
    width = max((len(row) for row in rows), default=0)
    heads = [*rows[0], *[""] * (width - len(rows[0]))] if rows else []
    named = [_by_name(head, fields) for head in heads]
    for place, head in enumerate(heads):
        # To a salesperson an account is a company, to a bookkeeper a number.
        if _plain(head) == "account":
            cells = [row[place] for row in rows[1:] if place < len(row) and row[place]]
            are_numbers = sum(any(map(str.isdigit, cell)) for cell in cells) * 2 > len(cells)
            named[place] = "account" if are_numbers else "company"
    has_header = any(named) or not any(_EMAIL.fullmatch(head) for head in heads)
    if not has_header:
        named = [""] * width
    body = rows[1:] if has_header else rows
    found: list[str] = []
    for place, target in enumerate(named):
        cells = [row[place] for row in body if place < len(row) and row[place]]
        target = target or _by_content(cells, head=heads[place] if has_header else "")
        found.append("" if target in found and target not in REPEATABLE else target)
    return Guess(_settled(found), has_header)


def check(columns: Sequence[str], fields: Sequence[FieldBase]) -> None:
    """Raises WrongColumns when these cannot be imported as chosen."""
    known = {*TARGETS, *(f"{OWN}{field.key}" for field in fields)}
    chosen = [column for column in columns if column]
    for column in chosen:
        if column not in known:
            raise WrongColumns(_("There is nothing called %(name)s to put a column into.") % {"name": column})
        if chosen.count(column) > 1 and column not in REPEATABLE:
            told = {"name": label_of(column, fields)}
            raise WrongColumns(_("Two columns are %(name)s. Choose which one it is, and leave the other out.") % told)
    if "name" in chosen and {"first_name", "last_name"} & set(chosen):
        raise WrongColumns(_("Choose either the whole name, or the first and the last name."))
    if not _KNOWN_BY & set(chosen):
        raise WrongColumns(
            _("Say which column has the email address, the phone number or the account number: one of them is needed.")
        )


def label_of(target: str, fields: Sequence[FieldBase]) -> str:
    own = {f"{OWN}{field.key}": field.label for field in fields}
    return own.get(target) or str(TARGETS.get(target, target))


def _by_name(head: str, fields: Sequence[FieldBase]) -> str:
    plain = _plain(head)
    if not plain:
        return ""
    for field in fields:
        if plain in (_plain(field.label), _plain(field.key)):
            return f"{OWN}{field.key}"
    return _BY_HEAD.get(plain) or _BY_HEAD.get(plain.rstrip("0123456789")) or ""


def _by_content(cells: Sequence[str], *, head: str) -> str:
    """What nearly every cell looks like. A column with a head that says something else is no phone number."""
    if not cells:
        return ""
    if sum(bool(_EMAIL.search(cell)) for cell in cells) * 5 >= len(cells) * 4:
        return "email"
    likely = [cell for cell in cells if _PHONE.fullmatch(cell) and cell.startswith(("+", "00"))]
    return "phone" if not head and len(likely) * 5 >= len(cells) * 4 else ""


def _settled(found: list[str]) -> list[str]:
    """A whole name is better than its parts; "name" beside a last name is the first one ("Name, Vorname")."""
    if "name" in found and "first_name" in found and "last_name" not in found:
        return ["last_name" if each == "name" else each for each in found]
    if "name" in found and "last_name" in found and "first_name" not in found:
        return ["first_name" if each == "name" else each for each in found]
    if "name" in found:
        return ["" if each in ("first_name", "last_name") else each for each in found]
    return found


def _plain(head: str) -> str:
    decomposed = unicodedata.normalize("NFKD", head.casefold())
    return "".join(each for each in decomposed if each.isalnum())
