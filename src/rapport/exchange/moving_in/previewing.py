"""Looking around before anything moves: how many there are, and the first twenty of each as they would look."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rapport.channels.kinds.email import markup
from rapport.exchange.moving_in.models import MoveIn, MoveState
from rapport.exchange.moving_in.seam import Source
from rapport.exchange.moving_in.types import Article, Company, Kind, Macro, Matter, Person
from rapport.kit import clock
from rapport.kit.text import one_line, shortened
from rapport.team.models import Agent

SHOWN = 20
# Pages looked at of a kind whose source does not say how many there are.
_MOST_PAGES = 4


def look(move: MoveIn, source: Source) -> None:
    """Fill the move's preview; nothing is written but that. Raises MovingError."""
    preview = {kind.value: _first(source, kind) for kind in move.every_kind}
    MoveIn.objects.filter(pk=move.pk, state=MoveState.LOOKING).update(
        preview=preview, state=at_rest(move), touched_at=clock.now(), problem="", waits_until=None, failures=0
    )


def at_rest(move: MoveIn) -> MoveState:
    """As what it stands again when looking around is over."""
    return MoveState.DONE if move.begun_at else MoveState.DRAFT


def _first(source: Source, kind: Kind) -> dict[str, Any]:
    things: list[Any] = []
    broken: list[str] = []
    total: int | None = None
    number, is_whole = 0, True
    for number, page in enumerate(source.pages(kind, ""), start=1):
        things += page.things
        broken += [f"{each.key}: {each.problem}" for each in page.broken]
        total = page.total if page.total is not None else total
        if len(things) >= SHOWN or number >= _MOST_PAGES:
            is_whole = False
            break
    if total is None and is_whole:
        total = len(things) + len(broken)
    draw = _DRAWN[kind]
    agents = _agents(things) if kind == Kind.CONVERSATIONS else {}
    shown = [draw(each, agents) for each in things[:SHOWN]]
    return {"total": total, "at_least": len(things), "things": shown, "broken": broken[:SHOWN]}


def _agents(matters: list[Matter]) -> dict[str, str]:
    emails = {matter.assignee_email.lower() for matter in matters} - {""}
    return dict(Agent.objects.filter(email__in=emails).values_list("email", "name"))


def _company(each: Company, _agents: dict[str, str]) -> dict[str, str]:
    return {"title": each.name or each.domain, "detail": each.domain}


def _person(each: Person, _agents: dict[str, str]) -> dict[str, str]:
    known = [*each.emails, *each.phones, *([each.account] if each.account else [])]
    return {"title": each.name or (known[0] if known else _("Unknown person")), "detail": ", ".join(known)}


def _matter(each: Matter, agents: dict[str, str]) -> dict[str, str]:
    first = next((said for said in each.said if said.text or said.html), None)
    count = len(each.said)
    parts = [
        each.customer.name or each.customer.email,
        str(each.status.label),
        ngettext("%(count)d message", "%(count)d messages", count) % {"count": count},
        agents.get(each.assignee_email.lower(), "") or (each.assignee_email and _("nobody here has the address")),
        ", ".join(each.tags[:5]),
    ]
    return {
        "title": each.subject or _("No subject"),
        "number": each.number,
        "at": each.created_at.isoformat(),
        "detail": " · ".join(part for part in parts if part),
        "text": shortened(one_line(_plain(first.text or first.html)), 160) if first else "",
    }


def _macro(each: Macro, _agents: dict[str, str]) -> dict[str, str]:
    return {"title": each.name, "detail": each.folder, "text": shortened(one_line(_plain(each.html)), 160)}


def _article(each: Article, _agents: dict[str, str]) -> dict[str, str]:
    return {"title": each.title, "detail": " · ".join(part for part in (each.folder, each.language) if part)}


def _plain(html: str) -> str:
    return markup.stripped(html) if "<" in html else html


_DRAWN: dict[Kind, Callable[[Any, dict[str, str]], dict[str, str]]] = {
    Kind.COMPANIES: _company,
    Kind.CUSTOMERS: _person,
    Kind.CONVERSATIONS: _matter,
    Kind.MACROS: _macro,
    Kind.ARTICLES: _article,
}
