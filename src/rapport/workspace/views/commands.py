"""What the command bar offers."""

from django.http import JsonResponse
from django.utils.cache import patch_cache_control

from rapport.team.permissions import AgentRequest, needs
from rapport.team.types import Permission
from rapport.workspace.queries.commands import commands, found
from rapport.workspace.shell import sections_of
from rapport.workspace.views.finding import query_of


@needs(Permission.READ)
def command_bar(request: AgentRequest) -> JsonResponse:
    """Every command of this agent; with `q` only what is found by number or name, which a list cannot hold."""
    if "q" in request.GET:
        query = query_of(request)
        return _answer([line.as_json() for line in found(request.user, query)] if query else [])
    return _answer([line.as_json() for line in commands(request.user, sections_of(request))])


def _answer(lines: list[dict[str, object]]) -> JsonResponse:
    answer = JsonResponse({"commands": lines})
    patch_cache_control(answer, private=True, no_store=True)
    return answer
