"""The audit trail: looked through, and taken away as a file."""

import json
from collections.abc import Iterator
from datetime import datetime, time, timedelta

from django.contrib import messages as flash
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from rapport.kit.sheets import CONTENT_TYPE, csv_lines
from rapport.kit.text import storable
from rapport.privacy import queries, wording
from rapport.privacy.actions import first_gap, record
from rapport.privacy.queries import AREAS, Line
from rapport.privacy.searching import Asked
from rapport.team.models import Agent
from rapport.team.permissions import AgentRequest, needs
from rapport.team.types import Permission

COLUMNS = ("at", "agent", "agent_name", "via", "address", "action", "kind", "id", "label", "changes")


@require_safe
@needs(Permission.MANAGE_TEAM)
def trail(request: AgentRequest) -> HttpResponse:
    """Newest first; `before` is where the page begins."""
    asked = _asked(request)
    before = parse_datetime(request.GET.get("before", "").replace(" ", "+")[:40] or "-")
    page = queries.page(asked, before=before)
    shown = {
        "lines": [wording.told(line) for line in page.lines],
        "next": _query(request, before=page.following.isoformat()) if page.following else "",
        "looked_back_to": page.following if page.is_cut else None,
        "export": _query(request),
        "areas": [(area, label) for area, label in zip(AREAS, _areas(), strict=True)],
        "area": asked.area,
        "words": asked.words,
        "agent": asked.agent,
        "agents": Agent.objects.order_by("name", "id"),
        "since": request.GET.get("since", ""),
        "until": request.GET.get("until", ""),
        "is_narrowed": asked != Asked(),
    }
    return render(request, "privacy/trail.html", shown)


@require_safe
@needs(Permission.MANAGE_TEAM)
def trail_file(request: AgentRequest) -> HttpResponseBase:
    """The same lines as a file: a spreadsheet, or with `format=jsonl` a JSON object a line."""
    asked, is_json = _asked(request), request.GET.get("format") == "jsonl"
    record("exported", "privacy.entry", label="jsonl" if is_json else "csv")
    rows = (_cells(line).values() for line in queries.every(asked))
    lines = _json_lines(asked) if is_json else csv_lines(COLUMNS, rows)
    kind = "application/jsonl" if is_json else CONTENT_TYPE
    answer = StreamingHttpResponse(lines, content_type=kind)
    name = f"audit-{timezone.localdate():%Y-%m-%d}.{'jsonl' if is_json else 'csv'}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


@require_POST
@needs(Permission.MANAGE_TEAM)
def trail_check(request: AgentRequest) -> HttpResponse:
    """Reckon the chain of digests again."""
    gap = first_gap()
    if gap is None:
        flash.success(request, _("The trail is whole: nothing in it was changed, and nothing is missing."))
    else:
        flash.error(request, _("Entry %(id)d is not what was written, or one before it is missing.") % {"id": gap})
    return redirect("settings_audit")


def _asked(request: AgentRequest) -> Asked:
    said = request.GET
    area, agent = said.get("area", ""), said.get("agent", "")
    return Asked(
        area=area if area in AREAS else "",
        agent=int(agent[:18]) if agent.isdecimal() else None,
        words=storable(said.get("q", "")).strip()[:100],
        since=_midnight(said.get("since", "")),
        until=_midnight(said.get("until", ""), after=1),
    )


def _midnight(said: str, *, after: int = 0) -> datetime | None:
    """The beginning of a day in the reader's time, or of the day after it; None for what is no day."""
    try:
        day = parse_date(said)
    except ValueError:
        return None
    if day is None or day.year < 1971 or day.year > 9000:
        return None
    moment = datetime.combine(day, time.min) + timedelta(days=after)
    return timezone.make_aware(moment)


def _query(request: AgentRequest, **more: str) -> str:
    kept = {name: request.GET[name] for name in ("area", "agent", "q", "since", "until") if request.GET.get(name)}
    return urlencode({**kept, **more})


def _areas() -> list[str]:
    return [_("All"), _("Settings"), _("People and roles"), _("Customers"), _("Sales"), _("Conversations")]


def _json_lines(asked: Asked) -> Iterator[str]:
    for line in queries.every(asked):
        yield json.dumps({**_cells(line), "changes": line.changes}, ensure_ascii=False) + "\n"


def _cells(line: Line) -> dict[str, object]:
    values = (
        line.at.isoformat(), line.agent, line.agent_name, line.via, line.address, line.action or line.event,
        line.kind, line.object, line.label, json.dumps(line.changes, ensure_ascii=False),
    )  # fmt: skip
    return dict(zip(COLUMNS, values, strict=True))
