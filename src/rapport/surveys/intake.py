"""Ratings from a file: `rapport data import ratings FILE.csv`. A row is an answer, or one in each of several scales."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rapport.backbone.intake import Column, Outcome, Row
from rapport.customers.events.whose import Who, find
from rapport.kit import clock
from rapport.kit.text import one_line, storable
from rapport.sales import buyers, reading
from rapport.sales.errors import NotUnderstood
from rapport.sales.orders.intake import WHO
from rapport.sales.types import Buyer
from rapport.surveys import taking_back
from rapport.surveys.recording import RatingSaid, Word, record_ratings, talks_numbered
from rapport.surveys.types import Scale

# Clocks of other systems are never quite right.
_AHEAD = timedelta(days=1)
_NUMBER = re.compile(r"#?(\d{1,9})")
_SCORE = re.compile(r"(\d{1,2})(?:[.,]0+)?(?:\s*(?:/|of|von)\s*(\d{1,2}))?")
# What the one scale of a file may be called. "ease" is an effort that was asked the other way round.
_SCALES = {
    Scale.CSAT: "csat satisfaction stars rating zufriedenheit 满意度",
    Scale.NPS: "nps recommendation netpromoterscore weiterempfehlung 推荐度 净推荐值",
    Scale.CES: "ces effort customereffortscore aufwand 费力度",
}
_EASE = frozenset("ease easy cesease 轻松度".split())
_BY_WORD = {word: scale for scale, words in _SCALES.items() for word in words.split()}


@dataclass(frozen=True, slots=True)
class _Answers:
    """One row understood: the scores in it, and whose they are."""

    scores: Sequence[tuple[Scale, int]]
    who: Who
    buyer: Buyer
    at: datetime
    comment: str
    talk: int
    name: str


class Ratings:
    """A row without an id is known by what it says: who, when, which score, which words."""

    kind: str = "ratings"
    label: str | Promise = gettext_lazy("Ratings")
    columns: Sequence[Column] = (
        Column(
            "score",
            gettext_lazy("Score"),
            "rating csat satisfaction satisfactionscore csatscore stars value bewertung zufriedenheit "
            "评分 满意度 满意度评分 评价 星级 得分 分数",
        ),
        Column("nps", gettext_lazy("Recommendation, 0 to 10"), "npsscore netpromoterscore recommend 推荐度 净推荐值"),
        Column(
            "ces", gettext_lazy("Effort, 1 to 7"), "cesscore effort effortscore customereffortscore 费力度 费力指数"
        ),
        Column("scale", gettext_lazy("Scale: csat, nps, ces or ease"), "type scoretype metric skala 量表 评分类型"),
        Column(
            "date",
            gettext_lazy("Rated"),
            "ratedat at time timestamp createdat created respondedat answeredat submittedat datetime datum "
            "日期 时间 评价时间 评分时间 评价日期 提交时间",
            required=True,
        ),
        *WHO,
        Column(
            "comment",
            gettext_lazy("Comment"),
            "feedback text answer reason message remark kommentar 评论 评价内容 反馈 意见 备注 留言",
        ),
        Column(
            "conversation",
            gettext_lazy("Number of the conversation"),
            "conversationnumber ticket ticketnumber case 对话 对话编号 会话编号 工单号",
        ),
        Column("external_id", gettext_lazy("Its id there"), "id ratingid responseid surveyid 编号 评价编号 回复编号"),
        Column("date_order", gettext_lazy("Order of day and month: dmy or mdy")),
    )

    def __init__(self) -> None:
        self.at: datetime | None = None

    def begin(self) -> "Ratings":
        anew = Ratings()
        anew.at = clock.now()
        return anew

    def write(self, rows: Sequence[Row], *, by: int | None, is_trial: bool) -> list[Outcome]:
        began = self.at or clock.now()
        read: dict[int, _Answers] = {}
        wrong: dict[int, str] = {}
        for row in rows:
            try:
                read[row.number] = _understood(row)
            except NotUnderstood as error:
                wrong[row.number] = str(error)
        said = _whose(read, wrong)
        became = record_ratings([each for answers in said.values() for each in answers], by=by, at=began)
        told: set[str] = set()
        outcomes = []
        for row in rows:
            if row.number in wrong:
                outcomes.append(Outcome(row.number, "wrong", wrong[row.number]))
                continue
            # A row that stands in the file twice is written once.
            found = [became[each.external_id] for each in said[row.number] if each.external_id not in told]
            told |= {each.external_id for each in said[row.number]}
            words = {each.word for each in found}
            word: Word = "created" if "created" in words else "changed" if "changed" in words else "same"
            made = tuple(each.rating for each in found if each.word == "created")
            outcomes.append(Outcome(row.number, word, made=made))
        return outcomes

    def take_back(self, made: Sequence[int], *, since: datetime) -> int:
        return taking_back.ratings(made, since=since)


def _understood(row: Row) -> _Answers:
    """Raises NotUnderstood."""
    account, email, phone = row.get("account"), row.get("email"), row.get("phone")
    buyer = Buyer(account=account, email=email, phone=phone, name=one_line(row.get("name")))
    buyers.check(buyer)
    number = row.get("conversation")
    found = _NUMBER.fullmatch(number)
    if number and not found:
        raise NotUnderstood("conversation", _("“%(words)s” is no number of a conversation.") % {"words": number[:60]})
    if not buyer.is_said and not found:
        raise NotUnderstood("account", _("A rating needs an account number, an email or a phone of who gave it."))
    if not row.get("date"):
        raise NotUnderstood("date", _("A rating needs the day on which it was given."))
    at = reading.moment(row.get("date"), order=row.get("date_order"))
    if at > clock.now() + _AHEAD:
        raise NotUnderstood("date", _("This day is still to come."))
    return _Answers(
        scores=_scores(row),
        who=Who(account=account, email=email, phone=phone),
        buyer=buyer,
        at=at,
        comment=storable(row.get("comment")).strip(),
        talk=int(found[1]) if found else 0,
        name=_name(row),
    )


def _scores(row: Row) -> list[tuple[Scale, int]]:
    """Raises NotUnderstood."""
    found = []
    if row.get("score"):
        word = row.get("scale").casefold().replace(" ", "")
        is_ease = word in _EASE
        scale = Scale.CES if is_ease else _BY_WORD.get(word) if word else Scale.CSAT
        if scale is None:
            told = {"word": row.get("scale")[:60]}
            raise NotUnderstood("scale", _("“%(word)s” is no scale. Write csat, nps, ces or ease.") % told)
        score = _score(row.get("score"), scale, is_named=bool(word))
        found.append((scale, 8 - score if is_ease else score))
    for scale in (Scale.NPS, Scale.CES):
        if row.get(scale):
            if scale in dict(found):
                raise NotUnderstood(scale, _("This row has two scores in one scale."))
            found.append((scale, _score(row.get(scale), scale, is_named=True)))
    if not found:
        raise NotUnderstood("score", _("A rating needs its score."))
    return found


def _score(words: str, scale: Scale, *, is_named: bool) -> int:
    """Raises NotUnderstood."""
    said = _SCORE.fullmatch(words.strip().casefold())
    least, most = scale.ends
    stars = words.count("★")
    score = int(said[1]) if said else stars if stars and not words.strip("★☆ ") else -1
    if not least <= score <= most or (said and said[2] and int(said[2]) != most):
        told = {"words": words[:60], "least": least, "most": most}
        if is_named:
            raise NotUnderstood("score", _("“%(words)s” is no whole number from %(least)d to %(most)d.") % told)
        hint = _(
            "“%(words)s” is no whole number from %(least)d to %(most)d. Is it another scale? "
            "Say so by --set scale=nps or scale=ces."
        )
        raise NotUnderstood("score", hint % told)
    return score


def _name(row: Row) -> str:
    """What tells it from every other: its id, else a few letters of all it says."""
    if row.get("external_id"):
        return one_line(row.get("external_id"))[:180]
    words = "|".join(f"{name}={value}" for name, value in sorted(row.cells.items()) if value)
    return f"row-{hashlib.sha256(words.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}"


def _whose(read: Mapping[int, _Answers], wrong: dict[int, str]) -> dict[int, list[RatingSaid]]:
    """What each row says, of customers that are known by now; whoever named a conversation wrongly goes to `wrong`."""
    talks = talks_numbered({each.talk for each in read.values() if each.talk})
    known = dict(zip(read, find([each.who for each in read.values()], [False] * len(read)), strict=True))
    alone: dict[int, _Answers] = {}
    owners: dict[int, int] = {}
    for number, each in read.items():
        if not each.talk:
            alone[number] = each
        elif each.talk not in talks:
            wrong[number] = _("There is no conversation No. %(number)d.") % {"number": each.talk}
        elif known[number] not in (None, talks[each.talk][1]):
            wrong[number] = _("Conversation No. %(number)d is another customer’s.") % {"number": each.talk}
        else:
            owners[number] = talks[each.talk][1]
    identified = buyers.identify([each.buyer for each in alone.values()])
    owners |= {number: owner for number, owner in zip(alone, identified, strict=True) if owner is not None}
    return {
        number: [
            RatingSaid(
                external_id=f"{scale}:{each.name}",
                customer=owners[number],
                scale=scale,
                score=score,
                at=each.at,
                # Said once, whatever it was said to.
                comment=each.comment if place == 0 else "",
                conversation=talks[each.talk][0] if each.talk else None,
            )
            for place, (scale, score) in enumerate(each.scores)
        ]
        for number, each in read.items()
        if number in owners
    }
