"""How promises were kept, for whoever leads: each number opens the conversations behind it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from rapport.kit.sheets import CONTENT_TYPE, csv_lines
from rapport.routing import attainment
from rapport.routing.attainment import Chosen, Share
from rapport.routing.forms.chosen import ChosenForm
from rapport.routing.models import Promise
from rapport.routing.types import Kind
from rapport.surveys.showing import percent
from rapport.team.permissions import AgentRequest, needs
from rapport.team.types import Permission

PAGE = 50
COLUMNS = (
    "began_at", "promise", "policy", "minutes", "due_at", "kept_at", "state", "late_minutes",
    "conversation", "subject", "inbox", "agent",
)  # fmt: skip
_RELATED = ("policy", "conversation__inbox", "conversation__assignee", "conversation__customer")


@dataclass(frozen=True)
class Cell:
    """One number of the page: the share, and the queries that open what is behind it."""

    share: Share
    shown: str
    opens: str
    opens_missed: str


@require_safe
@needs(Permission.SEE_EVERYTHING)
def promises(request: AgentRequest) -> HttpResponseBase:
    """The share that was kept, by week and by policy."""
    form = ChosenForm(request.GET)
    chosen = form.chosen()
    found = attainment.summary(request.user, chosen)
    names = attainment.policy_names()
    context: dict[str, Any] = {
        "form": form,
        "kinds": [kind.label for kind in Kind],
        "figures": list(zip(Kind, _cells(found.total, chosen), strict=True)),
        "weeks": [(week, _cells(shares, chosen, week=week.isoformat())) for week, shares in found.weeks.items()],
        "policies": [
            (names.get(policy or 0, _("A former policy")), _cells(shares, chosen, policy=policy))
            for policy, shares in sorted(found.policies.items(), key=lambda one: names.get(one[0] or 0, "~"))
        ],
        "has_any": any(share.total for share in found.total.values()),
        "everything": _query(chosen),
        "may_set_up": request.user.may(Permission.MANAGE_ROUTING),
    }
    return render(request, "routing/attainment.html", context)


@require_safe
@needs(Permission.SEE_EVERYTHING)
def listed(request: AgentRequest) -> HttpResponseBase:
    """The promises behind one number, newest first."""
    form = ChosenForm(request.GET)
    found = _behind(request, form).select_related(*_RELATED)
    last = found.filter(pk=before).first() if (before := request.GET.get("before", "")).isdecimal() else None
    if last:
        found = found.filter(started_at__lte=last.started_at).filter(
            Q(started_at__lt=last.started_at) | Q(pk__lt=last.pk)
        )
    rows = list(found[: PAGE + 1])
    here: dict[str, Any] = {
        name: request.GET[name] for name in ("weeks", "policy", "kind", "week", "state") if request.GET.get(name)
    }
    context = {
        "rows": rows[:PAGE],
        "here": urlencode(here),
        "next": urlencode({**here, "before": rows[PAGE - 1].pk}) if len(rows) > PAGE else "",
        "kind": Kind(form.kind()).label if form.kind() else "",
        "week": form.week(),
        "state": form.state(),
        "back": _query(form.chosen()),
    }
    return render(request, "routing/listed.html", context)


@require_safe
@needs(Permission.SEE_EVERYTHING)
def promises_csv(request: AgentRequest) -> HttpResponseBase:
    """The promises that are chosen as a spreadsheet."""
    found = _behind(request, ChosenForm(request.GET))
    rows = map(_line, found.select_related(*_RELATED).iterator(chunk_size=500))
    answer = StreamingHttpResponse(csv_lines(COLUMNS, rows), content_type=CONTENT_TYPE)
    answer["Content-Disposition"] = f'attachment; filename="promises-{timezone.localdate():%Y-%m-%d}.csv"'
    return answer


def _behind(request: AgentRequest, form: ChosenForm) -> QuerySet[Promise]:
    found = attainment.promises(request.user, form.chosen()).order_by("-started_at", "-id")
    return attainment.narrowed(found, kind=form.kind(), week=form.week(), state=form.state())


def _cells(shares: Mapping[str, Share], chosen: Chosen, **more: Any) -> list[Cell]:
    cells = []
    for kind in Kind.values:
        share = shares.get(kind, Share())
        opens = _query(chosen, kind=kind, **more)
        cells.append(Cell(share, percent(share.share), opens, f"{opens}&state=missed"))
    return cells


def _query(chosen: Chosen, **more: Any) -> str:
    given = {"weeks": chosen.weeks, "policy": chosen.policy, **more}
    return urlencode({name: value for name, value in given.items() if value})


def _line(promise: Promise) -> tuple[object, ...]:
    conversation, due = promise.conversation, promise.due_at
    ended = promise.met_at or promise.dropped_at
    late = max(0, round((ended - due).total_seconds() / 60)) if ended and due else ""
    moments = (
        timezone.localtime(at).isoformat(timespec="seconds") if at else "" for at in (promise.started_at, due, ended)
    )
    began, due_shown, kept_shown = moments
    return (
        began,
        promise.kind,
        promise.policy.name if promise.policy else "",
        promise.minutes,
        due_shown,
        kept_shown,
        str(promise.state),
        late,
        conversation.number,
        conversation.subject,
        conversation.inbox.name,
        conversation.assignee.name if conversation.assignee else "",
    )
