"""What customers answered, for those who may see it."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from rapport.kit.sheets import CONTENT_TYPE, csv_lines
from rapport.kit.text import language_of
from rapport.surveys import queries, showing
from rapport.surveys.forms import ChosenForm
from rapport.surveys.models import Rating
from rapport.surveys.types import SCORES, Chosen, Scale
from rapport.team.permissions import AgentRequest, needs
from rapport.team.types import Permission

PAGE = 20
COLUMNS = ("at", "score", "comment", "customer", "email", "conversation", "subject", "inbox", "agent", "scale")
_RELATED = ("customer", "conversation__inbox", "conversation__assignee")


@require_safe
@needs(Permission.SEE_FEEDBACK)
def feedback(request: AgentRequest) -> HttpResponseBase:
    """How satisfied customers are, by week, and what they said."""
    form = ChosenForm(request.GET)
    chosen, score = form.chosen(), form.score()
    summary = queries.summary(request.user, chosen)
    ratings = _listed(queries.answers_of(request.user, chosen), score)
    said, following = _page(ratings, request.GET.get("before", ""))
    context: dict[str, Any] = {
        "form": form,
        "chosen": chosen,
        "score": score,
        "summary": summary,
        "has_ever": bool(summary.now.answers or queries.answers_visible_to(request.user).exists()),
        "figures": showing.figures(summary, chosen.days),
        "others": showing.other_figures(queries.other_scales(request.user, chosen)),
        "chart": showing.chart(summary),
        "bars": showing.bars(summary.now, lambda value: _query(chosen, score=value)),
        "said": said,
        "next": _query(chosen, score=score, before=following) if following else "",
        "everything": _query(chosen),
    }
    name = "surveys/_said.html" if request.GET.get("before") and request.htmx else "surveys/feedback.html"
    return render(request, name, context)


@require_safe
@needs(Permission.SEE_FEEDBACK)
def ratings_csv(request: AgentRequest) -> HttpResponseBase:
    """The answers of the chosen period as a spreadsheet."""
    form = ChosenForm(request.GET)
    ratings = queries.answers_of(request.user, form.chosen())
    rows = map(_cells, ratings.select_related(*_RELATED).iterator(chunk_size=500))
    answer = StreamingHttpResponse(csv_lines(COLUMNS, rows), content_type=CONTENT_TYPE)
    answer["Content-Disposition"] = f'attachment; filename="ratings-{timezone.localdate():%Y-%m-%d}.csv"'
    return answer


def _cells(rating: Rating) -> tuple[object, ...]:
    conversation = rating.conversation
    return (
        timezone.localtime(rating.at).isoformat(timespec="seconds"),
        rating.score,
        rating.comment,
        rating.customer.name,
        rating.customer.email,
        conversation.number if conversation else "",
        conversation.subject if conversation else "",
        conversation.inbox.name if conversation else "",
        conversation.assignee.name if conversation and conversation.assignee else "",
        rating.scale,
    )


def _listed(ratings: QuerySet[Rating], score: int | None) -> QuerySet[Rating]:
    """The comments; or, of one score, every answer."""
    ratings = ratings.select_related(*_RELATED)
    return ratings.filter(scale=Scale.CSAT, score=score) if score in SCORES else ratings.exclude(comment="")


@dataclass(frozen=True)
class Said:
    """An answer, and the language its comment is in, if it can be told."""

    rating: Rating
    language: str


def _page(ratings: QuerySet[Rating], before: str) -> tuple[list[Said], int | None]:
    """The next answers after the one with this id, and the id to go on from."""
    last = ratings.filter(pk=before).first() if before.isdecimal() else None
    if last:
        ratings = ratings.filter(at__lte=last.at).filter(Q(at__lt=last.at) | Q(pk__lt=last.pk))
    found = list(ratings[: PAGE + 1])
    said = [Said(rating, language_of(rating.comment)) for rating in found[:PAGE]]
    return said, found[PAGE - 1].pk if len(found) > PAGE else None


def _query(chosen: Chosen, **more: int | None) -> str:
    given = {"days": chosen.days, "inbox": chosen.inbox, "agent": chosen.agent, **more}
    return urlencode({name: value for name, value in given.items() if value})
