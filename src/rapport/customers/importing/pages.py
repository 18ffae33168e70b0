"""What the pages of every import of a file do alike: take a step, and give back the rows that were wrong."""

from collections.abc import Callable
from typing import Any, Protocol

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.translation import gettext as _

from rapport.backbone import files
from rapport.customers.importing import shapes
from rapport.customers.importing.errors import ImportingError
from rapport.customers.importing.models import FileImport
from rapport.kit.sheets import CONTENT_TYPE, csv_lines
from rapport.team.permissions import AgentRequest

ENCODINGS = (("utf-8-sig", "UTF-8"), ("gb18030", "GB18030 (GBK)"), ("cp1252", "Windows-1252"), ("utf-16", "UTF-16"))
SHOWN = 50
SHOWN_PROBLEMS = 20


class Starting(Protocol):
    """A module with what somebody does with an import of its kind."""

    begin: Callable[..., None]
    stop: Callable[..., None]
    resume: Callable[..., None]
    begin_undoing: Callable[..., None]
    choose: Callable[..., Any]
    throw_away: Callable[..., None]


def separators() -> tuple[tuple[str, str], ...]:
    return ((",", ","), (";", ";"), ("\t", _("Tab")), ("|", "|"))


def take_step(request: AgentRequest, source: FileImport, starting: Starting) -> bool:
    """Start, stop, go on, take back, or throw away, as `do` says; False when it is gone.

    A refusal is told on the page.
    """
    try:
        match request.POST.get("do"):
            case "begin":
                starting.begin(source, by=request.user)
            case "stop":
                starting.stop(source, by=request.user)
            case "resume":
                starting.resume(source)
            case "undo":
                starting.begin_undoing(source, by=request.user)
            case "change":
                starting.choose(source, {})
            case "throw_away":
                starting.throw_away(source)
                messages.success(request, _("The file is gone. Nothing of it was imported."))
                return False
    except ImportingError as error:
        messages.error(request, str(error))
    return True


def problems_of(source: FileImport) -> HttpResponseBase:
    """The rows that were not imported, to mend and import again."""
    try:
        rows = csv_lines(shapes.problem_heads(source), shapes.problem_rows(source))
        answer = StreamingHttpResponse(rows, content_type=CONTENT_TYPE)
    except files.Missing as error:
        return HttpResponse(str(error), status=410, content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="import-{source.pk}-errors.csv"'
    return answer
